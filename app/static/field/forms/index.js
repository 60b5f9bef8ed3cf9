// The forms of the field on the phone: what was filled in becomes the reports that app/field/forms would make of it, or
// the same complaints in the same words. A test compares the two (tests/e2e/test_same_forms.py).

import { deskOf, findElsewhere } from "./desk.js";
import { elsewhereIn } from "./questions.js";
import { complaintsOf } from "./report.js";

// By `sort`, as Python has it. A page loads its own: over a thin network the others can wait.
const FORMS = {
  arrival: async () => (await import("./arrival.js")).arrival,
  departure: async () => (await import("./departure.js")).departure,
  headcount: async () => (await import("./headcount.js")).headcount,
  shelter: async () => (await import("./shelter.js")).shelter,
  shelter_state: async () => (await import("./state.js")).state,
  group: async () => (await import("./group.js")).group,
  note: async () => (await import("./note.js")).note,
};

// Rejects where it does not come.
export function load(sort) {
  return FORMS[sort]();
}

// `answers`: the values of each input by its name, as typed; of a state also `code`, the shelter's.
// `known`: {names: what ../listed.js gives, now: milliseconds, elsewhere: async (typed) => key, null where there is none,
// undefined where it cannot be asked}.
// → {complaints: [{anchor, field, part, message, suggestions?: keys}], reports, remembered: answers to begin with}
// The words must have been learnt before.
export async function read(sort, answers, known) {
  const { Form, questions, remembered } = await load(sort);
  const desk = deskOf(known);
  for (const one of questions) if (one.otherEnd) await findElsewhere(desk, elsewhereIn(answers, one.name));
  const form = new Form(questions, answers, desk);
  form.check();
  const complaints = form.complaints();
  return {
    complaints,
    reports: complaints.length ? [] : await form.reports(),
    remembered: Object.fromEntries(remembered.map((name) => [name, form.value(name)])),
  };
}

// Which question a fault the server finds is about, by the beginning of its dotted path.
export async function faultNames(sort) {
  return (await load(sort)).faults;
}

// What the server found wrong with the reports of a form ({field: a dotted path, message}), beside the questions the
// longest known paths lead to. What no question answers for stands on top.
export async function faultsAsComplaints(sort, faults, known) {
  const { questions, faults: names } = await load(sort);
  const found = Object.fromEntries(questions.map((one) => [one.name, { errors: [], parts: {}, maybe: [] }]));
  const general = [];
  for (const { field, message } of faults) {
    const [path = ""] = Object.keys(names).filter((one) => field === one || field.startsWith(`${one}.`))
      .sort((one, other) => other.length - one.length);
    const question = questions.find((one) => one.name === names[path]);
    const part = field.slice(path.length + 1);
    if (question === undefined) general.push(message);
    else if (part && question.hasParts) found[question.name].parts[part] = message;
    else found[question.name].errors.push(message);
  }
  return complaintsOf(questions, found, general, known && deskOf(known));
}
