// On each page of somebody who reports: how many reports wait on this phone, how the network is, and sending them.

import { heard } from "./heard.js";
import { atMostOften } from "./often.js";
import * as outbox from "./outbox.js";
import { send } from "./sender.js";
import { say, sayMany } from "./words.js";

const LONGEST_WAIT_S = 300;
const BEFORE = "mawa header";
const { person, kept } = document.documentElement.dataset;
const language = document.documentElement.lang;

// Whether this browser keeps what it is given. Asked before anybody relies on it.
export const isKept = outbox.works(person);

const now = { how: "done", words: "", isFull: false };
let wait = 0;
let timer;

// Sends what waits, now; where that does not go, again and again by itself, less and less often.
export async function sendSoon() {
  clearTimeout(timer);
  if (!(await tally()).unsent) return show();
  const outcome = await send(person).catch(notSent);
  Object.assign(now, { words: "" }, outcome);
  if (outcome.how === "done") wait = 0;
  else {
    const seconds = Math.min(LONGEST_WAIT_S, Math.max(outcome.seconds ?? 30, wait * 2));
    if (navigator.onLine) wait = seconds;
    timer = setTimeout(sendSoon, seconds * 1000 * (0.75 + Math.random() / 2));
  }
  return show();
}

// What is about to be sent is noted first, or nobody would know that it may have been; a full phone cannot.
async function notSent() {
  return { how: await outbox.hasRoom() ? "later" : "full", seconds: 5 };
}

export const fullPhone = () => say("This phone is full, so what waits on it cannot be sent. Free some space on the phone: then it goes by itself.");

// Something changed: it may go now.
function tryAgain() {
  wait = 0;
  return sendSoon();
}

// Asks for what keeps reports safe on this phone, and for sending with no window open.
export async function prepareToWait() {
  navigator.storage?.persist?.().catch(() => false);
  const registration = await navigator.serviceWorker?.getRegistration();
  registration?.sync?.register("mawa").catch(() => null);
}

// What the header says, drawn at once as it was on the page before, so that nothing moves under a finger.
function draw({ chip, words, link }) {
  for (const place of document.querySelectorAll("[data-waiting]")) {
    place.hidden = !chip;
    place.lastElementChild.textContent = chip;
  }
  for (const strip of document.querySelectorAll("[data-strip]")) {
    strip.hidden = !words;
    strip.querySelector("span").textContent = words;
    strip.querySelector("a").hidden = !link;
  }
}

function drawAsBefore() {
  const before = JSON.parse(localStorage.getItem(BEFORE) ?? "{}");
  if (before.person === person && before.language === language) draw(before);
}

async function show() {
  await heard;
  const here = await tally();
  const chip = here.unsent ? sayMany("%(n)s on this phone", "%(n)s on this phone", here.unsent) : "";
  const [said, link] = await stripSays(here);
  const asOf = kept ? say("As it was on %(when)s.", { when: kept }) : "";
  const words = [said, asOf].filter(Boolean).join(" ");
  draw({ chip, words, link });
  localStorage.setItem(BEFORE, JSON.stringify({ person, language, chip, words, link }));
}

// What needs attention may go all the same: it names a report of another phone, say, that has come by now.
async function tally() {
  const { waiting, attention } = (await isKept) ? await outbox.tally(person) : { waiting: 0, attention: 0 };
  return { waiting, attention, unsent: waiting + attention };
}

async function stripSays({ waiting, attention, unsent }) {
  if (!(await isKept)) return [say("This browser keeps nothing. Each report is sent as you save it, and needs the network."), false];
  if (unsent && now.how === "sign-in") return [say("Your session ended. Sign in again to send what waits on this phone."), true];
  if (unsent && now.how === "refused") return [now.words, now.code === "another_person"];
  if (unsent && now.how === "full") return [fullPhone(), false];
  if (now.isFull) return [say("This phone is nearly full. Free some space, or new reports may not be kept."), false];
  if (waiting && navigator.onLine && now.how === "later") return [sayMany("The server cannot be reached. %(n)s report will be sent by itself.", "The server cannot be reached. %(n)s reports will be sent by themselves.", waiting), false];
  if (!navigator.onLine && waiting) return [sayMany("No network. %(n)s report will be sent by itself.", "No network. %(n)s reports will be sent by themselves.", waiting), false];
  if (attention) return [sayMany("%(n)s report needs attention: see “My reports”.", "%(n)s reports need attention: see “My reports”.", attention), false];
  if (!navigator.onLine) return [say("No network. You can go on: what you save stays on this phone and is sent by itself."), false];
  return ["", false];
}

async function lookAtSpace() {
  if (!(await isKept)) return;
  now.isFull = !(await outbox.hasRoom());
  if (now.isFull) await show();
}

async function register() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  await serviceWorker.register("/field/service-worker.js", { scope: "/", type: "module" });
  const { active } = await serviceWorker.ready;
  active.postMessage({ keep: { person, language } });
}

// A form that only the server can take, a correction say: with no network it stays as it was typed.
export function staysWithNoNetwork(form) {
  form.addEventListener("submit", async (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    const { clearErrors, showErrors } = await import("./errors.js");
    await heard;
    clearErrors(form);
    showErrors(form, [{ anchor: "main", message: say("There is no network, so this was not saved. It stands here as you typed it: save it again where there is one.") }]);
  }, { capture: true });
}

document.querySelectorAll("form[method=post][data-once]:not([data-sort])").forEach(staysWithNoNetwork);

// Nobody signs out by mistake while their reports wait: these stay here, and only they can send them.
for (const form of document.querySelectorAll("form[action='/logout']")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.isSure) return;
    event.preventDefault();
    signOut(form);
  });
}

async function signOut(form) {
  const { unsent } = await tally();
  if ((unsent || !navigator.onLine) && !(await isSure(unsent))) return;
  form.dataset.isSure = "yes";
  form.requestSubmit();
}

async function isSure(waiting) {
  await heard;
  const dialog = document.querySelector("[data-unsent]");
  dialog.querySelector("h2").textContent = waiting
    ? sayMany("%(n)s report on this phone is not sent yet.", "%(n)s reports on this phone are not sent yet.", waiting)
    : say("There is no network.");
  dialog.querySelector("[data-stays]").hidden = !waiting;
  dialog.querySelector("[data-away]").hidden = navigator.onLine;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "sign-out"), { once: true });
  });
}

try {
  drawAsBefore();
} catch { /* a browser that keeps nothing */ }
outbox.onChange(atMostOften(show));
window.addEventListener("online", tryAgain);
window.addEventListener("offline", show);
window.addEventListener("focus", tryAgain);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tryAgain(); });
register().catch(() => null); // without it pages need the network; what is saved waits all the same
lookAtSpace().catch(() => null);
sendSoon();
