// Sending what waits on this phone, in order, each report under its own id: sending one twice is harmless. One sender at
// a time, in whichever window or in the background. Nothing is erased before the server said that it has it.

import { noteClock } from "./clock.js";
import { STORED, answered, isDone, toSend, tried, untried } from "./items.js";
import { isLeaving } from "./leaving.js";
import * as outbox from "./outbox.js";
import { patiently } from "./patient.js";

const ADDRESS = "/api/v1/reports";
const NAMES = "/field/names";
const MOST = 50; // reports at once: on a thin network little is sent again
const PATIENCE_MS = 60_000;
const SOON_S = 5;
const MOST_MADE = 20; // shelters made here that are remembered

// Sends all that waits for one person. Says how it went: `done` (nothing is left that could go), `later` (no network, or
// the server is in trouble: in so many seconds again), `sign-in`, or `refused` with the server's words.
export async function send(person) {
  if (!navigator.onLine) return { how: "later", seconds: SOON_S }; // nothing leaves the phone: all of it can still be unsaid
  if (await isLeaving()) return { how: "sign-in" }; // whoever saved it has signed out
  return outbox.alone("sending", () => sendAll(person));
}

async function sendAll(person) {
  const before = new Set(); // what was asked about in this turn
  const isNew = (entry) => toSend(entry.items ?? []).some((report) => !before.has(report.id));
  for (;;) {
    const waiting = (await outbox.all(person)).filter(isNew);
    if (!waiting.length) return { how: "done" };
    while (waiting.length) {
      const batch = await claimed(person, waiting);
      if (!batch.length) continue;
      const ids = batch.flatMap(({ reports }) => reports.map((report) => report.id));
      for (const id of ids) before.add(id);
      const outcome = await sendSome(person, batch);
      if (outcome.how !== "sent") return outcome;
      if (outcome.stored) for (const id of outcome.unknown) before.delete(id); // what they speak of may be there now
    }
  }
}

// What goes next, taken from the front of `waiting`. Each entry is read and marked as tried in one step: what is sent is
// what stands in it, and whoever changes or deletes it from here on says so to the server too.
async function claimed(person, waiting) {
  const numbers = [];
  let many = 0;
  while (waiting.length && !(many && many + toSend(waiting[0].items).length > MOST)) {
    const { number, items } = waiting.shift();
    numbers.push(number);
    many += toSend(items).length;
  }
  const batch = [];
  await outbox.changeEach(person, numbers, (entry, number) => {
    const reports = toSend(entry?.items ?? []);
    if (!reports.length) return entry;
    batch.push({ number, reports, states: new Map(entry.items.map((item) => [item.report.id, item.state])) });
    return { ...entry, items: tried(entry.items, new Set(reports.map((report) => report.id))) };
  });
  return batch;
}

async function sendSome(person, batch) {
  outbox.tell({ sending: true });
  const answer = await post(person, batch.flatMap(({ reports }) => reports));
  outbox.tell({ sending: false });
  if (answer.how !== "answered") {
    if (!answer.isUncertain) await changeBatch(person, batch, (entry, { states }) => entry && { ...entry, items: untried(entry.items, states) });
    return answer;
  }
  const results = new Map(answer.results.map((result) => [result.id, result]));
  await take(person, batch, results);
  if (answer.results.some((result) => result.code)) fetch(NAMES, { cache: "reload" }).catch(() => null); // nobody waits for it
  return {
    how: "sent",
    stored: answer.results.some((result) => result.status === "accepted"),
    unknown: answer.results.filter((result) => result.status === "unknown_reference").map((result) => result.id),
  };
}

function changeBatch(person, batch, how) {
  return outbox.changeEach(person, batch.map(({ number }) => number), (entry, number) => how(entry, batch.find((part) => part.number === number)));
}

// What the server said of each. What is stored is erased; what it asked back stays until somebody has read it.
async function take(person, batch, results) {
  const all = [];
  await changeBatch(person, batch, (entry, { number, reports }) => {
    if (!entry) return null;
    const items = answered(entry.items, results);
    const said = items.map((item) => results.get(item.report.id)).filter((result) => result && STORED.includes(result.status));
    const warnings = [...(entry.warnings ?? []), ...said.flatMap((result) => result.warnings.map((warned) => warned.message))];
    const code = said.find((result) => result.code)?.code ?? entry.code;
    const told = { number, code, warnings: [...new Set(warnings)] };
    all.push({ told, isSent: isDone(items), reports });
    if (!isDone(items)) return { ...entry, items, ...told };
    return warnings.length ? { summary: entry.summary, isSent: true, ...told } : null;
  });
  for (const { told, isSent, reports } of all) {
    if (isSent) outbox.tell({ sent: told });
    const shelter = told.code && reports.find((report) => report.kind === "shelter" && results.get(report.id)?.code);
    if (shelter) await rememberShelter(person, told.code, shelter);
  }
}

// People can be booked to a new shelter before the lists say that it is there.
function rememberShelter(person, code, { name, aliases }) {
  return outbox.remember(person, ({ made = [] }) => ({ made: [...made, { code, name, aliases }].slice(-MOST_MADE) }));
}

async function post(person, reports) {
  const headers = { "Content-Type": "application/json", "X-Mawa-Form": "1", "X-Mawa-Person": person };
  const body = JSON.stringify({ sent_at: new Date().toISOString(), reports });
  try {
    return await patiently(PATIENCE_MS, async (signal) => {
      const answer = await fetch(ADDRESS, { method: "POST", headers, body, redirect: "error", signal });
      await noteClock(person, answer).catch(() => null);
      return understood(answer, reports);
    });
  } catch {
    return { how: "later", isUncertain: true, seconds: SOON_S }; // cut off; or it never left the phone: nobody can tell
  }
}

// An answer that is not ours, from a portal in between or a server in trouble, says nothing about the reports.
async function understood(answer, reports) {
  const said = await answer.json().catch(() => null);
  if (answer.ok && said?.results?.length === reports.length) return { how: "answered", results: said.results };
  const isOurs = typeof said?.code === "string" && answer.status < 500;
  if (!isOurs) return { how: "later", isUncertain: true, seconds: SOON_S };
  if (answer.status === 401) return { how: "sign-in" };
  if (answer.status === 429) return { how: "later", seconds: Number(answer.headers.get("Retry-After")) || SOON_S };
  return { how: "refused", words: said.title, code: said.code, seconds: SOON_S };
}
