// What a queue can hold. A further kind is one more entry here and one more module under
// screens/; nothing else knows the kinds by name.
//
// `send(items)` gives one result an item: {status, conflicts?, error?}. It throws what server.js
// throws when there was no answer. `photosTo(id)` says where photos of an item go.
import { askJson } from "./server.js";

const VISITS = "/api/v1/visits/";

// A batch is answered item by item: one that is refused holds up no other.
const batch = (path, name, added = () => ({})) => async (bodies) => {
  const { status, said } = await askJson(`${path}batch/`, {
    method: "POST",
    value: { [name]: bodies.map((body) => ({ ...body, ...added() })) },
  });
  if (status !== 200) return bodies.map(() => ({ status, error: said.error }));
  const byId = new Map(said.results.map((one) => [one.id, one]));
  return bodies.map((body) => byId.get(body.id) ?? { status: 0 });
};

// By this the office sees a phone whose clock is wrong; it is another one at every try.
const clock = () => ({ sent_at: new Date().toISOString() });

// These are few (a group meets once a month), so one by one.
async function sessions(bodies) {
  const results = [];
  for (const value of bodies) {
    const { status, said } = await askJson("/api/v1/learning-sessions/", { method: "POST", value });
    results.push({ status, error: said.error });
  }
  return results;
}

export const kinds = {
  visit: { send: batch(VISITS, "visits", clock), atOnce: 10, photosTo: (id) => `${VISITS}${id}/photos/` },
  check: { send: batch("/api/v1/commitment-checks/", "checks"), atOnce: 20 },
  session: { send: sessions, atOnce: 1 },
};
