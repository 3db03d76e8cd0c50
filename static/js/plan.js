// Says how many families are chosen, and chooses all of a village that are due at once. Without
// it the boxes work as they are.
for (const form of document.querySelectorAll("[data-plan]")) {
  const say = () => {
    for (const count of form.querySelectorAll("[data-count]")) {
      const name = count.dataset.count || "kpm";
      count.textContent = form.querySelectorAll(`input[name="${name}"]:checked`).length;
    }
  };
  form.addEventListener("change", say);
  for (const button of form.querySelectorAll("[data-check-due], [data-check-none]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const due = button.dataset.checkDue !== undefined;
      const boxes = due ? "input[data-due]" : 'input[name="kpm"]';
      for (const box of button.closest("details").querySelectorAll(boxes)) box.checked = due;
      say();
    });
  }
  window.addEventListener("pageshow", say);
  say();
}
