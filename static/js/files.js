// When the work on a file has ended, its page shows what came of it.
document.body.addEventListener("jobClosed", () => {
  if (document.querySelector("[data-reload-on-close]")) window.location.reload();
});
