// The queue as its owner sees it: what waits, what has arrived, and what needs him.
import { askUser, h, icon } from "../dom.js";
import * as outbox from "../outbox.js";
import { head, nothing, proposalCard, stateOf } from "../parts.js";
import { choice, say, sayMoment } from "../words.js";

// What needs a person comes first, then what waits; what has arrived is only a receipt.
const ORDER = ["refused", "differs", "stored", "waiting", "sent"];

export function draw(app) {
  const { sync, sending } = app;
  const items = [...app.items].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const waiting = items.filter(outbox.isOpen).length;
  const send = h(
    "button",
    { type: "button", class: "btn btn-primary btn-wide", "aria-busy": sending && "true", onclick: () => sync() },
    icon("send"),
    sending ? say("sending") : say("send_now"),
  );
  return h(
    "section",
    {},
    head(say("queue"), say("queue_lead")),
    waiting > 0 && send,
    items.length
      ? h("ul", { class: "cards" }, items.map((item) => card(app, item)))
      : nothing(say("queue_nothing")),
  );
}

function card(app, item) {
  const { data, redraw, sending, sync } = app;
  const what = whatOf(item);
  const refused = item.state === "refused";
  const family = data?.byId.get(item.about?.household);
  const conflicts = (family?.proposals ?? []).filter(
    (proposal) => proposal.visit === item.id && proposal.conflict,
  );
  const again = async () => {
    await outbox.retry(item.id);
    await redraw();
    sync();
  };
  const drop = async () => {
    const answer = await askUser(say("discard_title"), say(refused ? "discard_text" : "discard_waiting"), [
      ["drop", say("discard"), "btn-danger"],
      ["", say("keep")],
    ]);
    if (answer !== "drop") return;
    await outbox.throwAway(item.id);
    await redraw();
  };
  return h(
    "li",
    { class: "card" },
    h("p", { class: "card-state" }, stateOf(item)),
    h("h2", {}, item.about?.name ?? say(`kind_${item.kind}`)),
    h("p", { class: "soft" }, `${what} · ${sayMoment(item.made)}`),
    item.photos.length > 0 && h("p", { class: "soft" }, say("photos_taken", { count: item.photos.length })),
    refused && refusal(item),
    item.state === "differs" &&
      (conflicts.length
        ? conflicts.map(proposalCard)
        : h("p", {}, say("conflict_elsewhere", { count: item.conflicts }))),
    (refused || (item.state === "waiting" && !sending)) &&
      h(
        "div",
        { class: "actions" },
        refused && h("button", { type: "button", class: "btn", onclick: again }, icon("refresh"), say("send_again")),
        h("button", { type: "button", class: "btn btn-danger", onclick: drop }, icon("x"), say("discard")),
      ),
    details(item),
  );
}

function whatOf({ kind, body }) {
  if (kind === "visit") return choice("purposes", body.purpose);
  if (kind !== "check") return say(`kind_${kind}`);
  return `${choice("components", body.component)}: ${say(body.attended ? "came" : "did_not_come")}`;
}

function refusal({ error }) {
  const fields = Object.values(error?.fields ?? {}).filter((text) => text !== error?.message);
  return h(
    "div",
    { class: "note note-error" },
    h("p", {}, h("strong", {}, say("refused_why")), " ", error?.message ?? say("refused_unknown")),
    fields.length > 0 && h("p", {}, fields.join(" · ")),
  );
}

// What was written, so that nothing has to be remembered when it must be written again.
function details({ body }) {
  const said = [
    ["people_met", body.people_met],
    ["note", body.note],
    ["next_step", body.next_step],
  ].filter(([, text]) => text);
  if (!said.length) return null;
  return h(
    "details",
    {},
    h("summary", {}, say("contents")),
    h("dl", {}, said.map(([name, text]) => [h("dt", {}, say(name)), h("dd", {}, text)])),
  );
}
