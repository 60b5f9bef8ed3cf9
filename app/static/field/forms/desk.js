// What a form on the phone knows: the lists of places and areas as ../listed.js has them (on the server:
// app/field/schemas.py). A candidate is {key, names}.

import { keyElsewhere } from "./named.js";
import * as moments from "./moments.js";

// `names`: what is listed. `elsewhere`: asks the server for a place by what was typed; without it, or where it cannot
// ask, only areas and codes are found.
export function deskOf({ names, now, elsewhere }) {
  const area = (one) => ({ key: one.code, names: [one.code, ...one.names] });
  const outside = (one) => ({ ...area(one), key: `area:${one.code}` });
  const below = names.areas.filter((one) => one.level);
  const shelters = names.shelters.map((one) => ({ key: `shelter:${one.code}`, names: [one.code, ...one.names] }));
  return {
    isWhole: names.whole,
    scheme: names.scheme,
    offsets: names.offsets,
    groups: new Set(names.groups.map((one) => one.code)),
    now: moments.fromClock(now),
    ask: elsewhere,
    elsewhere: new Map(), // keys by what was typed
    shelters,
    also: [], // places elsewhere that were named in full
    ownAreas: below.filter((one) => one.own).map(outside),
    areasBelow: below.map(outside),
    areasElsewhere: below.filter((one) => !one.own).map(outside),
    homes: names.areas.map(area),
    ownHomes: names.areas.filter((one) => one.own).map(area),
  };
}

// Where people may be now.
export function places(desk) {
  return [...desk.shelters, ...desk.ownAreas, ...desk.also];
}

// Where they may have gone.
export function placesAnywhere(desk) {
  return [...desk.shelters, ...desk.also.filter((one) => one.key.startsWith("shelter:")), ...desk.areasBelow];
}

// Find out which place outside one's areas was named, if any was, before the answers are read.
export async function findElsewhere(desk, typed) {
  if (!typed || desk.isWhole) return;
  const key = await keyElsewhere(typed, desk);
  desk.elsewhere.set(typed, key);
  if (key && !places(desk).some((one) => one.key === key)) desk.also.push({ key, names: [key] });
}
