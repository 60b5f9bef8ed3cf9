// What people type, as values: the same as app/core/forms/typed.py and answers.py, where each rule is explained. Days
// are "2025-03-16", times "14:20:00", both as they were read.

import { western } from "../../digits.js";
import { say } from "../words.js";

const LARGEST = 10_000_000;
const FIRST_YEAR = 2000;
// What Python strips off.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const ENDS = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");
const INVISIBLE = /[\u200b-\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]/g;
const SEPARATORS = "[,\\u066c\\u060c'\\u2019\\u00a0\\u202f\\u2009 _]";
const WHOLE = new RegExp(`^(?:\\d+|\\d{1,3}(?:${SEPARATORS}\\d{3})+)$`);
const FRACTION = new RegExp(`^\\d+(?:${SEPARATORS}\\d{3})*[.,\\u066b]\\d+$`);
const BELOW_ZERO = /^[-\u2212\u2013]/;
const CODE = /^[A-Z0-9-]{1,32}$/;

// What was typed cannot be an answer here; the message says what to do.
export class NotUnderstood extends Error {}

export function stripped(text) {
  return text.replace(ENDS, "");
}

// The same text with every script's digits as 0-9, without the invisible marks a paste brings along.
export function plainDigits(typed) {
  return stripped(western(typed.replace(INVISIBLE, "")));
}

const isNumber = (text) => WHOLE.test(text) || FRACTION.test(text);

export function wholeNumber(typed) {
  const text = plainDigits(typed);
  if (BELOW_ZERO.test(text) && isNumber(stripped(text.slice(1)))) {
    throw new NotUnderstood(say("Write 0 or more; it cannot be below zero."));
  }
  if (!WHOLE.test(text)) {
    throw new NotUnderstood(FRACTION.test(text)
      ? say("Write a whole number without a fraction, for example 14.") : say("Write a number, for example 14."));
  }
  const value = Number(text.replace(new RegExp(SEPARATORS, "g"), ""));
  if (value > LARGEST) {
    throw new NotUnderstood(say("That is more than %(largest)s. Check the digits.", { largest: LARGEST }));
  }
  return value;
}

// 0 or more, with a fraction where there is one. Thousands may be separated, as in a count.
export function measure(typed) {
  const text = plainDigits(typed);
  if (WHOLE.test(text) || !FRACTION.test(text)) return wholeNumber(typed);
  const [, whole, fraction] = /^(.*)[.,\u066b](\d+)$/.exec(text);
  return Number(`${wholeNumber(whole)}.${fraction}`);
}

// Either sign: a position.
export function decimalNumber(typed) {
  const text = plainDigits(typed).replace(/[,\u066b]/g, ".").replace(/\u2212/g, "-");
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new NotUnderstood(say("Write a number, for example 14."));
  return Number(text);
}

export function day(typed, firstYear = FIRST_YEAR) {
  const text = plainDigits(typed);
  if (!isDay(text)) {
    throw new NotUnderstood(say("Write the day as year-month-day, for example 2025-03-16."));
  }
  if (Number(text.slice(0, 4)) < firstYear) {
    throw new NotUnderstood(say("This is very long ago. Check the year."));
  }
  return text;
}

export function isDay(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < "0001") return false;
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text); // some take 30 February for 2 March
}

export function time(typed) {
  const text = plainDigits(typed);
  if (!isTime(text)) {
    throw new NotUnderstood(say("Write the time as hours:minutes, for example 14:20."));
  }
  return text.length === 5 ? `${text}:00` : text;
}

export function isTime(text) {
  return /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(text);
}

// Of a group: any case, any digits, any dash.
export function code(typed) {
  const text = plainDigits(typed).replace(/[\u2010-\u2015\u2212]/g, "-").toUpperCase();
  if (!CODE.test(text)) {
    throw new NotUnderstood(
      say("Write the code of the group, for example G-0001: Latin letters, digits and hyphens."),
    );
  }
  return text;
}
