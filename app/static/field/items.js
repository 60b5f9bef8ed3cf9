// What of one saved form was sent, and what is still to be sent. Pure.
//
// An item is a report on its way: { report, of, state, errors }. `of` is the id of the report a correction is about, or
// of the report itself. A form saved anew before anything was sent just says something else; once a report may have
// reached the server, what is said anew is a correction of it, so that nothing is counted that somebody took back.

const FRESH = ["new", "refused", "unknown"]; // the server does not have it
const WAITING = ["new", "tried", "unknown"]; // to be sent, or sent again

export const STORED = ["accepted", "duplicate"];

export function made(reports) {
  return reports.map((report) => ({ report, of: report.id, state: "new", errors: [] }));
}

// The items after the same form was saved anew and says `reports`; none: it was deleted.
export function revised(items, reports, reason) {
  const said = new Map(reports.map((report) => [report.id, report]));
  const ids = [...new Set([...items.map((item) => item.of), ...said.keys()])];
  return ids.flatMap((id) => chain(items.filter((item) => item.of === id), said.get(id) ?? null, id, reason));
}

function chain(items, report, id, reason) {
  const last = items.at(-1);
  if (items.every((item) => FRESH.includes(item.state))) return report ? made([report]) : [];
  if (last.state === "conflict") return [...items.slice(0, -1), onStanding(last, report, reason)];
  if (same(saidBy(last), report)) return items;
  if (FRESH.includes(last.state)) return [...items.slice(0, -1), { ...last, report: again(last.report, report), state: "new", errors: [] }];
  return [...items, { report: correction(last.report.id, report, reason), of: id, state: "new", errors: [] }];
}

// Somebody else corrected it meanwhile: what is said now, once it was looked at, corrects what they said.
function onStanding(item, report, reason) {
  return { report: correction(item.standing ?? item.report.id, report, reason), of: item.of, state: "new", errors: [] };
}

function correction(corrects, report, reason) {
  const about = { id: crypto.randomUUID(), kind: "correction", occurred_at: new Date().toISOString(), corrects, reason };
  return again(about, report);
}

function again(report, replacement) {
  if (!replacement) return { ...report, replacement: null };
  const { id, ...said } = replacement; // a correction has an id of its own
  return { ...report, replacement: said };
}

function saidBy(item) {
  return item.report.id === item.of ? item.report : item.report.replacement && { id: item.of, ...item.report.replacement };
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

// What is about to be sent: from here on the server may have it.
export function tried(items, ids) {
  return items.map((item) => (ids.has(item.report.id) ? { ...item, state: "tried" } : item));
}

// What was tried and surely not taken: the server answered that it read none of it.
export function untried(items, before) {
  return joined(items.map((item) => (
    item.state === "tried" && before.get(item.report.id) !== "tried" ? { ...item, state: before.get(item.report.id) ?? "tried" } : item
  )));
}

// The items after the server's answers, by the id of each report.
export function answered(items, results) {
  return joined(items.map((item) => {
    const result = results.get(item.report.id);
    if (!result || item.state === "stored") return item;
    return { ...item, state: stateAfter(result.status), errors: result.errors ?? [], standing: result.standing?.id };
  }));
}

function stateAfter(status) {
  if (STORED.includes(status)) return "stored";
  return { unknown_reference: "unknown", conflict: "conflict" }[status] ?? "refused";
}

// Corrections of what was not stored after all: what is said now is said once, of the last that may be stored.
function joined(items) {
  return [...new Set(items.map((item) => item.of))].flatMap((id) => joinedChain(items.filter((item) => item.of === id), id));
}

function joinedChain(items, id) {
  const surelyNotStored = items.map((item) => FRESH.includes(item.state) || (item.state === "conflict" && item.report.id !== id));
  const at = surelyNotStored.lastIndexOf(false) + 1;
  const [stored, fresh] = [items.slice(0, at), items.slice(at)];
  if (fresh.length < 2) return items;
  const last = fresh.at(-1);
  const said = saidBy(last);
  const standing = standingOf(last, fresh.find((item) => item.state === "conflict"));
  if (!stored.length) return said ? [{ report: said, of: id, ...standing }] : [];
  return [...stored, { report: correction(stored.at(-1).report.id, said, last.report.reason), of: id, ...standing }];
}

// Whether there is still something to mend, or to look at, before it goes.
function standingOf(last, conflict) {
  if (conflict) return { state: "conflict", errors: [], standing: conflict.standing };
  return last.state === "refused" ? { state: "refused", errors: last.errors } : { state: "new", errors: [] };
}

// Everything in it may be with the server: what is changed now is a correction.
export function sent(items) {
  return items.map((item) => ({ ...item, state: "stored", errors: [] }));
}

export function toSend(items) {
  return items.filter((item) => WAITING.includes(item.state)).map((item) => item.report);
}

export function isDone(items) {
  return items.every((item) => item.state === "stored");
}

// `attention`: somebody must look at it; `waiting`: it goes by itself.
export function stateOf(items) {
  return items.some((item) => ["refused", "conflict", "unknown"].includes(item.state)) ? "attention" : "waiting";
}

// Whether another entry names a report of this one: it cannot go before it.
export function refersTo(items, ids) {
  const text = JSON.stringify(items.map((item) => item.report));
  return ids.some((id) => text.includes(id));
}
