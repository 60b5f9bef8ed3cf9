// A form of the field, saved onto this phone and sent from there. Where the browser keeps nothing, the form goes to the
// server as it does with no script at all.

import { element, icon } from "../elements.js";
import { isDoubtful, latest } from "./clock.js";
import { elsewhere } from "./elsewhere.js";
import { clearErrors, showErrors } from "./errors.js";
import { faultsAsComplaints, load, read } from "./forms/index.js";
import { heard } from "./heard.js";
import { dayOf, fromClock, shownInZone } from "./forms/moments.js";
import { isDone, made, revised, sent } from "./items.js";
import { listed } from "./listed.js";
import * as outbox from "./outbox.js";
import { isKept, prepareToWait, sendSoon, staysWithNoNetwork } from "./phone.js";
import { lineOf } from "./summary.js";
import { say, time } from "./words.js";

const { person } = document.documentElement.dataset;
const form = document.querySelector("form[data-sort]");
const { sort } = form.dataset;
const asked = new URLSearchParams(location.search);
const isLoaded = load(sort).then(() => true, () => false);
let entry = null; // that is changed; null: a new one
let isSaving = false;
let isDayChosen = Boolean(document.getElementById("put-right")); // a form that came back holds what was typed

function answersOf() {
  const answers = {};
  for (const [name, value] of new FormData(form)) (answers[name] ??= []).push(value);
  delete answers.csrf_token;
  return answers;
}

function setValue(name, values) {
  for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (["radio", "checkbox"].includes(input.type)) input.checked = values.includes(input.value);
    else input.value = values[0] ?? "";
  }
}

// What the page asked besides when it was filled in, of a group that was looked up say, is asked along.
function refill(answers) {
  const here = new Set([...form.elements].map((input) => input.name));
  for (const [name, values] of Object.entries(answers)) {
    if (!here.has(name)) form.append(...values.map((value) => element("input", { type: "hidden", name, value })));
  }
  if (answers.known) form.elements.code.readOnly = true;
  for (const name of here) if (name && name !== "csrf_token") setValue(name, answers[name] ?? []);
  for (const folded of form.querySelectorAll("details")) folded.open ||= [...folded.querySelectorAll("input")].some(({ value }) => value);
  form.dispatchEvent(new Event("input"));
  form.dispatchEvent(new Event("change"));
}

// A page may lie open, or be kept for days: what it says is now is now, and the day it begins with today.
function beginNow() {
  setValue("report_id", [crypto.randomUUID()]);
  const day = form.querySelector("[name=day]");
  day?.addEventListener("input", () => { isDayChosen = true; });
  sayNow();
  setInterval(sayNow, 20_000);
}

async function sayNow() {
  const place = form.querySelector("[data-now]");
  const all = await listed();
  if (!place || !all) return;
  await heard;
  const { zone: timeZone, offsets } = all;
  if (entry) {
    place.textContent = say("As saved, %(time)s", { time: time(form.elements.opened_at.value, { dateStyle: "short", timeStyle: "short", timeZone }) });
    return;
  }
  place.textContent = say("Now, %(time)s", { time: time(Date.now(), { hour: "2-digit", minute: "2-digit", timeZone }) });
  if (!isDayChosen) setValue("day", [dayOf(shownInZone(fromClock(Date.now()), offsets))]);
  const clock = await knownClock();
  if (isDoubtful(clock, Date.now())) warnOfClock(place.closest("fieldset"), timeZone);
}

async function knownClock() {
  return (await outbox.remembered(person).catch(() => ({}))).clock;
}

function warnOfClock(question, timeZone) {
  if (form.querySelector("[data-clock]")) return;
  const shows = time(Date.now(), { dateStyle: "medium", timeStyle: "short", timeZone });
  const words = say("Look at the clock: this phone shows %(time)s, and it was wrong when it last reached the server. Choose the day and time yourself; put the clock right once nothing waits to be sent.", { time: shows });
  question.after(element("p", { class: "notice attention", role: "status", "data-clock": true }, icon("alert"), element("span", {}, words)));
}

// Where the last form ended, this one begins.
async function beginWhereTheLastEnded() {
  const { last = {} } = await outbox.remembered(person);
  const all = await listed();
  if (!all) return;
  const only = all.shelters.length === 1 ? `shelter:${all.shelters[0].code}` : undefined;
  if (asked.get("group")) setValue("group", [asked.get("group")]);
  begin("place", last.place ?? only, all);
  begin("home", last.home, all);
}

function begin(name, key, all) {
  const input = form.querySelector(`[name="${name}"]`);
  const said = key && saidOf(key, all);
  if (!input || !said || input.value || input.matches("select")) return;
  input.value = said;
  setValue(`${name}.pick`, [key]);
}

function saidOf(key, all) {
  const [kind, code] = key.includes(":") ? key.split(":") : ["home", key];
  if (kind === "shelter") return all.shelters.find((one) => one.code === code)?.said;
  const area = all.areas.find((one) => one.code === code);
  return area && (kind === "area" ? all.outside.replace("{area}", area.said) : area.said);
}

