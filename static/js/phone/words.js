// Texts and settings, from the block the server wrote into the page: one catalogue for everything
// people read, here and on the office's pages.
export const settings = JSON.parse(document.getElementById("phone-settings").textContent);

export function say(key, values = {}) {
  const text = settings.words[key] ?? key;
  return text.replace(/%\((\w+)\)s/g, (_whole, name) => values[name] ?? "");
}

// Why something was not saved: our own sentence, never the browser's in its own language.
export function whyNot(problem) {
  if (problem.name === "QuotaExceededError") return say("phone_full");
  return (problem.name === "Error" && problem.message) || say("not_saved");
}

// The label of a choice the server keeps as a short word: choice("purposes", "health_check").
export const choice = (list, value) =>
  settings.choices[list].find(([key]) => key === value)?.[1] ?? value;

const date = new Intl.DateTimeFormat("id-ID", { day: "numeric", month: "short", year: "numeric" });
const moment = new Intl.DateTimeFormat("id-ID", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const whole = { weekday: "long", day: "numeric", month: "long" };
const long = new Intl.DateTimeFormat("id-ID", whole);
const longest = new Intl.DateTimeFormat("id-ID", { ...whole, year: "numeric" });

const monthName = new Intl.DateTimeFormat("id-ID", { month: "long", year: "numeric" });

// A day as ISO text is a day here, not midnight in Greenwich.
const local = (iso) => new Date(/^\d{4}-\d\d-\d\d$/.test(iso) ? `${iso}T00:00:00` : iso);

export const sayDay = (iso) => (iso ? date.format(local(iso)) : "");
export const sayMoment = (when) => moment.format(new Date(when));
export const sayLongDay = (iso) => (iso ? longest.format(local(iso)) : "");
export const sayToday = () => long.format(new Date());

export function today(shift = 0) {
  const day = new Date();
  day.setDate(day.getDate() + shift);
  const two = (number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

// {key: "2026-10", name: "Oktober 2026"} of the month so many months from now.
export function month(shift) {
  const now = new Date();
  const first = new Date(now.getFullYear(), now.getMonth() + shift, 1);
  const key = `${first.getFullYear()}-${String(first.getMonth() + 1).padStart(2, "0")}`;
  return { key, name: monthName.format(first) };
}

export function age(born) {
  if (!born) return null;
  const [year, month, day] = born.split("-").map(Number);
  const now = new Date();
  const had = now.getMonth() + 1 > month || (now.getMonth() + 1 === month && now.getDate() >= day);
  return now.getFullYear() - year - (had ? 0 : 1);
}
