// Questions of a form, each with what it makes of the inputs of its name: the same as app/core/forms and
// app/field/forms/fields.py. An answer is {typed, value, errors, parts: errors by part, maybe: candidates}.

import { say } from "../words.js";
import { places, placesAnywhere } from "./desk.js";
import { isNamed, meantBy } from "./named.js";
import * as typed from "./typed.js";

const chooseAnswer = () => say("Choose one of the answers.");
const choosePlace = () => say("Choose the shelter or area from the list.");

export const text = (name) => question(name, (given) => typed.stripped(given.replace(/\r\n/g, "\n")));
export const wholeNumber = (name) => question(name, typed.wholeNumber);
export const measure = (name) => question(name, typed.measure);
export const decimalNumber = (name) => question(name, typed.decimalNumber);
export const time = (name) => question(name, typed.time);
export const group = (name) => question(name, typed.code);

export function day(name, { firstYear, begins } = {}) {
  return question(name, (given) => typed.day(given, firstYear), { begins });
}

// One of a few answers, by their codes. `begins`: what is chosen already on a new form.
export function choice(name, options, begins = null) {
  const understand = (given) => {
    if (!options.includes(given)) throw new typed.NotUnderstood(chooseAnswer());
    return given;
  };
  return question(name, understand, { anchor: `${name}-${options[0]}`, begins: () => begins });
}

// Any of several answers, in the order they are offered.
export function many(name, options) {
  const read = (answers) => answer({ value: options.filter((option) => (answers[name] ?? []).includes(option)) });
  return { name, anchor: () => `${name}-${options[0]}`, read };
}

// Counts by key, each an input `<name>.<key>`; empty ones are left out.
export function counts(name, keysOf) {
  const read = (answers, desk) => {
    const found = answer({ value: {} });
    for (const key of keysOf(desk)) {
      const given = answers[`${name}.${key}`]?.[0] ?? "";
      if (!typed.stripped(given)) continue;
      found.typed = given; // something is filled in
      const { value, errors } = understood(given, typed.wholeNumber);
      if (errors.length) [found.parts[key]] = errors;
      else found.value[key] = value;
    }
    return found;
  };
  return { name, hasParts: true, anchor: (desk) => `${name}.${desk ? keysOf(desk)[0] : ""}`, read };
}

// An area by a name in any language or its P-code. `own`: only areas this person reports on.
export function area(name, { own = false } = {}) {
  const complaint = (given, maybe) => (isNamed(given, maybe)
    ? say("More than one area has this name. Choose the one you mean.")
    : say("Choose the area from the list, or write its P-code."));
  return named(name, (desk) => (own ? desk.ownHomes : desk.homes), complaint);
}

// A shelter or an area outside any shelter. `anywhere`: areas this person does not report on as well. `otherEnd`: of a
// movement, so that it may be any place, named in full (input `<name>.elsewhere`).
export function place(name, { anywhere = false, otherEnd = false } = {}) {
  const listed = named(name, anywhere ? placesAnywhere : places, choosePlace);
  const read = (answers, desk) => {
    const found = listed.read(answers, desk);
    const [shown, as] = [answers[`${name}.shown`]?.[0], answers[`${name}.as`]?.[0]];
    const isUntouched = shown && found.typed && found.typed === as && listed.has(shown, desk);
    if (isUntouched) Object.assign(found, { value: shown, typed: shown, errors: [], maybe: [] });
    const elsewhere = otherEnd && !desk.isWhole ? elsewhereIn(answers, name) : "";
    return elsewhere ? { ...found, ...outside(desk.elsewhere.get(elsewhere)) } : found;
  };
  return { ...listed, read, otherEnd };
}

export function elsewhereIn(answers, name) {
  return typed.stripped(answers[`${name}.elsewhere`]?.[0] ?? "");
}

function outside(key) {
  if (key) return { value: key, errors: [], maybe: [] };
  const words = key === null
    ? say("No place outside your areas has this name. Write its whole name, or its code.")
    : say("Without a network no shelter outside your areas is found by its name. Write its code, in capital letters.");
  return { value: null, errors: [words], maybe: [] };
}

// Something by any of its names; a suggestion picked on the page (input `<name>.pick`) settles it.
function named(name, candidatesOf, complaint) {
  const has = (key, desk) => candidatesOf(desk).some((one) => one.key === key);
  const read = (answers, desk) => {
    const picked = answers[`${name}.pick`]?.[0];
    if (picked && has(picked, desk)) return { ...answer({ value: picked }), typed: picked };
    const given = answers[name]?.[0] ?? "";
    if (!typed.stripped(given)) return { ...answer(), typed: given };
    const { one, maybe } = meantBy(given, candidatesOf(desk));
    const errors = one ? [] : [complaint(given, maybe)];
    return { ...answer({ value: one }), typed: given, errors, maybe };
  };
  return { name, anchor: () => name, read, has };
}

function question(name, understand, { anchor = name, begins = () => null } = {}) {
  const read = (answers, desk) => {
    const given = answers[name]?.[0];
    if (given === undefined) return answer({ value: begins(desk), typed: begins(desk) ?? "" });
    return typed.stripped(given) ? { ...understood(given, understand), typed: given } : answer({ typed: given });
  };
  return { name, anchor: () => anchor, read, understand };
}

function understood(given, understand) {
  try {
    return answer({ value: understand(given) });
  } catch (fault) {
    if (!(fault instanceof typed.NotUnderstood)) throw fault;
    return answer({ errors: [fault.message] });
  }
}

function answer({ value = null, typed: given = "", errors = [] } = {}) {
  return { typed: given, value, errors, parts: {}, maybe: [] };
}
