// Where the visit was: asked for by a press, never behind somebody's back, and always with its
// accuracy. Without GPS the visit is as good; the office shows that there is no position.
import { h, icon } from "./dom.js";
import { say } from "./words.js";

const SECONDS = 30;

// `guard` is told of the press: the form is then not drawn anew while the position is looked for.
// Returns {element, read()}: {latitude, longitude, accuracy_m}, all null when there is none.
export function placeField(guard) {
  let found = null;
  const message = h("p", { class: "hint", role: "status" }, say("place_none"));
  const button = h("button", { type: "button", class: "btn", onclick: take }, icon("map-pin"), say("place_take"));

  function take() {
    if (!navigator.geolocation) {
      message.textContent = say("place_missing");
      return;
    }
    guard();
    message.textContent = say("place_working");
    button.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(keep, fail, {
      enableHighAccuracy: true,
      timeout: SECONDS * 1000,
      maximumAge: 60_000,
    });
  }

  function keep({ coords }) {
    button.removeAttribute("aria-busy");
    const round = (number, digits) => Number(number.toFixed(digits));
    found = {
      latitude: round(coords.latitude, 6),
      longitude: round(coords.longitude, 6),
      accuracy_m: round(coords.accuracy, 1),
    };
    const metres = Math.round(coords.accuracy);
    message.textContent = say(metres > 100 ? "place_rough" : "place_taken", { metres });
  }

  function fail(problem) {
    button.removeAttribute("aria-busy");
    message.textContent = say(problem.code === 1 ? "place_forbidden" : "place_missing");
  }

  const element = h(
    "fieldset",
    { class: "group" },
    h("legend", {}, say("place_title")),
    button,
    message,
  );
  return { element, read: () => found ?? { latitude: null, longitude: null, accuracy_m: null } };
}
