// One's own families by village, RW and RT, and a search that needs no signal.
import { h } from "../dom.js";
import { familyLine, head, nothing } from "../parts.js";
import { say } from "../words.js";

let asked = ""; // kept while one looks into a family and comes back; gone with the page

export function draw({ data }) {
  const lines = h("div");
  const count = h("p", { class: "hint", role: "status" });
  const searched = data.families.map((family) => [family, textOf(data, family)]);

  function show() {
    const words = asked.toLowerCase().split(/\s+/).filter(Boolean);
    const found = searched.filter(([, text]) => words.every((word) => text.includes(word)));
    count.textContent = say("families_found", { count: found.length });
    lines.replaceChildren(
      ...(found.length ? byVillage(data, found.map(([family]) => family)) : [nothing(say("families_none"), "search")]),
    );
  }

  const input = h("input", {
    type: "search",
    class: "input",
    id: "search",
    value: asked,
    placeholder: say("search_placeholder"),
    enterkeyhint: "search",
    oninput: () => {
      asked = input.value;
      show();
    },
  });
  show();
  return h(
    "section",
    {},
    head(say("families")),
    // Without autocomplete a browser writes nothing of what was typed into its own files.
    h(
      "form",
      { role: "search", autocomplete: "off", onsubmit: (event) => event.preventDefault() },
      h("label", { class: "visually-hidden", for: "search" }, say("search")),
      input,
    ),
    count,
    lines,
  );
}

function textOf(data, family) {
  const names = family.members.map((member) => member.name);
  const place = [family.address, family.hamlet, data.villages[family.village]];
  return [...names, ...place, `rt ${family.rt}`, `rw ${family.rw}`].join(" ").toLowerCase();
}

function byVillage(data, families) {
  const villages = Map.groupBy
    ? Map.groupBy(families, (family) => family.village)
    : families.reduce(
        (map, one) => map.set(one.village, [...(map.get(one.village) ?? []), one]),
        new Map(),
      );
  return [...villages].map(([village, some]) =>
    h(
      "section",
      { class: "block" },
      h("h2", {}, data.villages[village]),
      h("ul", { class: "lines" }, some.map((family) => familyLine(data, family))),
    ),
  );
}
