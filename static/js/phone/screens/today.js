// Today: what the office asks, who missed a session, what was promised, who has waited longest for a visit.
import { h } from "../dom.js";
import { overdue, planned } from "../due.js";
import { isNews } from "../outbox.js";
import { familyLine, head, note, nothing } from "../parts.js";
import { choice, say, sayDay, sayToday, today } from "../words.js";

const FIRST = 20; // lines before "show all"; a new office has never visited anybody

export function draw({ data, items }) {
  const queued = items.filter((item) => item.kind === "visit" && isNews(item, data.contactAt));
  const visited = new Set(queued.map((item) => item.body.household));
  const answered = new Set(queued.map((item) => item.body.request));
  const open = (family) => family.asked.filter((one) => !answered.has(one.id));
  const asked = data.families.filter((family) => open(family).length);
  const missed = data.families.filter((family) => family.missed && !visited.has(family.id));
  const steps = data.families.filter((family) => planned(family, queued));
  const late = data.families
    .map((family) => ({ family, due: overdue(family, data.rules, queued) }))
    .filter(({ due }) => Object.keys(due).length);
  const empty = !asked.length && !missed.length && !steps.length && !late.length;
  return h(
    "section",
    {},
    head(say("today"), sayToday()),
    empty && nothing(say("today_nothing")),
    block(data, say("today_asked"), asked, (family) => {
      const [first] = open(family);
      return [
        note(say("asked_until", { day: sayDay(first.due) }), first.due < today() ? "state-bad" : "state-warn"),
        h("span", {}, first.wanted),
      ];
    }),
    block(data, say("today_planned"), steps, (family) => {
      const { next, next_on: on } = family.visits[0];
      return [note(sayDay(on), on < today() ? "state-bad" : "state-warn"), h("span", {}, next)];
    }),
    block(data, say("today_missed"), missed, ({ missed: { on } }) => [
      note(say("missed_on", { day: sayDay(on) }), "state-warn"),
    ]),
    block(
      data,
      say("today_late"),
      late.map(({ family }) => family),
      (family) => Object.entries(overdue(family, data.rules, queued)).map(sayLate),
    ),
  );
}

function sayLate([purpose, days]) {
  const what = purpose ? `${choice("purposes", purpose)}: ` : "";
  const since = days === null ? say("never_visited") : say("days_ago", { days });
  return note(what + since, days === null ? "" : "state-warn");
}

function block(data, title, families, notes) {
  if (!families.length) return null;
  const list = h("ul", { class: "lines" });
  const more = h("button", { type: "button", class: "btn btn-wide" });
  const show = (some) => list.append(...some.map((one) => familyLine(data, one, notes(one))));
  show(families.slice(0, FIRST));
  more.textContent = say("show_all", { count: families.length });
  more.addEventListener("click", () => {
    show(families.slice(FIRST));
    list.children[FIRST].querySelector("a").focus();
    more.remove();
  });
  return h(
    "section",
    { class: "block" },
    h("h2", {}, title, " ", h("span", { class: "count" }, String(families.length))),
    list,
    families.length > FIRST && more,
  );
}
