// Links with data-reveal open their form in a dialog. What is shown goes away after its time,
// when the dialog closes, and when the window is left for another.
const dialog = document.getElementById("reveal-dialog");
const body = document.getElementById("reveal-body");
let timer = 0;

function clear() {
  clearTimeout(timer);
  body.replaceChildren();
  if (dialog.open) dialog.close();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-reveal]");
  if (link && dialog.showModal && window.htmx) {
    event.preventDefault();
    window.htmx.ajax("GET", link.href, { target: body, swap: "innerHTML" }).then(() => {
      if (!dialog.open) dialog.showModal();
      body.querySelector("input:not([type=hidden])")?.focus();
    });
    return;
  }
  if (event.target.closest("[data-close]") && dialog.open) {
    event.preventDefault();
    clear();
  }
});

dialog?.addEventListener("close", clear);
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) clear();
});

body?.addEventListener("htmx:afterSwap", () => {
  const shown = body.querySelector("[data-hide-after]");
  clearTimeout(timer);
  if (shown) timer = setTimeout(clear, Number(shown.dataset.hideAfter) * 1000);
});
