// Writing a visit down, one hand, standing. Everything but the purpose may stay empty.
import { dayField, field, h, icon, select } from "../dom.js";
import * as draft from "../draft.js";
import { overdue } from "../due.js";
import { findings } from "../findings.js";
import * as outbox from "../outbox.js";
import { head, nameOf, placeOf } from "../parts.js";
import { photoField } from "../photos.js";
import { placeField } from "../place.js";
import { say, settings, whyNot } from "../words.js";
import { action, gone } from "./family.js";

export const button = (family) =>
  action(`#/keluarga/${family.id}/kunjungan`, "plus", say("record_visit"));

export function draw({ data, saved, guard }, id) {
  const family = data.byId.get(id);
  if (!family) return gone();
  const purpose = select([["", say("choose")], ...settings.choices.purposes], { required: true }, guess(data, family));
  const answers = select(
    [["", say("answers_none")], ...family.asked.map((one) => [String(one.id), wanted(one)])],
    {},
    String(family.asked[0]?.id ?? ""),
  );
  const met = h("input", { class: "input", type: "text", maxlength: 300 });
  const note = h("textarea", { class: "input", rows: 4, maxlength: 4000 });
  const next = h("input", { class: "input", type: "text", maxlength: 300 });
  const nextDay = dayField(say("next_on"));
  const typed = { purpose, met, note, next, nextOn: nextDay.input };
  const changes = findings(family, guard);
  const place = placeField(guard);
  const photos = photoField();
  const wrong = h("p", { class: "errors", role: "alert" });
  const submit = h("button", { class: "btn btn-primary btn-wide", type: "submit" }, icon("check"), say("save"));

  let later = 0;
  function remember() {
    guard();
    clearTimeout(later);
    later = setTimeout(() => draft.keep(family.id, valuesOf(typed)), 400);
  }

  async function save(event) {
    event.preventDefault();
    if (submit.hasAttribute("aria-busy")) return; // a second press while the first is at work
    wrong.textContent = "";
    try {
      if (photos.busy()) throw new Error(say("photo_working"));
      if (!purpose.value) throw complaint(purpose, say("purpose_missing"));
      if (nextDay.input.value && !next.value.trim()) throw complaint(next, say("next_missing"));
      const body = {
        household: family.id,
        purpose: purpose.value,
        device_at: new Date().toISOString(),
        ...place.read(),
        people_met: met.value.trim(),
        note: note.value.trim(),
        next_step: next.value.trim(),
        next_on: nextDay.input.value || null,
        proposals: changes.read(),
        request: Number(answers.value) || null,
      };
      submit.setAttribute("aria-busy", "true");
      const about = { household: family.id, name: nameOf(family) };
      await outbox.add("visit", { body, about, photos: photos.blobs() });
      clearTimeout(later);
      await draft.drop();
      saved(say("saved"), `#/keluarga/${family.id}`);
    } catch (problem) {
      submit.removeAttribute("aria-busy");
      wrong.textContent = whyNot(problem);
    }
  }

  const form = h(
    "form",
    { class: "form", autocomplete: "off", novalidate: true, onsubmit: save, oninput: remember },
    field(say("purpose"), () => purpose),
    family.asked.length > 0 && field(say("answers"), () => answers),
    field(say("people_met"), () => met),
    chips(family, met, remember),
    field(say("note"), () => note, { hint: say("note_hint") }),
    changes.element,
    photos.element,
    place.element,
    h(
      "fieldset",
      { class: "group" },
      h("legend", {}, say("next")),
      field(say("next_step"), () => next),
      nextDay.element,
    ),
    h("div", { class: "save-bar" }, wrong, submit),
  );
  draft.read(family.id).then((values) => values && fill(typed, values) && guard());
  return h(
    "section",
    {},
    head(say("record_visit"), "", `#/keluarga/${family.id}`),
    h("p", { class: "lead" }, h("strong", {}, nameOf(family)), h("br"), placeOf(data, family)),
    form,
  );
}

const valuesOf = (typed) =>
  Object.fromEntries(Object.entries(typed).map(([name, input]) => [name, input.value]));

function fill(typed, values) {
  for (const [name, input] of Object.entries(typed)) {
    input.value = values[name] ?? "";
    input.dispatchEvent(new Event("input")); // a day is also said in words
  }
  return true;
}

// What one most likely came for; never more than a suggestion in an open list.
function guess(data, family) {
  if (family.asked.length) return "question";
  if (family.missed) return "absence";
  return Object.keys(overdue(family, data.rules)).find(Boolean) ?? "";
}

const wanted = ({ wanted: text, about }) => (about ? `${about}: ${text}` : text);

function complaint(input, text) {
  input.focus();
  return new Error(text);
}

// Names to tap instead of typing them with a thumb.
function chips(family, met, changed) {
  const add = (name) => () => {
    const there = met.value.split(",").map((one) => one.trim()).filter(Boolean);
    if (!there.includes(name)) met.value = [...there, name].join(", ");
    changed();
  };
  return h(
    "div",
    { class: "chips", role: "group", "aria-label": say("people_met_tap") },
    family.members.map((member) =>
      h("button", { type: "button", class: "chip", onclick: add(member.name) }, icon("plus"), member.name),
    ),
  );
}
