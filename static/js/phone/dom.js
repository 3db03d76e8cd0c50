// Building a page out of plain elements. Text is always text here: whatever a name contains, it
// never becomes markup.
import { sayLongDay, settings } from "./words.js";

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "open") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((one) => one !== null && one !== false && one !== undefined));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("focusable", "false");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${settings.icons}#${name}`);
  drawing.append(use);
  return drawing;
}

let serial = 0;

// A labelled control. `make(id)` builds the input; the hint is read out with it.
export function field(label, make, { hint = "" } = {}) {
  const id = `f${++serial}`;
  const input = make(id);
  input.id = id;
  if (hint) input.setAttribute("aria-describedby", `${id}h`);
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    input,
    hint && h("p", { class: "hint", id: `${id}h` }, hint),
  );
}

// A day: the phone's own calendar, and below it the day in words. Whatever language the phone
// speaks, 3/4 is then read as what it is.
export function dayField(label, { value = "", max = null, hint = "" } = {}) {
  const input = h("input", { class: "input", type: "date", value, max });
  const words = h("p", { class: "hint", "aria-live": "polite" }, sayLongDay(value));
  input.addEventListener("input", () => (words.textContent = sayLongDay(input.value)));
  const element = field(label, () => input, { hint });
  element.append(words);
  return { element, input };
}

export const select = (options, attributes = {}, value = "") => {
  const element = h(
    "select",
    { class: "input", ...attributes },
    options.map(([key, label]) => h("option", { value: key }, label)),
  );
  element.value = value;
  return element;
};

// Radio buttons side by side, each as large as a thumb.
export function pick(legend, name, options, { onchange, soft = "" } = {}) {
  return h(
    "fieldset",
    { class: "pick", onchange },
    h("legend", {}, legend, soft && h("span", { class: "soft" }, ` ${soft}`)),
    h(
      "div",
      { class: `pick-row pick-${options.length}` },
      options.map(([key, label]) =>
        h(
          "label",
          { class: "pick-one" },
          h("input", { type: "radio", name, value: key }),
          h("span", {}, label),
        ),
      ),
    ),
  );
}

// A question with a few answers; resolves to the answer's key, or "" when it was closed.
export function askUser(title, text, answers) {
  return new Promise((resolve) => {
    const close = (key) => () => {
      dialog.close();
      resolve(key);
    };
    const buttons = answers.map(([key, label, style = ""]) =>
      h("button", { type: "button", class: `btn ${style}`, onclick: close(key) }, label),
    );
    const dialog = h(
      "dialog",
      { "aria-labelledby": "question", oncancel: () => resolve(""), onclose: () => dialog.remove() },
      h("h2", { id: "question" }, title),
      h("p", {}, text),
      h("div", { class: "stack-buttons" }, buttons),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
