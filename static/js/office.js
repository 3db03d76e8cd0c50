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

// A session that ended answers a fragment with the sign-in page: go there as a whole page.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const answered = event.detail.xhr.responseURL || "";
  if (answered.includes("/akun/login")) {
    event.preventDefault();
    window.location.reload();
  }
});

// What was to follow a page and did not come says so, beside the address it can be opened at.
for (const failed of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failed, (event) => {
    const words = event.target.querySelector?.("[data-failed]");
    if (!words) return;
    words.textContent = words.dataset.failed;
    event.target.removeAttribute("aria-busy");
  });
}

// Keys of one letter that decide or search can be turned off: whoever speaks to the machine, or
// rests a hand on it, decides nothing by accident. Other scripts read it off the document.
const root = document.documentElement;
const letters = document.querySelector("[data-letter-keys]");
let off = false;
try {
  off = localStorage.getItem("letter-keys") === "off";
} catch {
  // A browser that keeps nothing: chosen anew on every page.
}
function showLetterKeys() {
  root.dataset.letterKeys = off ? "off" : "on";
  if (!letters) return;
  letters.hidden = false;
  letters.querySelector("[data-on]").hidden = off;
  letters.querySelector("[data-off]").hidden = !off;
}
showLetterKeys();
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
