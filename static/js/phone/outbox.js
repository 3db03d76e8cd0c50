// The queue. An item gets its id here, once, and keeps it however often it is sent: the office
// answers a repeat with what it has already. So an answer lost on the way is simply asked again.
//
//   waiting --> stored (photos under way) --> sent | differs
//      \-----> refused (with the office's reason; a person decides)
//
// Of an item only its id, owner tag, kind, state and time stand open; the rest is locked.
// No page is needed here: the service worker sends with the same code.
import { kinds } from "./kinds.js";
import { Later, NoSignal, NotAFacilitator, SignedOut, ask, who } from "./server.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

const PHOTO_SECONDS = 180; // half a megabyte at the edge of a cell
const KEEP_SENT = 3 * 24 * 60 * 60 * 1000;

export const isDone = (row) => row.state === "sent" || row.state === "differs";
export const isOpen = (row) => row.state === "waiting" || row.state === "stored";

// Whether the families taken along at `contactAt` cannot know of it yet.
export const isNews = (row, contactAt) =>
  row.state === "waiting" || (row.state !== "refused" && (row.settledAt ?? row.made) > contactAt);

// Each of `records` is {body, about, photos}, `photos` blobs, already small. All records and photos
// are written together or not at all.
export async function add(kind, ...records) {
  const box = await vault.opened();
  if (!box) throw new SignedOut();
  const made = [];
  for (const record of records) made.push(await locked(box, kind, record));
  await store.change(["outbox", "photos"], (of) => {
    for (const { item, rows } of made) {
      of("outbox").put(item);
      for (const row of rows) of("photos").put(row);
    }
  });
}

