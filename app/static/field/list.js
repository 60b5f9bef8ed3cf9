// My reports, those on this phone: how each stands, to be changed, deleted, or read once more.

import { element, icon } from "../elements.js";
import { heard } from "./heard.js";
import { isDone, refersTo, revised, stateOf } from "./items.js";
import { listed } from "./listed.js";
import * as outbox from "./outbox.js";
import { atMostOften } from "./often.js";
import { fullPhone, isKept, sendSoon } from "./phone.js";
import { say, sayMany, time } from "./words.js";

const { person } = document.documentElement.dataset;
const section = document.querySelector("[data-here]");
let isSending = false;
let zone; // times are told as in the operation, wherever the phone believes to be

const STATES = {
  waiting: () => badge("", "phone", say("on this phone")),
  sending: () => badge("", "clock", say("sending")),
  sent: () => badge("sent", "sent", say("sent")),
  attention: () => badge("attention", "alert", say("needs attention")),
};

function badge(kind, name, words) {
  return element("span", { class: `badge ${kind}`.trim() }, icon(name), words);
}

async function show() {
  if (!(await isKept)) return;
  await heard;
  zone = (await listed())?.zone;
  const read = await outbox.readAll(person);
  const entries = read.filter(Boolean);
  const spoilt = read.length - entries.length;
  section.hidden = !read.length;
  section.querySelector("ul").replaceChildren(...entries.map((entry) => shown(entry, entries)), ...(spoilt ? [lost(spoilt)] : []));
}

function standing(entry) {
  if (entry.isSent) return "sent";
  const state = stateOf(entry.items);
  return state === "waiting" && isSending && entry.items.some((item) => item.state === "tried") ? "sending" : state;
}

function lost(many) {
  const words = sayMany("%(n)s report on this phone cannot be read any more. Look whether it is among those sent; if not, enter it again.", "%(n)s reports on this phone cannot be read any more. Look whether they are among those sent; enter again those that are not.", many);
  return element("li", {},
    element("p", { class: "error" }, icon("alert"), element("span", {}, words)),
    element("div", { class: "row" }, button(say("Seen"), () => outbox.forgetSpoilt(person))));
}

function shown(entry, entries) {
  const { summary, items = [] } = entry;
  const says = [
    ...items.flatMap((item) => item.errors.map((fault) => fault.message)),
    ...(isStuck(entry) ? [say("It was deleted here, and the server has it all the same. Where there is a network, look at it among those sent.")] : items.filter((item) => item.state === "conflict").map(conflictOf)),
    ...(entry.warnings ?? []),
  ];
  return element("li", { "data-number": entry.number },
    element("div", { class: "row spread" }, element("b", { class: "title" }, summary.title), STATES[standing(entry)]()),
    element("p", {}, summary.line),
    element("p", { class: "quiet" }, time(summary.at, { dateStyle: "medium", timeStyle: "short", timeZone: zone }), ...(entry.code ? [" · ", element("bdi", {}, entry.code)] : [])),
    ...[...new Set(says)].map((words) => element("p", { class: "error" }, icon("alert"), element("span", {}, words))),
    element("div", { class: "row" }, ...actions(entry, entries)));
}

// What the server does not take back does not wait here for good.
function isStuck({ isDeleted, items }) {
  return isDeleted && stateOf(items) === "attention";
}

function conflictOf(item) {
  return item.report.id === item.of
    ? say("The server has another report under this number. Open it and save it to send it as a further one.")
    : say("Somebody else corrected this meanwhile. Open it and save it if yours is right, or delete it here.");
}

function actions(entry, entries) {
  if (entry.isSent) return [button(say("Seen"), () => outbox.forgetSent(person, entry.number))];
  if (isStuck(entry)) return [button(say("Seen"), () => outbox.change(person, entry.number, () => null))];
  if (entry.isDeleted) return [element("span", { class: "quiet" }, say("It may have been sent; it is taken back as soon as there is a network."))];
  return [
    element("a", { class: "change", href: `${entry.path}?edit=${entry.number}&of=${entry.items[0].of}` }, say("Change")),
    button(say("Delete"), () => remove(entry, entries)),
  ];
}

function button(words, act) {
  const made = element("button", { class: "button plain", type: "button" }, words);
  made.addEventListener("click", () => Promise.resolve(act()).catch(notDone));
  return made;
}

// A full phone cannot even write down that something is to be taken back.
function notDone(error) {
  window.alert(fullPhone());
  console.error(error);
}

// Asked twice, since nothing brings it back. What may have been sent is taken back instead.
async function remove(entry, entries) {
  const ids = entry.items.map((item) => item.of);
  const others = entries.filter((one) => one !== entry && !one.isSent && !one.isDeleted && refersTo(one.items, ids)).length;
  if (others) {
    window.alert(sayMany("%(n)s report on this phone speaks of it. Change or delete that one first.", "%(n)s reports on this phone speak of it. Change or delete those first.", others));
    return;
  }
  const question = say("Delete this report?");
  if (!window.confirm(`${question}\n${entry.summary.title}${say(":")} ${entry.summary.line}`)) return;
  const after = await outbox.change(person, entry.number, (fresh) => {
    if (!fresh) return null;
    const items = withoutConflicts(fresh.items) ?? revised(fresh.items, [], say("Deleted on the phone before it was known to be sent."));
    return items.length && !isDone(items) ? { ...fresh, items, isDeleted: true } : null;
  });
  if (!after) await outbox.rememberDeleted(person, entry.number);
  sendSoon();
}

// What the server would not take, since it has something else: only that goes, what it has stays.
function withoutConflicts(items) {
  const others = items.filter((item) => item.state !== "conflict");
  return others.length < items.length ? others : null;
}

const showAgain = atMostOften(show);
outbox.onChange(({ sending = isSending }) => {
  isSending = sending;
  showAgain();
});
show();
