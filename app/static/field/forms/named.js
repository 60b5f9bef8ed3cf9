// Which place or area a typed name means: the same as app/field/policy.py, where each rule is explained.

import { CLOSE_ENOUGH, folded, likeness, plain, writtenAlike } from "../../names.js";
import { plainDigits, stripped } from "./typed.js";

const LONGEST_NAME = 200;
const SUGGESTED = 5;
const IN_BRACKETS = /[A-Z]{2}\p{Nd}+/gu;
const CODE = /^[A-Z0-9-]{1,32}$/;

// {one: the key meant, or null; maybe: those it might be, nearest first}.
export function meantBy(typed, candidates) {
  if (Array.from(typed).length > LONGEST_NAME) return { one: null, maybe: [] };
  const keys = new Set(candidates.map((one) => one.key));
  const codes = [stripped(typed), ...(typed.toUpperCase().match(IN_BRACKETS) ?? [])];
  const exact = codes.find((code) => keys.has(code));
  if (exact !== undefined) return { one: exact, maybe: [] };
  const wanted = plain(typed);
  const same = candidates.filter((one) => one.names.some((name) => plain(name) === wanted));
  if (same.length === 1) return { one: same[0].key, maybe: [] };
  return { one: null, maybe: same.length ? same.slice(0, SUGGESTED) : nearest(wanted, candidates) };
}

function nearest(wanted, candidates) {
  if (!wanted) return [];
  const most = (alike, one) => Math.max(...one.names.map((name) => alike(wanted, plain(name))));
  return candidates.map((one) => [most(likeness, one), most(writtenAlike, one), one])
    .filter(([score]) => score >= CLOSE_ENOUGH)
    .sort(([score, written, one], [other, otherwise, another]) =>
      other - score || otherwise - written || (one.key < another.key ? -1 : 1))
    .slice(0, SUGGESTED).map(([, , one]) => one);
}

// Whether one of these has just this name.
export function isNamed(typed, candidates) {
  const wanted = folded(stripped(typed));
  return candidates.some((one) => one.names.some((name) => folded(name) === wanted));
}

// The key of a place outside one's areas, named in full; null where there is none, undefined where nobody can say.
// Names of shelters out there are on no phone: without a network only their codes are taken, as they are written.
export async function keyElsewhere(typed, desk) {
  try {
    const key = await desk.ask?.(typed);
    if (key !== undefined) return key;
  } catch {
    // without a network
  }
  const { one, maybe } = meantBy(typed, desk.areasElsewhere);
  if (one || isNamed(typed, maybe)) return one;
  const code = plainDigits(typed);
  return CODE.test(code) ? `shelter:${code}` : undefined;
}
