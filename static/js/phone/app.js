// The page: draws screens, keeps contact with the office, and tells how the queue stands.
import * as caseload from "./caseload.js";
import { askUser, h, icon } from "./dom.js";
import * as draft from "./draft.js";
import * as outbox from "./outbox.js";
import { nothing } from "./parts.js";
import { find, tabs } from "./screens.js";
import * as vault from "./vault.js";
import { say, settings } from "./words.js";

// While something waits and the page is open. A phone says that it is online before the first
// packet gets through, so the first pauses are short.
const PAUSES = [3_000, 10_000, 30_000, 60_000];
const main = document.getElementById("screen");
const bar = document.getElementById("tabs");
const status = document.getElementById("status");
const told = document.getElementById("told");
const app = {
  data: null,
  items: [],
  sending: false,
  problem: "", // why the last contact failed
  locked: 0, // items of whoever signed out here
  home: "/",
  sync,
  redraw,
  signOut,
  saved,
  guard: () => (unsaved = true),
};
let unsaved = false; // something was typed and not yet put into the queue
let shown = "";
let silence = 0;
let again = false; // asked for contact while one was under way
let pause = 0; // which of PAUSES comes next
let next = 0;

async function readPhone() {
  app.data = await caseload.load();
  app.items = await outbox.items();
  app.locked = app.data ? 0 : await outbox.countLocked();
}

async function redraw() {
  try {
    await readPhone();
  } catch (problem) {
    app.problem = outbox.nameOf(problem); // what was read before stays on the screen
  }
  // Nothing is pulled away under a thumb: a half-written form stays until it is saved or left.
  const typing = main.contains(document.activeElement?.closest("input, select, textarea"));
  if (!unsaved && !typing) drawScreen();
  drawFrame();
}

function drawScreen() {
  const { screen, values } = find(location.hash);
  const scrolled = shown === location.hash ? window.scrollY : 0;
  const fresh = shown !== location.hash;
  shown = location.hash;
  unsaved = false;
  main.replaceChildren(app.data ? screen.draw(app, ...values) : door());
  window.scrollTo(0, scrolled);
  if (!fresh) return;
  told.textContent = ""; // what was said belongs to the screen before
  main.querySelector("h1")?.focus({ preventScroll: true });
}

function drawFrame() {
  const { tab } = find(location.hash);
  const waiting = app.items.filter(outbox.isOpen).length;
  const trouble = app.items.filter((item) => ["refused", "differs"].includes(item.state)).length;
  bar.hidden = !app.data;
  bar.replaceChildren(
    ...tabs.map(({ id, href, icon: picture }) =>
      h(
        "a",
        { href, "aria-current": id === tab && "page" },
        icon(picture),
        h("span", {}, say(`tab_${id}`)),
        id === "queue" &&
          waiting + trouble > 0 &&
          h("span", { class: "badge" }, String(waiting + trouble)),
      ),
    ),
  );
  const [text, tone] = howItStands(waiting, trouble);
  if (status.dataset.text !== text) {
    status.dataset.text = text;
    status.className = `status ${tone}`;
    status.replaceChildren(text, app.problem === "signed_out" && app.data ? signInLink() : "");
  }
}

// One sentence, the most important first. It is read aloud when it changes.
function howItStands(waiting, trouble) {
  if (!app.data) return ["", ""];
  const queue = waiting ? say("status_waiting", { count: waiting }) : "";
  if (app.problem === "signed_out") return [`${say("status_signed_out")} ${queue}`, "status-bad"];
  if (app.problem === "failed") return [say("status_failed"), "status-bad"];
  if (app.problem === "other_owner") return [say("status_other_owner"), "status-bad"];
  if (app.sending && waiting) return [say("status_sending", { count: waiting }), ""];
  if (app.problem === "no_signal") return [`${say("status_no_signal")} ${queue}`, "status-warn"];
  if (app.problem === "later") return [`${say("status_later")} ${queue}`, "status-warn"];
  if (trouble) return [say("status_trouble", { count: trouble }), "status-bad"];
  if (waiting) return [queue, "status-warn"];
  return [say("status_done"), "status-good"];
}

const signInLink = () => h("a", { class: "btn btn-small", href: settings.signIn }, say("sign_in"));