async function locked(box, kind, { body, about, photos = [] }) {
  const id = crypto.randomUUID();
  const rows = [];
  const hashes = [];
  for (const blob of photos) {
    const bytes = await blob.arrayBuffer();
    const photo = crypto.randomUUID();
    hashes.push({ id: photo, sha256: await sha256(bytes) });
    rows.push({ id: photo, item: id, owner: box.owner, locked: await vault.lock(box, photo, bytes) });
  }
  const whole = { body: { ...body, id }, about, photos: hashes };
  const item = { id, kind, owner: box.owner, state: "waiting", made: Date.now() };
  item.locked = await vault.lockJson(box, id, whole);
  return { item, rows };
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The signed-in person's items with their contents, the newest first.
export async function items() {
  const box = await vault.opened();
  if (!box) return [];
  const rows = (await store.all("outbox")).filter((row) => vault.isOwn(box, row));
  const found = [];
  for (const row of rows.sort((a, b) => b.made - a.made)) {
    const whole = await unlocked(box, row);
    const left = await store.ofItem(row.id);
    found.push({ ...row, ...(whole ?? UNREADABLE), photosLeft: left.length });
  }
  return found;
}

// One damaged row is shown to its owner as refused, and holds up no other.
const UNREADABLE = { state: "refused", body: {}, about: null, photos: [], error: null };

const unlocked = (box, row) => vault.unlockJson(box, row.id, row.locked).catch(() => null);

// How many wait here for their owner; asked when nobody is signed in, and nothing more is told.
export async function countLocked() {
  return (await store.all("outbox")).filter((row) => !isDone(row)).length;
}

export async function discard(id) {
  const photos = await store.ofItem(id);
  await store.change(["outbox", "photos"], (of) => {
    of("outbox").delete(id);
    for (const photo of photos) of("photos").delete(photo.id);
  });
}

// By its owner's wish, and only what the office has not confirmed: a sending under way ends first.
export async function throwAway(id) {
  return navigator.locks.request("pkh-lapangan", async () => {
    const row = await store.get("outbox", id);
    if (row?.state === "waiting" || row?.state === "refused") await discard(id);
  });
}

export async function retry(id) {
  const row = await store.get("outbox", id);
  if (row?.state === "refused") await store.put("outbox", { ...row, state: "waiting" });
}

// Sends what waits: {problem} is "" when nothing is left to try, otherwise why it stopped. Two
// tabs, or a tab and the worker, do not send at once; the second learns that the first is busy.
export async function send() {
  return navigator.locks.request("pkh-lapangan", { ifAvailable: true }, async (held) => {
    if (!held) return { problem: "busy" };
    try {
      return { problem: await run() };
    } catch (problem) {
      return { problem: nameOf(problem) };
    }
  });
}

export function nameOf(problem) {
  if (problem instanceof NoSignal) return "no_signal";
  if (problem instanceof Later) return "later";
  if (problem instanceof SignedOut) return "signed_out";
  if (problem instanceof NotAFacilitator) return "not_a_facilitator";
  console.warn(problem?.name); // the phone itself failed: its store, or a fault of ours
  return "failed";
}

async function run() {
  const box = await vault.opened();
  if (!box) return "signed_out";
  const own = async () => (await store.all("outbox")).filter((row) => vault.isOwn(box, row));
  let rows = await own();
  await tidy(rows);
  if (!rows.some(isOpen)) return "";
  // The session's cookie belongs to the whole browser: somebody else may have signed in since.
  if ((await who()) !== box.owner) return "other_owner";
  let later = false;
  for (const [kind, { send: sendAll, atOnce }] of Object.entries(kinds)) {
    const waiting = rows.filter((row) => row.kind === kind && row.state === "waiting");
    waiting.sort((a, b) => a.made - b.made);
    for (let at = 0; at < waiting.length; at += atOnce) {
      later = (await sendSome(box, sendAll, waiting.slice(at, at + atOnce))) || later;
    }
  }
  rows = await own();
  for (const row of rows.filter((one) => one.state === "stored")) {
    later = (await sendPhotos(box, row)) || later;
  }
  return later ? "later" : "";
}

// True when some must be tried later. When the office stumbles over several at once they go one
// by one: a single item it cannot digest must not hold up the others.
async function sendSome(box, sendAll, some) {
  const rows = [];
  const wholes = [];
  for (const row of some) {
    const whole = await unlocked(box, row);
    if (!whole) continue;
    rows.push(row);
    wholes.push(whole);
  }
  if (!rows.length) return false;
  let results;
  try {
    results = await sendAll(wholes.map((whole) => whole.body));
  } catch (problem) {
    if (!(problem instanceof Later)) throw problem;
    if (rows.length === 1) return true;
    let later = false;
    for (const row of rows) later = (await sendSome(box, sendAll, [row])) || later;
    return later;
  }
  let later = false;
  for (const [at, row] of rows.entries()) {
    later = (await settle(box, row, wholes[at], results[at])) || later;
  }
  return later;
}

async function settle(box, row, whole, { status, conflicts = 0, error = null }) {
  if (status === 200 || status === 201) {
    const state = whole.photos.length ? "stored" : conflicts ? "differs" : "sent";
    await store.put("outbox", { ...row, state, conflicts, settledAt: Date.now() });
    return false;
  }
  if (status >= 400 && status < 500) {
    const locked = await vault.lockJson(box, row.id, { ...whole, error });
    await store.put("outbox", { ...row, state: "refused", locked });
    return false;
  }
  return true;
}

// Each photo for itself: after a cut only those go again that the office has not confirmed.
async function sendPhotos(box, row) {
  const whole = await unlocked(box, row);
  if (!whole) return false;
  const left = new Map((await store.ofItem(row.id)).map((photo) => [photo.id, photo]));
  for (const { id, sha256: expected } of whole.photos) {
    const photo = left.get(id);
    if (!photo) continue;
    const bytes = await vault.unlock(box, id, photo.locked).catch(() => null);
    if (!bytes) {
      const locked = await vault.lockJson(box, row.id, { ...whole, error: null });
      await store.put("outbox", { ...row, state: "refused", locked });
      return false;
    }
    const form = new FormData();
    form.set("id", id);
    form.set("sha256", expected);
    form.set("file", new File([bytes], "foto.jpg", { type: "image/jpeg" }));
    let answer;
    let said;
    try {
      const path = kinds[row.kind].photosTo(row.id);
      answer = await ask(path, { method: "POST", body: form, seconds: PHOTO_SECONDS });
      said = await answer.json().catch(() => Promise.reject(new NoSignal()));
    } catch (problem) {
      if (problem instanceof Later) return true;
      throw problem;
    }
    if (answer.ok && said.sha256 === expected) {
      await store.remove("photos", id);
    } else if (answer.ok || said.error?.code === "photo_damaged") {
      return true; // not the photo we sent: again, later
    } else {
      const locked = await vault.lockJson(box, row.id, { ...whole, error: said.error });
      await store.put("outbox", { ...row, state: "refused", locked });
      return false;
    }
  }
  const state = row.conflicts ? "differs" : "sent";
  await store.put("outbox", { ...row, state, settledAt: Date.now() });
  return false;
}

async function tidy(rows) {
  const since = (row) => Date.now() - (row.settledAt ?? row.made); // not from when it was written
  const old = rows.filter((row) => isDone(row) && since(row) > KEEP_SENT);
  for (const row of old) await discard(row.id);
}
