// Days and times as moments, in the zone of the operation. A moment is {at, ahead}: microseconds since 1970, and by
// how many minutes the clock that told it is ahead of UTC. `offsets` is that of /field/names: phones have tables of
// zones of their own, as old as the phone, and an hour off puts people before the headcount that counted them.

import { isDay, isTime } from "./typed.js";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const CLOCKS_MAY_DIFFER = 5 * MINUTE;
const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:Z|([+-])(\d\d):?(\d\d))$/;

export function fromClock(milliseconds) {
  return { at: milliseconds * 1000, ahead: 0 };
}

// A day, and a time of it, as the clocks of the zone show them. Of an hour that comes twice the first is meant; one
// that is left out is told by the clock as it was before.
export function inZone(day, time, offsets) {
  const shown = written(day, time);
  let ahead = offsets[0][1];
  for (const [begins, then] of offsets.slice(1)) {
    if (shown < begins * SECOND + Math.max(ahead, then) * MINUTE) break;
    ahead = then;
  }
  return { at: shown - ahead * MINUTE, ahead };
}

// The same moment as clocks of the zone show it.
export function shownInZone({ at }, offsets) {
  let [[, ahead]] = offsets;
  for (const [begins, then] of offsets) if (at >= begins * SECOND) ahead = then;
  return { at, ahead };
}

// What the clock that told a moment showed: a day, and microseconds to compare with.
export function dayOf({ at, ahead }) {
  return isoDate(at + ahead * MINUTE).slice(0, 10);
}

export function minuteShown({ at, ahead }) {
  return Math.floor(at / MINUTE + ahead) * MINUTE;
}

export function shown({ at, ahead }) {
  return at + ahead * MINUTE;
}

export function isToCome({ at }, now) {
  return at > now.at + CLOCKS_MAY_DIFFER;
}

// As Python writes a moment: its fraction in microseconds where it has one.
export function iso({ at, ahead }) {
  const local = at + ahead * MINUTE;
  const fraction = ((local % SECOND) + SECOND) % SECOND;
  const minutes = Math.abs(ahead);
  const offset = `${ahead < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${isoDate(local).slice(0, 19)}${fraction ? `.${String(fraction).padStart(6, "0")}` : ""}${offset}`;
}

// A moment as a page wrote it; null where it is none.
export function parsed(text) {
  const [, day, toTheMinute, seconds = "00", fraction = "", sign, hours = "0", minutes = "0"] = ISO.exec(text) ?? [];
  const time = `${toTheMinute}:${seconds}`;
  if (!day || !isDay(day) || !isTime(time) || Number(hours) > 23 || Number(minutes) > 59) return null;
  const ahead = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return { at: written(day, time) + Number(fraction.slice(0, 6).padEnd(6, "0")) - ahead * MINUTE, ahead };
}

function written(day, time) {
  return Date.parse(`${day}T${time}Z`) * 1000;
}

function isoDate(microseconds) {
  return new Date(Math.floor(microseconds / 1000)).toISOString();
}

function two(number) {
  return String(number).padStart(2, "0");
}
