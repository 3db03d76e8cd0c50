// Pieces that several screens show: a family's line, the state of a queued item, both versions.
import { h, icon } from "./dom.js";
import { choice, say, sayDay } from "./words.js";

export const caretakerOf = (family) =>
  family.members.find((member) => member.id === family.caretaker) ?? family.members[0];

export const nameOf = (family) => caretakerOf(family)?.name ?? say("no_caretaker");

export const corner = (family) =>
  [family.rt && `RT ${family.rt}`, family.rw && `RW ${family.rw}`].filter(Boolean).join(" / ");

export const placeOf = (data, family) =>
  [family.address, family.hamlet, corner(family), data.villages[family.village]]
    .filter(Boolean)
    .join(", ");

export const head = (title, lead = "", back = null) =>
  h(
    "header",
    { class: "screen-head" },
    back && h("a", { class: "back", href: back }, icon("arrow-left"), say("back")),
    h("h1", { tabindex: "-1" }, title),
    lead && h("p", { class: "lead" }, lead),
  );

export const familyLine = (data, family, notes = []) =>
  h(
    "li",
    {},
    h(
      "a",
      { class: "line", href: `#/keluarga/${family.id}` },
      h(
        "span",
        { class: "line-words" },
        h("strong", {}, nameOf(family)),
        h(
          "span",
          { class: "soft" },
          [corner(family), family.hamlet || family.address].filter(Boolean).join(" · "),
        ),
        notes.length > 0 && h("span", { class: "notes" }, notes),
      ),
      icon("chevron-right"),
    ),
  );

export const note = (text, tone = "") => h("span", { class: `state ${tone}` }, text);

export const nothing = (text, picture = "check") =>
  h("div", { class: "nothing" }, icon(picture), h("p", {}, text));

const LOOKS = {
  waiting: ["clock", "state-warn"],
  stored: ["clock", "state-warn"],
  sent: ["check", "state-good"],
  differs: ["arrows-diff", "state-bad"],
  refused: ["x", "state-bad"],
};

export function stateOf(item) {
  const [picture, tone] = LOOKS[item.state];
  const left = item.state === "stored" && item.photosLeft;
  const text = left
    ? say("state_photos", { left, all: item.photos.length })
    : say(`state_${item.state}`);
  return h("span", { class: `state ${tone}` }, icon(picture), text);
}

// A proposal of a visit with what the register said: both sides, when they differ.
export function proposalCard(proposal) {
  const tone = { open: "state-warn", accepted: "state-good", refused: "state-bad" };
  return h(
    "div",
    { class: "proposal" },
    h(
      "p",
      { class: "proposal-head" },
      h("strong", {}, choice("kinds", proposal.kind)),
      proposal.about && ` · ${proposal.about}`,
    ),
    h(
      "p",
      { class: "notes" },
      note(choice("states", proposal.state), tone[proposal.state]),
      proposal.conflict && note(say("state_differs"), "state-bad"),
    ),
    proposal.reason && h("p", {}, say("reason", { reason: proposal.reason })),
    proposal.conflict && h("p", { class: "soft" }, say("conflict_says")),
    proposal.values.map((value) =>
      h(
        "div",
        { class: value.moved ? "sides sides-moved" : "sides" },
        h("p", { class: "sides-label" }, value.label),
        h(
          "dl",
          {},
          side(say(proposal.conflict ? "side_seen" : "side_register"), value.seen),
          value.moved && side(say("side_met"), value.met),
          value.proposed && side(say("side_proposed"), value.proposed),
        ),
      ),
    ),
  );
}

const side = (label, value) => [h("dt", {}, label), h("dd", {}, value || "–")];

export const visitLine = (visit) =>
  h(
    "li",
    {},
    h("strong", {}, `${sayDay(visit.at)} · ${choice("purposes", visit.purpose)}`),
    visit.note && h("p", {}, visit.note),
    visit.next &&
      h(
        "p",
        { class: "soft" },
        say("next_said", { step: visit.next }),
        visit.next_on && ` (${sayDay(visit.next_on)})`,
      ),
  );
