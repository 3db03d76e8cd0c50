// One family's file, as far as a visit needs it. Numbers came masked; the rest is at the office.
import { h, icon } from "../dom.js";
import { caretakerOf, head, nameOf, note, nothing, placeOf, proposalCard, stateOf, visitLine } from "../parts.js";
import { screens } from "../screens.js";
import { age, choice, say, sayDay } from "../words.js";

export function draw({ data, items }, id) {
  const family = data.byId.get(id);
  if (!family) return gone();
  const queued = items.filter((item) => item.about?.household === id && item.state !== "sent");
  const caretaker = caretakerOf(family);
  return h(
    "section",
    {},
    head(nameOf(family), placeOf(data, family), "#/keluarga"),
    family.status !== "active" &&
      h("p", {}, note(choice("family_states", family.status), "state-warn")),
    h(
      "div",
      { class: "actions" },
      screens.filter((entry) => entry.family).map(({ screen }) => screen.button(family)),
    ),
    queued.length > 0 &&
      block(
        say("waiting_here"),
        h(
          "ul",
          { class: "plain" },
          queued.map((item) => h("li", {}, h("a", { class: "line", href: "#/antrean" }, say(`kind_${item.kind}`), stateOf(item)))),
        ),
      ),
    family.asked.length > 0 &&
      block(
        say("today_asked"),
        h(
          "ul",
          { class: "plain" },
          family.asked.map((one) =>
            h(
              "li",
              {},
              one.about && h("strong", {}, one.about),
              h("p", {}, one.wanted),
              h("p", { class: "notes" }, note(say("asked_until", { day: sayDay(one.due) }), "state-warn")),
            ),
          ),
        ),
      ),
    block(
      say("members"),
      h("ul", { class: "plain" }, family.members.map((member) => memberLine(member, caretaker))),
      family.card && h("p", { class: "hint" }, say("card", { number: family.card })),
    ),
    family.proposals.length > 0 && block(say("proposals"), family.proposals.map(proposalCard)),
    block(
      say("last_visits"),
      family.visits.length
        ? h("ul", { class: "plain" }, family.visits.map(visitLine))
        : h("p", { class: "hint" }, say("never_visited")),
    ),
  );
}

export const gone = () =>
  h("section", {}, head(say("family_gone"), "", "#/keluarga"), nothing(say("family_gone_why"), "user-off"));

const block = (title, ...content) => h("section", { class: "block" }, h("h2", {}, title), content);

function memberLine(member, caretaker) {
  const years = age(member.born);
  const words = [
    member.relationship && choice("relationships", member.relationship),
    years !== null && say("years", { years }),
    member.born && sayDay(member.born),
  ];
  return h(
    "li",
    {},
    h("strong", {}, member.name),
    h("p", { class: "soft" }, words.filter(Boolean).join(" · ")),
    member.nik && h("p", { class: "soft number" }, say("nik", { number: member.nik })),
    h(
      "p",
      { class: "notes" },
      member === caretaker && note(say("caretaker"), "state-go"),
      member.components.map((component) => note(choice("components", component))),
    ),
  );
}

export const action = (href, picture, text, tone = "btn-primary") =>
  h("a", { class: `btn ${tone}`, href }, icon(picture), text);
