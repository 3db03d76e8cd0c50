// The search box: `/` leads to it, arrows lead through what was found, Esc leads back. Without
// this file it is a form like any other. A number is never sent while somebody still types it.
const PAUSE = 250;
const LEAST = 3;

const find = document.querySelector("[data-find]");
if (find) {
  const box = find.querySelector('input[name="cari"]');
  const form = box.form;
  const panel = find.querySelector("[data-find-panel]");
  const aboutNumbers = find.querySelector("[data-find-number]");
  const button = document.querySelector(".find-button");
  const links = () => [...find.querySelectorAll("a.found, .find-all a")].filter((a) => a.offsetParent);
  let timer = 0;
  let asking = null;
  let cameFrom = null;

  const narrow = () => find.popover && button && button.offsetParent;

  function open() {
    if (narrow() && !find.matches(":popover-open")) find.showPopover();
    if (document.activeElement !== box) cameFrom = document.activeElement;
    box.focus();
    box.select();
  }

  function leave() {
    forget();
    if (find.matches(":popover-open")) {
      find.hidePopover();
      button?.focus();
    } else if (cameFrom?.isConnected && cameFrom !== document.body) {
      cameFrom.focus();
    } else {
      box.blur();
    }
  }

  function forget() {
    clearTimeout(timer);
    asking?.abort();
    if (!panel) return;
    panel.hidden = aboutNumbers.hidden = true;
    panel.replaceChildren();
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { "HX-Request": "true" },
        signal: asking.signal,
      });
      // A session that ended leads to the sign-in page, and from there back here.
      const door = answer.headers.get("HX-Redirect");
      if (door) return window.location.assign(door);
      // A refusal: Enter shows the whole page and says what it is.
      if (!answer.ok) return forget();
      panel.innerHTML = await answer.text();
      panel.hidden = !find.contains(document.activeElement);
    } catch (error) {
      if (error.name !== "AbortError") forget();
    }
  }

  if (panel) {
    box.addEventListener("input", () => {
      const text = box.value.trim();
      clearTimeout(timer);
      asking?.abort();
      const number = /\p{Nd}/u.test(text);
      aboutNumbers.hidden = !number;
      if (number || text.length < LEAST) {
        panel.hidden = true;
        panel.replaceChildren();
      } else {
        timer = setTimeout(ask, PAUSE);
      }
    });
    document.addEventListener("pointerdown", (event) => {
      if (find.contains(event.target) || event.target.closest(".find-button")) return;
      forget();
      if (find.matches(":popover-open")) find.hidePopover();
    });
    find.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !find.contains(event.relatedTarget)) forget();
    });
  }

  button?.addEventListener("click", (event) => {
    if (!find.popover) return;
    event.preventDefault();
    if (find.matches(":popover-open")) leave();
    else open();
  });

  find.addEventListener("keydown", (event) => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (event.key === "Escape" && (event.target === box || at >= 0)) {
      event.preventDefault();
      if (at >= 0) box.focus();
      else if (panel && !(panel.hidden && aboutNumbers.hidden)) forget();
      else leave();
      return;
    }
    if (event.target !== box && at < 0) return;
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (next === undefined || (at < 0 && event.key === "ArrowUp")) return;
    if (next < 0) {
      event.preventDefault();
      box.focus();
    } else if (all[next]) {
      event.preventDefault();
      all[next].focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    if (document.documentElement.dataset.letterKeys === "off") return;
    event.preventDefault();
    open();
  });

  // Back in the browser: what was typed before is not what the page is about.
  window.addEventListener("pageshow", (event) => event.persisted && forget());
}
