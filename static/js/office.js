// The little that pages need everywhere: a second press of a button does nothing while the
// first is under way, and what the server refuses over htmx is still shown.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.again !== undefined) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.hasAttribute("hx-post")) return;
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button) button.setAttribute("aria-busy", "true");
});

// Back in the browser brings a page from memory: its buttons must work again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  }
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const status = event.detail.xhr.status;
  if (status === 409 || status === 422) event.detail.shouldSwap = true;
});

// What follows a page by itself: its place says that it is on its way, or that it did not come,
// beside the address it can be opened at. Who stood in that place goes on standing there.
let stoodThere = false;
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  const words = target.querySelector?.("[data-fetching]");
  if (words) words.textContent = words.dataset.fetching;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, serverResponse, xhr } = event.detail;
  if (xhr.status !== 200 || !target.querySelector("[data-failed]")) return;
  stoodThere = target.contains(document.activeElement);
  if (!serverResponse.includes(`id="${target.id}"`)) {
    event.detail.shouldSwap = false;
    saidFailed(target);
  }
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  const status = target.id && document.querySelector(`[data-said-of="${target.id}"]`);
  if (!status) return;
  status.textContent = status.dataset.arrived;
  if (stoodThere) {
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }
});
function saidFailed(place) {
  const words = place.querySelector?.("[data-failed]");
  if (!words) return;
  words.textContent = words.dataset.failed;
  words.setAttribute("role", "status");
  place.removeAttribute("aria-busy");
}
for (const failed of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failed, (event) => saidFailed(event.target));
}

// Keys of one letter that decide or search can be turned off: whoever speaks to the machine, or
// rests a hand on it, decides nothing by accident. Other scripts read it off the document.
const root = document.documentElement;
const letters = document.querySelector("[data-letter-keys]");
let off = false;
function readLetterKeys() {
  try {
    off = localStorage.getItem("letter-keys") === "off";
  } catch {
    // A browser that keeps nothing: chosen anew on every page.
  }
  showLetterKeys();
}
function showLetterKeys() {
  root.dataset.letterKeys = off ? "off" : "on";
  const box = document.getElementById("find-box");
  if (off) box?.removeAttribute("aria-keyshortcuts");
  else box?.setAttribute("aria-keyshortcuts", "/");
  if (!letters) return;
  letters.hidden = false;
  letters.querySelector("[data-on]").hidden = off;
  letters.querySelector("[data-off]").hidden = !off;
}
readLetterKeys();
// Also where it was chosen in another window, or before this page came back from memory.
window.addEventListener("storage", readLetterKeys);
window.addEventListener("pageshow", (event) => event.persisted && readLetterKeys());
letters?.addEventListener("click", () => {
  off = !off;
  showLetterKeys();
  try {
    localStorage.setItem("letter-keys", off ? "off" : "on");
  } catch {
    // As above.
  }
});

// Open menus close when one clicks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.who-menu[open], details.drop[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A table wider than its place is scrolled by keys as well, so it is a stop for Tab; not when
// something in it is one already.
const STOPS = "a[href], button, input, select, textarea, summary, [tabindex]";
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const scrolls = target.scrollWidth > target.clientWidth && !target.querySelector(STOPS);
    if (scrolls) {
      target.tabIndex = 0;
      target.setAttribute("role", "group");
      const caption = target.querySelector("caption")?.textContent.trim();
      if (caption) target.setAttribute("aria-label", caption);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
    }
  }
});
function observeTables() {
  for (const place of document.querySelectorAll(".sheet-wrap:not([tabindex])")) wide.observe(place);
}
observeTables();
document.addEventListener("htmx:afterSettle", observeTables);
