// When the work on a file has ended, its page shows what came of it.
document.body.addEventListener("jobClosed", () => {
  if (document.querySelector("[data-reload-on-close]")) window.location.reload();
});

// The browser's own file button speaks the browser's language; ours speaks the office's.
for (const field of document.querySelectorAll("[data-file]")) {
  const input = field.querySelector("input[type=file]");
  const pick = field.querySelector(".file-pick");
  const name = pick.querySelector("[data-none]");
  pick.hidden = false;
  input.classList.add("visually-hidden");
  const show = () => {
    const file = input.files[0];
    const size = file && new Intl.NumberFormat("id", { maximumFractionDigits: 1 }).format(file.size / 1048576);
    name.textContent = file ? `${file.name} (${size} MB)` : name.dataset.none;
  };
  input.addEventListener("change", show);
  show();
}

// Sending a large file takes a while: say so.
document.querySelector("form[data-busy]")?.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button[type=submit]");
  if (button) button.textContent = event.target.dataset.busy;
});
