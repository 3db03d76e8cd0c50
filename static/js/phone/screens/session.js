// Who was at a session: one large row of three a family, everybody present by one press.
import { dayField, field, h, icon, pick, select } from "../dom.js";
import * as outbox from "../outbox.js";
import { corner, head, nameOf, nothing } from "../parts.js";
import { say, settings, today, whyNot } from "../words.js";

export function draw({ data, saved, guard }, id) {
  const group = data.groups.find((one) => one.id === id);
  const families = data.families.filter((family) => family.group === id);
  if (!group) return h("section", {}, head(say("groups"), "", "#/p2k2"), nothing(say("groups_none"), "users-group"));
  const held = dayField(say("held_on"), { value: today(), max: today() });
  const heldOn = held.input;
  const topic = topics(data);
  const place = h("input", { class: "input", type: "text", maxlength: 150 });
  const guests = h("input", { class: "input", type: "number", min: 0, max: 500, value: "0", inputmode: "numeric" });
  const understanding = select([["", say("choose")], ...settings.choices.understanding]);
  const note = h("textarea", { class: "input", rows: 3, maxlength: 1000 });
  const wrong = h("p", { class: "errors", role: "alert" });
  const tally = h("p", { class: "hint", role: "status" });
  const submit = h("button", { class: "btn btn-primary btn-wide", type: "submit" }, icon("check"), say("save"));
  const rows = families.map((family) =>
    pick(nameOf(family), `f${family.id}`, settings.choices.attendance, {
      onchange: count,
      soft: corner(family),
    }),
  );
  const statusOf = (at) => rows[at].querySelector("input:checked")?.value ?? "";

  function count() {
    const missing = rows.filter((_row, at) => !statusOf(at)).length;
    tally.textContent = missing ? say("attendance_missing", { count: missing }) : say("attendance_all");
  }

  function everybody() {
    for (const row of rows) row.querySelector('input[value="present"]').checked = true;
    count();
    guard();
  }

  async function save(event) {
    event.preventDefault();
    if (submit.hasAttribute("aria-busy")) return;
    wrong.textContent = "";
    const missing = families.findIndex((_family, at) => !statusOf(at));
    try {
      if (!topic.value) throw complaint(topic, say("topic_missing"));
      if (!heldOn.value || heldOn.value > today()) throw complaint(heldOn, say("held_on_wrong"));
      if (missing >= 0) {
        throw complaint(
          rows[missing].querySelector("input"),
          say("attendance_of", { name: nameOf(families[missing]) }),
        );
      }
      submit.setAttribute("aria-busy", "true");
      const body = {
        group: id,
        topic: Number(topic.value),
        held_on: heldOn.value,
        place: place.value.trim(),
        understanding: understanding.value,
        note: note.value.trim(),
        guests: Number(guests.value) || 0,
        attendance: families.map((family, at) => ({ household: family.id, status: statusOf(at) })),
      };
      await outbox.add("session", { body, about: { group: id, name: group.name } });
      saved(say("saved"), "#/p2k2");
    } catch (problem) {
      submit.removeAttribute("aria-busy");
      wrong.textContent = whyNot(problem);
    }
  }

  count();
  return h(
    "section",
    {},
    head(say("record_session"), `${group.name}, ${data.villages[group.village] ?? ""}`, "#/p2k2"),
    h(
      "form",
      { class: "form", autocomplete: "off", novalidate: true, onsubmit: save, oninput: guard },
      field(say("topic"), () => topic),
      held.element,
      h(
        "fieldset",
        { class: "group" },
        h("legend", {}, say("attendance")),
        h("button", { type: "button", class: "btn", onclick: everybody }, icon("users"), say("all_present")),
        tally,
        rows,
      ),
      field(say("guests"), () => guests, { hint: say("guests_hint") }),
      field(say("place"), () => place),
      field(say("understanding"), () => understanding),
      field(say("session_note"), () => note),
      h("div", { class: "save-bar" }, wrong, submit),
    ),
  );
}

function topics(data) {
  const modules = new Map();
  for (const topic of data.topics) modules.set(topic.module, [...(modules.get(topic.module) ?? []), topic]);
  return h(
    "select",
    { class: "input" },
    h("option", { value: "" }, say("choose")),
    [...modules].map(([module, some]) =>
      h(
        "optgroup",
        { label: module },
        some.map((topic) => h("option", { value: topic.id }, `${topic.number}. ${topic.name}`)),
      ),
    ),
  );
}

function complaint(input, text) {
  input.focus();
  return new Error(text);
}
