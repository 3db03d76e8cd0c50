// P2K2 groups in which one's own families are.
import { h, icon } from "../dom.js";
import { head, nothing } from "../parts.js";
import { say } from "../words.js";

export function draw({ data }) {
  const sizes = new Map();
  for (const { group } of data.families) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return h(
    "section",
    {},
    head(say("groups"), say("groups_lead")),
    data.groups.length
      ? h("ul", { class: "lines" }, data.groups.map((group) => line(data, group, sizes.get(group.id) ?? 0)))
      : nothing(say("groups_none"), "users-group"),
  );
}

const line = (data, group, count) =>
  h(
    "li",
    {},
    h(
      "a",
      { class: "line", href: `#/p2k2/${group.id}` },
      h(
        "span",
        { class: "line-words" },
        h("strong", {}, group.name),
        h("span", { class: "soft" }, `${data.villages[group.village] ?? ""} · ${say("families_count", { count })}`),
      ),
      icon("chevron-right"),
    ),
  );
