// The families this phone carries: fetched when there is contact, locked, and thrown away with
// the key. A family given to somebody else is missing from the next answer, and so from here.
import * as server from "./server.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

const LABEL = "caseload";

// A vault of whoever is signed in at the office now. Somebody else's key and families go first.
export async function connect() {
  if (await store.get("meta", "leaving")) {
    await server.signOut(); // signed out without signal: the office hears of it now
    await store.remove("meta", "leaving");
    throw new server.SignedOut();
  }
  const owner = await server.who();
  const box = await vault.opened();
  if (box?.owner === owner) return box;
  await vault.forget();
  return vault.accept(await server.keys(await vault.device()));
}

// Only this counts as contact: the days a phone may carry families run on until they were asked for.
export async function refresh(box) {
  const kept = await store.get("meta", "caseload");
  const answer = await server.families(kept?.etag);
  if (!answer) return vault.touch(box);
  if (answer.data.owner !== box.owner) throw new server.SignedOut(); // changed hands just now
  const locked = await vault.lockJson(box, LABEL, answer.data);
  await store.put("meta", { locked, etag: answer.etag }, "caseload");
  await vault.touch(box, answer.data.keep_days);
}

// What the phone has, or null.
export async function load() {
  const box = await vault.opened();
  const kept = box && (await store.get("meta", "caseload"));
  if (!kept) return null;
  const data = await vault.unlockJson(box, LABEL, kept.locked);
  return { ...data, contactAt: box.contactAt, byId: index(data.families) };
}

const index = (rows) => new Map(rows.map((row) => [row.id, row]));

export async function leave() {
  await vault.forget();
  await store.put("meta", true, "leaving");
  try {
    await server.signOut();
    await store.remove("meta", "leaving");
  } catch {
    // Without signal the office is told at the next contact; here it is over already.
  }
}
