// The part of the visit form in which somebody says what is otherwise than in the register. Which
// kinds take which values comes from the office's own rules (facilitators/findings.py), so the
// phone asks for nothing the office would refuse.
import { dayField, field, h, icon, select } from "./dom.js";
import { choice, say, sayDay, settings } from "./words.js";

const DAYS = ["on", "birth_on", "expected_on"];
const LISTS = { sex: "sexes", relationship: "relationships", level: "levels" };

// Returns {element, read()}; read() gives the proposals as the office takes them, and throws a
// sentence when one is not complete.
export function findings(family, guard) {
  const list = h("div", { class: "findings" });
  const blocks = new Set();
  const add = () => {
    const block = oneFinding(family, () => {
      blocks.delete(block);
      block.element.remove();
      guard();
    });
    blocks.add(block);
    list.append(block.element);
    block.element.querySelector("select").focus();
    guard();
  };
  const element = h(
    "fieldset",
    { class: "group" },
    h("legend", {}, say("findings")),
    h("p", { class: "hint" }, say("findings_hint")),
    list,
    h("button", { type: "button", class: "btn", onclick: add }, icon("plus"), say("add_finding")),
  );
  return { element, read: () => [...blocks].map((block) => block.read()) };
}

function oneFinding(family, drop) {
  const rules = settings.choices.findings;
  const kind = select([["", say("choose")], ...settings.choices.kinds], { onchange: drawAbout });
  const about = h("div");
  const values = h("div", { class: "values" });
  let member = null;
  let inputs = new Map();

  function drawAbout() {
    const rule = rules[kind.value];
    const people = family.members.map((one) => [String(one.id), one.name]);
    const whole = rule?.household ? [["", say("whole_family")]] : [["", say("choose")]];
    member = rule?.member ? select([...whole, ...people], { onchange: drawValues }) : null;
    about.replaceChildren(member ? field(say("about_whom"), () => member) : "");
    drawValues();
  }

  function drawValues() {
    const rule = rules[kind.value]?.[member?.value ? "member" : "household"] || null;
    inputs = new Map();
    const person = family.members.find((one) => String(one.id) === member?.value);
    const names = rule ? [...rule.needs, ...rule.may] : [];
    const some = rule !== null && rule.any_of.length > 0; // any of them, so none is more needed than another
    values.replaceChildren(some ? h("p", { class: "hint" }, say("only_changed")) : "");
    for (const name of names) {
      const plain = choice("fields", name);
      const label = some || rule.needs.includes(name) ? plain : say("if_known", { label: plain });
      const now = (person ?? family)[name === "birth_on" ? "born" : name];
      const hint = now && some ? say("now_is", { now: known(name, now) }) : "";
      const { element, input } = control(name, label, hint);
      inputs.set(name, input);
      values.append(element);
    }
  }

  function read() {
    if (!kind.value) throw new Error(say("finding_kind_missing"));
    const rule = rules[kind.value][member?.value ? "member" : "household"];
    if (!rule) throw new Error(say("finding_person_missing", { kind: choice("kinds", kind.value) }));
    const said = {};
    for (const [name, input] of inputs) if (input.value.trim()) said[name] = input.value.trim();
    const missing = rule.needs.filter((name) => !said[name]);
    if (rule.any_of.length && !rule.any_of.some((name) => said[name])) {
      inputs.get(rule.any_of[0])?.focus();
      throw new Error(say("finding_empty", { kind: choice("kinds", kind.value) }));
    }
    if (missing.length) {
      inputs.get(missing[0])?.focus();
      throw new Error(
        say("finding_value_missing", {
          kind: choice("kinds", kind.value),
          label: choice("fields", missing[0]),
        }),
      );
    }
    const person = family.members.find((one) => String(one.id) === member?.value);
    return {
      kind: kind.value,
      member: person?.id ?? null,
      version: (person ?? family).version,
      values: said,
    };
  }

  const element = h(
    "div",
    { class: "finding" },
    field(say("finding_kind"), () => kind),
    about,
    values,
    h(
      "button",
      { type: "button", class: "btn btn-quiet", onclick: drop },
      icon("x"),
      say("drop_finding"),
    ),
  );
  return { element, read };
}

function known(name, value) {
  if (DAYS.includes(name)) return sayDay(value);
  return LISTS[name] ? choice(LISTS[name], value) : value;
}

function control(name, label, hint) {
  if (DAYS.includes(name)) return dayField(label, { hint });
  const digits = name === "rt" || name === "rw";
  const input = LISTS[name]
    ? select([["", say("choose")], ...settings.choices[LISTS[name]]])
    : h("input", {
        class: "input",
        type: "text",
        maxlength: digits ? 3 : 150,
        inputmode: digits ? "numeric" : null,
      });
  return { element: field(label, () => input, { hint }), input };
}
