// On the office's sign-in page: nobody is signed in here, so no family stays readable in this
// browser, whichever way somebody went out. Who only renews his sign-in for the field (`next`)
// keeps his families: the signal may be gone again before he has typed his password.
import { forget } from "./vault.js";

const next = new URLSearchParams(location.search).get("next") ?? "";
const known = (await indexedDB.databases?.()) ?? [];
if (!next.startsWith("/lapangan/") && known.some(({ name }) => name === "pkh-lapangan")) {
  await forget();
}