// Nobody's families are here: why, and the way in.
function door() {
  if (app.sending) return nothing(say("door_working"), "progress");
  if (app.problem === "not_a_facilitator") {
    return h(
      "section",
      {},
      nothing(say("door_not_a_facilitator"), "user-off"),
      h("a", { class: "btn btn-wide", href: app.home }, say("to_office")),
    );
  }
  const why = { no_signal: "door_no_signal", later: "status_later", failed: "status_failed" };
  return h(
    "section",
    { class: "door" },
    h("h1", { tabindex: "-1" }, say("title")),
    h("p", {}, say(why[app.problem] ?? "door_sign_in")),
    app.locked > 0 && h("p", { class: "note" }, say("door_locked", { count: app.locked })),
    why[app.problem]
      ? h("button", { type: "button", class: "btn btn-primary btn-wide", onclick: () => sync() }, icon("refresh"), say("try_again"))
      : h("a", { class: "btn btn-primary btn-wide", href: settings.signIn }, icon("key"), say("sign_in")),
  );
}

// Contact with the office: whose session it is, then what waits, then the families of today.
async function sync() {
  again = app.sending;
  if (again) return;
  app.sending = true;
  try {
    await redraw();
    const box = await caseload.connect();
    const { problem } = await outbox.send();
    app.problem = problem === "busy" ? "" : problem;
    // What the office cannot take today must not keep families here that it gave to others.
    if (!app.problem || app.problem === "later") await caseload.refresh(box);
  } catch (problem) {
    app.problem = outbox.nameOf(problem);
    // Whose role or caseload ended keeps no family on his phone.
    if (app.problem === "not_a_facilitator") await vault.forget().catch(() => {});
  } finally {
    app.sending = false;
  }
  await redraw();
  if (again) return sync(); // what was saved meanwhile, or a signal found meanwhile
  askForSync();
  tryLater();
}

function tryLater() {
  clearTimeout(next);
  if (!app.items.some(outbox.isOpen)) return;
  next = setTimeout(() => (navigator.onLine ? sync() : tryLater()), PAUSES[pause]);
  pause = Math.min(pause + 1, PAUSES.length - 1);
}

function hope() {
  pause = 0;
  return sync();
}

// The browser calls the service worker when there is signal again, even with the page closed.
async function askForSync() {
  if (!app.items.some(outbox.isOpen) || !navigator.serviceWorker) return;
  const registration = await navigator.serviceWorker.getRegistration(settings.page);
  await registration?.sync?.register("outbox").catch(() => {});
}

async function saved(text, address) {
  unsaved = false;
  await readPhone();
  history.replaceState(null, "", address); // back does not lead into an empty form
  drawScreen();
  drawFrame();
  announce(text);
  hope();
}

function announce(text) {
  told.textContent = text;
  clearTimeout(silence); // of what was said before, perhaps in the same words
  silence = setTimeout(() => (told.textContent = ""), 6000);
}

async function signOut() {
  const waiting = app.items.filter((item) => !outbox.isDone(item)).length;
  const text = waiting ? say("sign_out_waiting", { count: waiting }) : say("sign_out_text");
  const answers = [
    ...(waiting && app.items.some(outbox.isOpen) ? [["send", say("send_first"), "btn-primary"]] : []),
    ["leave", say(waiting ? "sign_out_anyway" : "sign_out"), "btn-danger"],
    ["", say("stay")],
  ];
  const answer = await askUser(say("sign_out_title"), text, answers);
  if (answer === "send") {
    location.hash = "#/antrean";
    await sync();
  } else if (answer === "leave") {
    await caseload.leave();
    location.replace(settings.page); // a new page: nothing of the old one stays in memory
  }
}

async function register() {
  const options = { scope: settings.page, updateViaCache: "none" };
  try {
    await navigator.serviceWorker.register(`${settings.worker}?kirim=1`, { ...options, type: "module" });
  } catch {
    await navigator.serviceWorker.register(settings.worker, options); // keeps the page, sends not
  }
}

window.addEventListener("hashchange", () => {
  if (location.hash === shown) return;
  if (unsaved) {
    const wanted = location.hash;
    askUser(say("leave_title"), say("leave_text"), [
      ["stay", say("leave_stay"), "btn-primary"],
      ["leave", say("leave_go"), "btn-danger"],
    ]).then((answer) => {
      if (answer === "leave") {
        unsaved = false;
        draft.drop();
        location.hash = wanted;
      }
    });
    history.replaceState(null, "", shown); // back to the form until there is an answer
    return;
  }
  drawScreen();
  drawFrame();
});
window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
window.addEventListener("online", hope);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && hope());

async function start() {
  if (!window.isSecureContext || !navigator.serviceWorker || !navigator.locks) {
    main.replaceChildren(nothing(say("browser_too_old"), "lock"));
    return;
  }
  navigator.serviceWorker.addEventListener("message", () => redraw());
  navigator.storage?.persist?.(); // asks the browser not to clear us when the phone gets full
  await register().catch(() => {}); // without a network the worker is there already
  await sync();
}

start();
