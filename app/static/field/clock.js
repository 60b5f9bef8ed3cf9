// This phone's clock beside that of the server, as both stood when the server was last heard. A report carries the time
// of the phone; the server moves it by as much as the clocks differ when it is sent, which is right only where they
// differed as much when it was saved.

import * as outbox from "./outbox.js";

const MAY_DIFFER_MS = 5 * 60_000; // what the server lets pass
const IS_NEWS_MS = 60_000;
const OLD_MS = 3_600_000;

// Notes what the clock of the server said with an answer that has just come, where that is news.
export async function noteClock(person, answer) {
  const server = Date.parse(answer.headers.get("Date") ?? "");
  const phone = Date.now();
  const { clock } = await outbox.remembered(person);
  const isKnown = clock && Math.abs(behind(clock) - (server - phone)) < IS_NEWS_MS && Math.abs(server - clock.server) < OLD_MS;
  if (!Number.isNaN(server) && !isKnown) await outbox.remember(person, () => ({ clock: { server, phone } }));
}

// Whether it was wrong then, or shows now what was past already.
export function isDoubtful(clock, now) {
  return Boolean(clock) && (Math.abs(behind(clock)) > MAY_DIFFER_MS || now < clock.server - MAY_DIFFER_MS);
}

// The latest it can be: whoever says a later time is told so.
export function latest(clock, now) {
  return clock ? Math.max(now, clock.server, now + behind(clock)) : now;
}

const behind = ({ server, phone }) => server - phone;
