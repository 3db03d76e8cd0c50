// Everything about people lies on this phone locked with AES-GCM. The key comes from the office
// for one person on one phone; the browser keeps it in a form that no script can read out again.
// At sign-out, or after too long without contact, the key goes; at the next sign-in the office
// gives the same one, so what waited in the queue opens again.
import * as store from "./store.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const DAY = 24 * 60 * 60 * 1000;

export async function device() {
  const known = await store.get("meta", "device");
  if (known) return known;
  const made = crypto.randomUUID();
  await store.put("meta", made, "device");
  return made;
}

// `given` is the office's answer: {owner, earlier_owners, keep_days, keys: [{name, key}]}, the
// newest key first. The earlier tags are the same person's, from before the office's secret changed.
export async function accept(given) {
  const keys = [];
  for (const { name, key } of given.keys) {
    const raw = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
    const made = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]);
    raw.fill(0);
    keys.push({ name, key: made });
  }
  const { owner, earlier_owners: earlier, keep_days: keepDays } = given;
  const vault = { owner, earlier, keepDays, contactAt: Date.now(), keys };
  await store.put("meta", vault, "vault");
  return vault;
}

export const isOwn = (vault, row) =>
  row.owner === vault.owner || (vault.earlier ?? []).includes(row.owner);

// The vault while it may be open; null when nobody is signed in here, or contact is too old. A
// clock that was set far back counts as too old as well.
export async function opened() {
  const vault = await store.get("meta", "vault");
  if (!vault) return null;
  if (Math.abs(Date.now() - vault.contactAt) <= vault.keepDays * DAY) return vault;
  await forget();
  return null;
}

export async function touch(vault, keepDays = vault.keepDays) {
  await store.put("meta", { ...vault, keepDays, contactAt: Date.now() }, "vault");
}

// The key and the families go. What was not sent stays, locked, for its owner's next sign-in;
// what was sent is only a note on the phone and goes too.
export async function forget() {
  const done = (await store.all("outbox")).filter((row) => ["sent", "differs"].includes(row.state));
  await store.change(["meta", "outbox"], (of) => {
    of("meta").delete("vault");
    of("meta").delete("caseload");
    of("meta").delete("draft");
    for (const row of done) of("outbox").delete(row.id);
  });
}

// `label` ties a locked thing to its place: moved elsewhere it does not open.
export async function lock(vault, label, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const { name, key } = vault.keys[0];
  const how = { name: "AES-GCM", iv, additionalData: encoder.encode(label) };
  return { name, iv, body: await crypto.subtle.encrypt(how, key, bytes) };
}

export async function unlock(vault, label, locked) {
  const fitting = vault.keys.find(({ name }) => name === locked.name);
  if (!fitting) throw new Error("no key for this");
  const how = { name: "AES-GCM", iv: locked.iv, additionalData: encoder.encode(label) };
  return crypto.subtle.decrypt(how, fitting.key, locked.body);
}

export const lockJson = (vault, label, value) =>
  lock(vault, label, encoder.encode(JSON.stringify(value)));

export const unlockJson = async (vault, label, locked) =>
  JSON.parse(decoder.decode(await unlock(vault, label, locked)));
