// The screens by address. A further screen is one more module and one more line here;
// `family: true` adds its button to every family's file, `tab` to the bar below.
import * as account from "./screens/account.js";
import * as commitments from "./screens/commitments.js";
import * as families from "./screens/families.js";
import * as family from "./screens/family.js";
import * as groups from "./screens/groups.js";
import * as queue from "./screens/queue.js";
import * as session from "./screens/session.js";
import * as today from "./screens/today.js";
import * as visit from "./screens/visit.js";

export const screens = [
  { path: /^#\/hari-ini$/, screen: today, tab: "today" },
  { path: /^#\/keluarga$/, screen: families, tab: "families" },
  { path: /^#\/keluarga\/(\d+)$/, screen: family, tab: "families" },
  { path: /^#\/keluarga\/(\d+)\/kunjungan$/, screen: visit, tab: "families", family: true },
  { path: /^#\/keluarga\/(\d+)\/verkom$/, screen: commitments, tab: "families", family: true },
  { path: /^#\/p2k2$/, screen: groups, tab: "groups" },
  { path: /^#\/p2k2\/(\d+)$/, screen: session, tab: "groups" },
  { path: /^#\/antrean$/, screen: queue, tab: "queue" },
  { path: /^#\/akun$/, screen: account, tab: "" },
];

export const tabs = [
  { id: "today", href: "#/hari-ini", icon: "list-check" },
  { id: "families", href: "#/keluarga", icon: "users" },
  { id: "groups", href: "#/p2k2", icon: "calendar" },
  { id: "queue", href: "#/antrean", icon: "send" },
];

// {screen, tab, values} of an address; the first screen for one that leads nowhere.
export function find(address) {
  for (const entry of screens) {
    const found = entry.path.exec(address);
    if (found) return { ...entry, values: found.slice(1).map(Number) };
  }
  return { ...screens[0], values: [] };
}
