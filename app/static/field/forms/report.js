// What every form of the field shares: the same as app/field/forms/report.py.

import { say } from "../words.js";
import * as moments from "./moments.js";
import { choice, day, time } from "./questions.js";
import { stripped } from "./typed.js";

// Every page asks it at its end.
export const WHEN = [
  choice("when", ["now", "earlier"], "now"),
  day("day", { begins: (desk) => moments.dayOf(moments.shownInZone(desk.now, desk.offsets)) }),
  time("at"),
];

export const FAULTS = { occurred_at: "when" };

const FIRST_YEAR = "2000";
const UUID = /^[0-9a-f]{32}$/;

// The answers to the questions of a form, in the order of its page.
export class Form {
  constructor(questions, answers, desk) {
    this.desk = desk;
    this.questions = questions;
    this.answers = Object.fromEntries(questions.map((one) => [one.name, one.read(answers, desk)]));
    this.general = [];
    this.reportId = idOf(answers.report_id?.[0] ?? "");
    this.openedAt = openedAt(answers.opened_at?.[0] ?? "", desk.now);
  }

  value(name) {
    return this.answers[name].value;
  }

  isFilled(name) {
    return stripped(this.answers[name].typed) !== "";
  }

  isWrong(...names) {
    return names.map((name) => this.answers[name])
      .some(({ errors, parts }) => errors.length > 0 || Object.keys(parts).length > 0);
  }

  complain(name, message) {
    if (name in this.answers) this.answers[name].errors.push(message);
    else this.general.push(message);
  }

  // These must be answered; for each, what to say if it is not.
  need(wanted) {
    for (const [name, message] of Object.entries(wanted)) {
      if (this.value(name) === null && !this.answers[name].errors.length) this.complain(name, message);
    }
  }

  // Errors in questions that were not asked do not count.
  forget(...names) {
    for (const name of names) Object.assign(this.answers[name], { errors: [], parts: {} });
  }

  complaints() {
    return complaintsOf(this.questions, this.answers, this.general, this.desk);
  }

  checkWhen() {
    if (this.value("when") !== "earlier") {
      this.forget("day", "at");
    } else if (!this.isWrong("day", "at")) {
      if (this.value("day") === null) this.complain("day", say("Choose the day."));
      else if (moments.isToCome(this.occurredAt, this.desk.now)) this.complain("day", stillToCome());
    }
  }

  // When it was true, in the operation's zone.
  get occurredAt() {
    if (this.value("when") !== "earlier" || this.value("day") === null) return this.openedAt;
    return moments.inZone(this.value("day"), this.value("at") ?? "00:00:00", this.desk.offsets);
  }

  // The parts of a report that say when.
  get moment() {
    const isEarlier = this.value("when") === "earlier";
    return {
      occurred_at: moments.iso(this.occurredAt),
      precision: isEarlier && this.value("at") === null ? "day" : "minute",
      clock: isEarlier ? "typed" : "device",
    };
  }

  // A place as a report names it.
  place(name) {
    const key = this.value(name);
    if (key === null) return null;
    const colon = key.indexOf(":");
    return { [key.slice(0, colon)]: key.slice(colon + 1) };
  }
}

// Everything to be put right, in the order of the page; what concerns all of it first.
export function complaintsOf(questions, answers, general, desk) {
  const found = general.map((message) => ({ anchor: "main", field: "", part: null, message }));
  for (const { name, anchor } of questions) {
    const { errors, parts, maybe } = answers[name];
    const more = maybe.length ? { suggestions: maybe.map((one) => one.key) } : {};
    for (const message of errors) found.push({ anchor: anchor(desk), field: name, part: null, message, ...more });
    for (const [part, message] of Object.entries(parts)) {
      found.push({ anchor: `${name}.${part}`, field: name, part, message });
    }
  }
  return found;
}

export function stillToCome() {
  return say("This is still to come. Check the day and the time.");
}

// A report without the parts nobody answered.
export function said(parts) {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== null && part !== undefined));
}

// The id of a report, in the one shape; made where the page has none.
function idOf(typed) {
  const digits = typed.toLowerCase().replace(/urn:|uuid:|^[{}]+|[{}]+$|-/g, "");
  return dashed(UUID.test(digits) ? digits : randomDigits());
}

// As browsers of 2021 can.
function randomDigits() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return madeOf(bytes, 4);
}

// Sixteen bytes as an id of a version of RFC 4122.
export function madeOf(bytes, version) {
  const own = Array.from(bytes.slice(0, 16));
  own[6] = (own[6] & 0x0f) | (version << 4);
  own[8] = (own[8] & 0x3f) | 0x80;
  return own.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function dashed(digits) {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// The moment the page said was now. Never ahead of the clock, nor of a year in which nobody had such a page.
function openedAt(typed, now) {
  const found = typed >= FIRST_YEAR ? moments.parsed(typed) : null;
  return found === null || found.at > now.at ? now : found;
}
