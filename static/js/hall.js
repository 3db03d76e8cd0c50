// The screen of the hall: asks for the code of now, and says so when nobody answers.
const now = document.querySelector("[data-now]");
const lost = document.querySelector("[data-lost]");
const full = document.querySelector("[data-full-screen]");
const EVERY = 5000; // also how often the number of those present is told

async function refresh() {
  try {
    const answer = await fetch(now.dataset.now, {
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(EVERY),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    now.innerHTML = await answer.text();
    lost.hidden = true;
    now.classList.remove("hall-stale");
  } catch {
    lost.hidden = false;
    now.classList.add("hall-stale");
  }
  const left = Number(now.querySelector("[data-changes]")?.dataset.changes ?? Infinity);
  setTimeout(refresh, Math.min(EVERY, left * 1000 + 100));
}

setTimeout(refresh, EVERY);
if (document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", () => document.documentElement.requestFullscreen());
}
