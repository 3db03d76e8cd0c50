// A half-written visit survives the page. On a small phone the camera alone may push the browser
// out of memory, and what was typed for ten minutes would be gone. Locked like everything else;
// photos and proposals are not in it: they are quickly made again.
import * as store from "./store.js";
import * as vault from "./vault.js";

const LABEL = "draft";

export async function keep(family, values) {
  const box = await vault.opened();
  if (!box) return;
  await store.put("meta", await vault.lockJson(box, LABEL, { family, values }), LABEL);
}

// The values typed for this family, or null.
export async function read(family) {
  const box = await vault.opened();
  const kept = box && (await store.get("meta", LABEL));
  if (!kept) return null;
  const draft = await vault.unlockJson(box, LABEL, kept);
  return draft.family === family ? draft.values : null;
}

export const drop = () => store.remove("meta", LABEL);
