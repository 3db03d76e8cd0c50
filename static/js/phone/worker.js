// Keeps the page itself, so that it opens without signal. The server writes `self.shell` in front:
// the page, its files and a version of all of them. Nothing about a person ever lies here: what is
// not in that list goes past this worker as if it were not there.
const { version, page, files } = self.shell;
const CACHE = `lapangan-${version}`;

self.addEventListener("install", (event) => {
  // Asked for again, but not sent again: the page has just fetched most of them.
  const fresh = [page, ...files].map((url) => new Request(url, { cache: "no-cache" }));
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("lapangan-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const wanted = event.request.mode === "navigate" && url.pathname === page ? page : url.pathname;
  if (wanted !== page && !files.includes(wanted)) return;
  const answer = async () => {
    const kept = await (await caches.open(CACHE)).match(wanted);
    return kept ?? fetch(event.request);
  };
  event.respondWith(answer());
});

// The phone found a signal, perhaps with the page closed. A browser without modules in workers
// has no `sendOutbox`; there the page sends when it is opened.
self.addEventListener("sync", (event) => {
  if (event.tag !== "outbox" || !self.sendOutbox) return;
  const send = async () => {
    const { problem } = await self.sendOutbox();
    for (const client of await self.clients.matchAll()) client.postMessage("outbox");
    if (problem === "no_signal" || problem === "later") throw new Error(problem); // asked again
  };
  event.waitUntil(send());
});
