// The queue by keyboard, and filters that show at once. Everything works without this file.
// An arrow key passes through every choice between here and the wanted one, so what is chosen by
// keys waits for Enter or for the button.
let byKeys = false;
document.addEventListener("keydown", () => { byKeys = true; }, true);
document.addEventListener("pointerdown", () => { byKeys = false; }, true);
for (const control of document.querySelectorAll("[data-submits]")) {
  control.addEventListener("change", () => {
    if (control.id === "kec") document.getElementById("desa")?.removeAttribute("name");
    if (!byKeys) control.form.requestSubmit();
  });
}

// On a phone the filters start folded.
const fold = document.querySelector(".filter-fold");
if (fold && window.matchMedia("(max-width: 61.99rem)").matches) fold.open = false;

const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
let at = -1;

function typing(event) {
  return (
    document.documentElement.dataset.letterKeys === "off" || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") ||
    event.target.matches("input:not([type=radio]):not([type=checkbox]), select, textarea")
  );
}

function go(step) {
  if (!rows.length) return;
  rows[at]?.classList.remove("at");
  at = Math.min(rows.length - 1, Math.max(0, at + step));
  rows[at].classList.add("at");
  rows[at].querySelector("a").focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  if (rows.length) {
    if (event.key === "j") go(1);
    if (event.key === "k") go(-1);
    return;
  }
  // On the page of one question a letter presses its button.
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

// "Take these values" without a value says so beside the button and leads to the first one.
document.querySelector('[data-key="t"]')?.addEventListener("click", (event) => {
  const boxes = [...document.querySelectorAll('input[name="nilai"]')];
  if (!boxes.length || boxes.some((box) => box.checked)) return;
  event.preventDefault();
  boxes[0].focus();
  const said = document.querySelector("[data-nothing-ticked]");
  said.textContent = said.dataset.nothingTicked;
  said.scrollIntoView({ block: "nearest" });
});
