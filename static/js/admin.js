// What Django's administration leaves unsaid to a screen reader: a box to search in is called by
// its label, and an empty head of a column is no head.
window.addEventListener("load", () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete[id]")) {
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const box = select.nextElementSibling?.querySelector(".select2-selection");
    if (!label || !box) continue;
    const name = label.textContent.trim().replace(/:$/, "");
    for (const part of [box, box.querySelector("[role=textbox]")]) {
      const value = select.selectedOptions[0]?.textContent.trim();
      part?.setAttribute("aria-label", value ? `${name}: ${value}` : name);
      part?.removeAttribute("aria-labelledby");
    }
  }
  for (const head of document.querySelectorAll("th")) {
    if (head.textContent.trim() || head.querySelector("input, img, [aria-label]")) continue;
    const cell = document.createElement("td");
    cell.className = head.className;
    head.replaceWith(cell);
  }
});