// What is to be changed may have gone meanwhile: then it is corrected where what was sent is corrected.
async function beginWithEntry(number, id) {
  entry = await outbox.get(person, number);
  if (!entry?.answers) {
    location.replace(id ? addressToCorrect(id) : "/field/reports");
    return;
  }
  refill(entry.answers);
  sayNow();
  if (isTaken(entry)) setValue("report_id", [crypto.randomUUID()]);
  await heard;
  const faults = entry.items.flatMap((item) => item.errors);
  const complaints = await faultsAsComplaints(sort, faults);
  if (complaints.length) showErrors(form, complaints);
}

const addressToCorrect = (id) => `/field/reports/${id}/correct`;

// Whether the server holds something else under the name of this report: what is saved now is a further one.
function isTaken({ items }) {
  return items.some((item) => item.state === "conflict" && item.report.id === item.of);
}

async function save() {
  if (!entry) setValue("opened_at", [new Date().toISOString()]);
  await heard;
  const all = await listed();
  const answers = answersOf();
  if (!all) {
    if (navigator.onLine && !entry) HTMLFormElement.prototype.submit.call(form); // the phone has no lists yet: the server reads what was typed
    else complain(say("This phone does not have its lists yet, so it cannot keep the report. It stands here as you typed it: save it again where there is a network."));
    return;
  }
  const now = latest(await knownClock(), Date.now());
  const { complaints, reports, remembered } = await read(sort, answers, { names: all, now, elsewhere });
  clearErrors(form);
  if (complaints.length) {
    showErrors(form, complaints);
    return;
  }
  const summary = { title: document.querySelector("h1").textContent.trim(), line: lineOf(reports[0], all), at: reports[0].occurred_at };
  const { number, isSent } = await keep({ sort, path: location.pathname, answers, summary }, reports);
  outbox.remember(person, ({ last }) => ({ last: { ...last, ...remembered } })).catch(() => null);
  showSaved(number, reports[0].id, `${summary.title}${say(":")} ${summary.line}`);
  if (isSent) showSent(document.getElementById("main"), reports[0].id, { number, warnings: [] });
  prepareToWait();
  sendSoon();
}

async function keep(saved, reports) {
  if (!entry) return add(saved, reports);
  const { number, items } = entry;
  const { deleted = [] } = await outbox.remembered(person);
  if (deleted.includes(number) && !(await outbox.get(person, number))) return add(saved, reports);
  const after = await outbox.change(person, number, (fresh) => {
    const known = fresh?.items ?? sent(items); // else it was sent while this page lay open
    if (isTaken({ items: known })) return { ...saved, items: made(reports) };
    const now = revised(known, reports, say("Changed on the phone before it was known to be sent."));
    return isDone(now) ? fresh : { ...saved, items: now }; // nothing else was said: it is sent already
  });
  return { number, isSent: !after || Boolean(after.isSent) };
}

async function add(saved, reports) {
  return { number: await outbox.add(person, { ...saved, items: made(reports) }), isSent: false };
}

// What stands in the place of the form from now on, and what becomes of it.
function showSaved(number, id, line) {
  const main = document.getElementById("main");
  main.replaceChildren(document.querySelector("template[data-saved]").content.cloneNode(true));
  main.querySelector("[data-line]").textContent = line;
  main.querySelector("[data-change]").href = `${location.pathname}?edit=${number}&of=${id}`;
  outbox.onChange((what) => {
    if (what.sent?.number === number) showSent(main, id, what.sent);
    else if (!what.sent && !what.sending) showStanding(main, number);
  });
  window.scrollTo(0, 0);
  main.querySelector("h1").focus();
}

function showSent(main, id, { number, code, warnings }) {
  main.querySelector("h1").textContent = say("Saved and sent");
  main.querySelector("[data-change]").href = addressToCorrect(id);
  const told = warnings.map((words) => element("p", { class: "notice attention", role: "status" }, icon("alert"), element("span", {}, words)));
  const title = say("Its code");
  if (code) told.unshift(element("p", {}, `${title}${say(":")} `, element("strong", {}, element("bdi", {}, code))));
  main.querySelector("[data-became]").replaceChildren(...told);
  whenSeen(() => outbox.forgetSent(person, number)); // it was read
}

// A phone in a pocket shows nothing to anybody.
function whenSeen(act) {
  if (document.hidden) document.addEventListener("visibilitychange", () => whenSeen(act), { once: true });
  else act();
}

async function showStanding(main, number) {
  const now = await outbox.get(person, number);
  const faults = (now?.items ?? []).flatMap((item) => item.errors);
  const told = faults.map(({ message }) => element("p", { class: "notice attention", role: "status" }, icon("alert"), element("span", {}, message)));
  if (now && !now.isSent) main.querySelector("[data-became]").replaceChildren(...told);
}

async function begins() {
  if (!(await isKept) || !(await isLoaded)) return staysWithNoNetwork(form); // the server takes the form itself
  form.dataset.saves = "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSaving) return;
    isSaving = true;
    try {
      await save();
    } catch (error) {
      await notKept(error);
    } finally {
      isSaving = false;
    }
  });
  beginNow();
  if (asked.get("edit")) await beginWithEntry(Number(asked.get("edit")), asked.get("of"));
  else await beginWhereTheLastEnded();
}

// The phone took the last report and not this one: it is full. Said plainly, with nothing typed lost.
async function notKept(error) {
  await heard;
  complain(say("This phone could not keep the report. It stands here as you typed it: free some space on the phone and save again."));
  console.error(error);
}

function complain(message) {
  clearErrors(form);
  showErrors(form, [{ anchor: "main", message }]);
}

begins();
