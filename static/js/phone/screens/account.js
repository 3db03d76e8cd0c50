// Who is signed in on this phone, how long it may carry the families, and the way out.
import { h, icon } from "../dom.js";
import { head } from "../parts.js";
import { say, sayDay, sayMoment } from "../words.js";

export function draw({ data, signOut, home }) {
  const until = new Date(data.contactAt + data.keep_days * 24 * 60 * 60 * 1000);
  return h(
    "section",
    {},
    head(data.name, say("facilitator")),
    h(
      "dl",
      { class: "facts" },
      h("dt", {}, say("carried")),
      h("dd", {}, say("families_count", { count: data.families.length })),
      h("dt", {}, say("last_contact")),
      h("dd", {}, sayMoment(data.contactAt)),
      h("dt", {}, say("carried_until")),
      h("dd", {}, sayDay(until.toISOString())),
    ),
    h("p", { class: "hint" }, say("carried_why")),
    h(
      "div",
      { class: "stack-buttons" },
      h("a", { class: "btn", href: home }, icon("home"), say("to_office")),
      h("button", { type: "button", class: "btn btn-danger", onclick: signOut }, icon("logout"), say("sign_out")),
    ),
  );
}
