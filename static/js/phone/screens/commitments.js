// Commitment checks (verkom): who came to the health post in a month, for everybody of the family
// who owes it. One answer is one record of the queue; what the office knows is not asked again.
import { field, h, icon, pick, select } from "../dom.js";
import * as outbox from "../outbox.js";
import { head, nameOf, nothing } from "../parts.js";
import { choice, month, say, settings, whyNot } from "../words.js";
import { action, gone } from "./family.js";

const MONTHS = 4; // this one and the three before it, which may still be open
const ANSWERS = [["1", "came"], ["0", "did_not_come"]];

const owed = (family) =>
  family.members.flatMap((member) =>
    member.components
      .filter((component) => settings.choices.health.includes(component))
      .map((component) => ({ member, component })),
  );

export const button = (family) =>
  owed(family).length > 0 &&
  action(`#/keluarga/${family.id}/verkom`, "check", say("record_checks"), "");

export function draw({ data, items, saved, guard }, id) {
  const family = data.byId.get(id);
  if (!family) return gone();
  const months = select(
    Array.from({ length: MONTHS }, (_one, back) => month(-back)).map(({ key, name }) => [key, name]),
    { onchange: show },
    month(0).key,
  );
  const place = h("input", { class: "input", type: "text", maxlength: 150 });
  const list = h("div", { class: "form" });
  const wrong = h("p", { class: "errors", role: "alert" });
  const submit = h("button", { class: "btn btn-primary btn-wide", type: "submit" }, icon("check"), say("save"));
  let questions = [];

  function show() {
    questions = [];
    list.replaceChildren(
      ...owed(family).map(({ member, component }) => {
        const known = answered(family, items, member, component, months.value);
        const label = choice("components", component);
        if (known !== null) {
          const text = say(known ? "came" : "did_not_come");
          return h("p", {}, h("strong", {}, member.name), ` · ${label}: ${text}`);
        }
        const options = ANSWERS.map(([value, key]) => [value, say(key)]);
        const row = pick(member.name, `c${member.id}${component}`, options, { soft: label });
        questions.push({ member, component, row });
        return row;
      }),
    );
    submit.hidden = !questions.length;
  }

  async function save(event) {
    event.preventDefault();
    if (submit.hasAttribute("aria-busy")) return;
    const said = questions
      .map((one) => ({ ...one, value: one.row.querySelector("input:checked")?.value }))
      .filter(({ value }) => value);
    wrong.textContent = said.length ? "" : say("checks_missing");
    if (!said.length) return;
    submit.setAttribute("aria-busy", "true");
    try {
      const checks = said.map(({ member, component, value }) => ({
        body: {
          member: member.id,
          component,
          month: months.value,
          attended: value === "1",
          place: place.value.trim(),
          // Made while the family was one's own, it is taken also after a handover.
          device_at: new Date().toISOString(),
        },
        about: { household: family.id, name: member.name },
      }));
      await outbox.add("check", ...checks);
      saved(say("saved"), `#/keluarga/${family.id}`);
    } catch (problem) {
      submit.removeAttribute("aria-busy");
      wrong.textContent = whyNot(problem);
    }
  }

  show();
  return h(
    "section",
    {},
    head(say("record_checks"), nameOf(family), `#/keluarga/${family.id}`),
    owed(family).length
      ? h(
          "form",
          { class: "form", autocomplete: "off", novalidate: true, onsubmit: save, oninput: guard },
          field(say("month"), () => months),
          list,
          field(say("health_post"), () => place),
          h("div", { class: "save-bar" }, wrong, submit),
        )
      : nothing(say("checks_none")),
  );
}

// true or false once somebody has said it, at the office or in the queue; null before.
function answered(family, items, member, component, when) {
  const fits = (one) => one.member === member.id && one.component === component && one.month === when;
  const queued = items.find((item) => item.kind === "check" && item.state !== "refused" && fits(item.body));
  return (queued?.body ?? family.checks.find(fits))?.attended ?? null;
}
