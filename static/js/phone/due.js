// Whom to visit, by the office's dated rules: counted here, so that it is right next week as well,
// without signal. A visit that waits in the queue counts as made.
import { today } from "./words.js";

const DAY = 24 * 60 * 60 * 1000;

// {purpose: days without a visit} of the rules that are overdue; "" is a visit for any purpose.
export function overdue(family, rules, queued = []) {
  const midnight = new Date(`${today()}T00:00:00`).getTime();
  const found = {};
  for (const [purpose, days] of Object.entries(rules)) {
    const last = lastVisit(family, purpose, queued);
    if (last < midnight - days * DAY) found[purpose] = last ? Math.floor((midnight - last) / DAY) : null;
  }
  return found;
}

function lastVisit(family, purpose, queued) {
  const known = Object.entries(family.last)
    .filter(([key]) => !purpose || key === purpose)
    .map(([, at]) => new Date(at).getTime());
  const waiting = queued
    .filter((item) => item.body.household === family.id)
    .filter((item) => !purpose || item.body.purpose === purpose)
    .map((item) => new Date(item.body.device_at).getTime());
  return Math.max(0, ...known, ...waiting);
}

// The next step somebody promised, when its day is near or past and nobody has come since.
export function planned(family, queued = []) {
  const [newest] = family.visits;
  if (!newest?.next_on || newest.next_on > today(7)) return null;
  return queued.some((item) => item.body.household === family.id) ? null : newest;
}
