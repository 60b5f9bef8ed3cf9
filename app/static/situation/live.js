// The situation as it is now, without reloading: the page asks its own address about each second whether it is still
// right. Nobody looking: nothing is asked. Where nothing can be asked, it says since when.

import { follow, main, show } from "./shown.js";

const EVERY_MS = 900;
const SPARING_MS = 15_000; // where the network is to be spared
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;
const PATIENCE_MS = 20_000;
const TOLD_AFTER = 2; // questions without an answer

let tag = document.querySelector("script[data-live]")?.dataset.live;
let waiting = null; // what was said and is not all shown yet
let rightAt = new Date();
let [failures, timer, asked] = [0, 0, 0];

export const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

function request(address, headers = {}) {
  return fetch(address, {
    headers: { "X-Mawa-Part": "1", ...headers }, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

const tagOf = (answer) => answer.headers.get("ETag")?.replace(/^W\/|"/g, "");
const isNow = () => Boolean(tag && main.querySelector("[data-now]"));

// Asks, now, and from then on.
async function ask() {
  clearTimeout(timer);
  if (document.hidden || !isNow()) return;
  const [began, mine] = [performance.now(), ++asked];
  let wait;
  try {
    const answer = await request(location.href, { "If-None-Match": `W/"${tag}"` });
    const text = answer.status === 200 ? await answer.text() : "";
    if (mine !== asked) return; // another view is shown since
    wait = answered(answer, text, performance.now() - began);
  } catch {
    if (mine !== asked) return;
    wait = failed(0);
  }
  if (wait) timer = setTimeout(ask, wait * (0.9 + Math.random() / 5));
}

// How long to wait before asking again; nothing: never.
function answered(answer, text, took) {
  if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return tell("over");
  if (answer.status !== 200 && answer.status !== 304) return failed(Number(answer.headers.get("Retry-After")) * 1000);
  [failures, rightAt] = [0, new Date()];
  tell(null);
  if (answer.status === 200) {
    tag = tagOf(answer);
    waiting = parsed(text);
  }
  if (waiting && follow(waiting)) waiting = null;
  return Math.max(navigator.connection?.saveData ? SPARING_MS : EVERY_MS, 2 * took);
}

function failed(least) {
  failures += 1;
  if (failures >= TOLD_AFTER || !navigator.onLine) tell("away");
  return Math.max(least || 0, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)));
}

// Says what is wrong with what is shown, in words the page brought along; null: nothing.
function tell(what) {
  const shown = document.getElementById("not-live");
  if (shown?.dataset.what === (what ?? undefined)) return null;
  shown?.remove();
  if (what === null) return null;
  const notice = document.getElementById(`not-live-${what}`).content.firstElementChild.cloneNode(true);
  Object.assign(notice, { id: "not-live" }).dataset.what = what;
  const words = notice.querySelector("span").firstChild;
  words.data = words.data.replace("{time}", inWords(rightAt, notice.dataset.zone));
  main.prepend(notice);
  return null;
}

function inWords(at, timeZone) {
  const { lang } = document.documentElement;
  const how = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  return new Intl.DateTimeFormat(lang === "ar" ? "ar-u-nu-arab" : lang, how).format(at);
}

// Shows the view at another address of this page in place; where that does not go, as browsers do.
export async function open(address, { isNew = true } = {}) {
  clearTimeout(timer);
  const mine = ++asked;
  try {
    const answer = await request(address);
    const text = await answer.text();
    if (mine !== asked) return;
    if (answer.status !== 200) throw new Error("not shown");
    if (isNew) history.pushState(null, "", address);
    [tag, waiting, failures, rightAt] = [tagOf(answer), null, 0, new Date()];
    show(parsed(text));
    tell(null);
    timer = setTimeout(ask, EVERY_MS);
  } catch {
    if (mine === asked) location.assign(address);
  }
}

addEventListener("popstate", () => open(location.href, { isNew: false }));
addEventListener("online", ask);
addEventListener("pageshow", (event) => event.persisted && ask());
document.addEventListener("visibilitychange", ask);
timer = setTimeout(ask, EVERY_MS);
