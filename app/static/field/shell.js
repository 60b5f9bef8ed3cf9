// The service worker: it keeps the files of one version and the pages of one person, and answers with them where there
// is no network. What figures say is asked of the server first; forms open at once. Sending is sender.js.

import { noteClock } from "./clock.js";
import { SIGN_OUT, isLeaving, leave, tellServer } from "./leaving.js";
import * as outbox from "./outbox.js";
import { send } from "./sender.js";

const KEPT = "/field/kept"; // under which it is written down whose the kept pages are, in which language, and since when
const SIGNED_OUT = "/field/signed-out"; // under which lies what is shown to nobody, kept beside the files
const HOME = "/field/";
const SIGN_IN = "/login";
const NOT_SAVED = "/field/offline#not-saved"; // a form that did not reach the server, and is kept nowhere
const PATIENCE_MS = 4_000; // for a page that is kept too
const GOOD_FOR_MS = 12 * 3_600_000;
const LISTS_GOOD_FOR_MS = 5 * 60_000;
const MOST_STATES = 20; // shelters whose form is kept before anybody opened it
const STATE = /\/field\/shelters\/[A-Z0-9-]+\/state/g;

let shell; // { version, files, forms, figures, lists, offline, manifest } as the server listed them

export function serve(listed) {
  shell = listed;
  self.addEventListener("install", (event) => event.waitUntil(install()));
  self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
  self.addEventListener("fetch", answer);
  self.addEventListener("message", (event) => { if (event.data.keep) event.waitUntil(keepFor(event.data.keep)); });
  self.addEventListener("sync", (event) => event.waitUntil(sendAll()));
}

const filesOf = (version) => `mawa-files-${version}`;
const pagesOf = (version) => `mawa-pages-${version}`;
const pages = () => caches.open(pagesOf(shell.version));

// A new version takes over whole or not at all: files and, where pages were kept, the same pages drawn anew. Until it
// can have both, the earlier one stays, and what it saved is sent by whichever comes.
async function install() {
  await (await caches.open(filesOf(shell.version))).addAll(shell.files);
  if (await keptBefore()) await keep();
  await self.skipWaiting();
}

async function takeOver() {
  const now = [filesOf(shell.version), pagesOf(shell.version)];
  const others = (await caches.keys()).filter((name) => name.startsWith("mawa-") && !now.includes(name));
  await Promise.all(others.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function keptBefore() {
  const before = (await caches.keys()).filter((name) => name.startsWith("mawa-pages-"));
  return (await Promise.all(before.map((name) => writtenIn(name)))).some(Boolean);
}

async function writtenIn(name) {
  return (await (await caches.open(name)).match(KEPT))?.json();
}

const written = () => writtenIn(pagesOf(shell.version));

// A page of this person in this language is open, drawn by the server: are these the pages that are kept?
let keeping = null;

async function keepFor({ person, language }) {
  const known = await written();
  const isTheirs = known?.person === person && known.language === language;
  if (isTheirs && Math.abs(Date.now() - known.at) < GOOD_FOR_MS) return;
  keeping ??= keep().catch(() => null).finally(() => { keeping = null; });
  await keeping;
}

// All pages are of one person, or none is kept.
async function keep() {
  const drawn = new Map();
  let whose;
  for (const path of [...shell.forms, ...shell.lists, ...shell.figures, shell.offline, shell.manifest]) {
    const page = await drawnFor(path);
    whose ??= whoseIs(page);
    if (whoseIs(page) !== whose) throw new Error(`${path} is another person's`);
    drawn.set(path, page);
  }
  const [person, language] = whose.split(" ");
  await (await caches.open(filesOf(shell.version))).put(SIGNED_OUT, await drawnForNobody(language));
  await caches.delete(pagesOf(shell.version));
  const kept = await pages();
  await Promise.all([...drawn].map(([path, page]) => kept.put(path, page.clone())));
  await kept.put(KEPT, new Response(JSON.stringify({ person, language, at: Date.now() })));
  const home = await drawn.get(HOME).text();
  for (const path of [...new Set(home.match(STATE))].slice(0, MOST_STATES)) {
    const page = await drawnFor(path).catch(() => null);
    if (page && whoseIs(page) === whose) await kept.put(path, page);
  }
}

// Read to its end at once: answers that lie half read hold the few connections a browser has to a server.
async function drawnFor(path) {
  const page = await fetch(path, { headers: { "X-Mawa-Kept": "1" }, redirect: "error", cache: "no-store" });
  if (!page.ok || !page.headers.get("X-Mawa-Person")) throw new Error(`${path} cannot be kept`);
  return readWhole(page);
}

async function drawnForNobody(language) {
  const page = await fetch(shell.offline, { headers: { "Accept-Language": language }, credentials: "omit", cache: "no-store" });
  if (!page.ok || page.headers.get("X-Mawa-Person")) throw new Error("a page of nobody's cannot be kept");
  return readWhole(page);
}

async function readWhole(page) {
  const headers = new Headers(page.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name); // as it came
  return new Response(await page.blob(), { headers });
}

function whoseIs(page) {
  return `${page.headers.get("X-Mawa-Person")} ${page.headers.get("Content-Language")}`;
}

const forget = () => caches.delete(pagesOf(shell.version));

function answer(event) {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method !== "GET") {
    if (request.mode === "navigate") event.respondWith(changing(request, url));
  } else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (url.pathname === shell.manifest) event.respondWith(manifest(request));
  else if (shell.lists.includes(url.pathname + url.search)) event.respondWith(list(event, url));
}

async function file(request) {
  return (await (await caches.open(filesOf(shell.version))).match(request)) ?? fetch(request);
}

// A browser asks for it with every page.
async function manifest(request) {
  return (await (await pages()).match(shell.manifest)) ?? fetch(request);
}

// A form sent to the server, away from the field: signing in or out, another language, another operation. Whose pages
// these are is not known any more. Who signs out with no network is signed out on this phone; the server hears of it first.
async function changing(request, url) {
  const typed = url.pathname === SIGN_OUT ? await request.clone().text() : null;
  try {
    if (typed === null) await tellServer();
    const said = await fetch(request);
    if (said.type === "opaqueredirect" && !url.pathname.startsWith("/field/")) await forget();
    return said;
  } catch {
    return typed === null ? Response.redirect(NOT_SAVED, 303) : signOutHere(typed);
  }
}

// In every window: what another still shows is no less read.
async function signOutHere(typed) {
  await leave(typed);
  await forget();
  for (const client of await self.clients.matchAll({ type: "window" })) client.navigate(shell.offline).catch(() => null);
  return offline();
}

async function page(event, url) {
  const path = url.pathname === "/" ? HOME : url.pathname;
  const isForm = shell.forms.includes(path); // that of a shelter's state shows what is known now
  const isAsked = ["code", "lang"].some((name) => url.searchParams.has(name)); // what only the server can draw
  const kept = await (await pages()).match(path);
  if (isForm && kept && !isAsked) return kept;
  try {
    await tellServer();
    const drawn = await inTime(event.request, kept);
    event.waitUntil(checkWhose(drawn.clone(), url));
    return drawn;
  } catch {
    return kept && !url.searchParams.has("code") ? kept : offline();
  }
}

// The server's answer; where there is another, not longer than one waits.
async function inTime(request, kept) {
  if (!kept) return fetch(request);
  return Promise.race([fetch(request), new Promise((_, reject) => { setTimeout(() => reject(new Error("late")), PATIENCE_MS); })]);
}

// Somebody else is signed in than those the kept pages are of, or nobody is any more, a lost phone say whose sign-in was
// ended: nothing of theirs stays. Else what was known of a shelter is kept as it was last seen.
async function checkWhose(drawn, url) {
  const known = await written();
  const person = drawn.headers.get("X-Mawa-Person");
  if (!known || !drawn.ok) return;
  if (!person && url.pathname === SIGN_IN) return forget();
  if (!person) return;
  if (person !== known.person) return forget();
  await noteClock(person, drawn).catch(() => null);
  if (url.pathname.match(STATE)?.[0] === url.pathname) await (await pages()).put(url.pathname, drawn);
}

async function offline() {
  const kept = await isLeaving() ? null : await (await pages()).match(shell.offline);
  return kept ?? (await caches.match(SIGNED_OUT)) ?? Response.error();
}

// A list for scripts, in the language of their page: as it is kept, looked up anew from time to time, or at once where it is asked for anew.
async function list(event, url) {
  const kept = await (await pages()).match(url.pathname);
  const asked = event.request.headers.get("Accept-Language");
  if (asked && kept && asked !== kept.headers.get("Content-Language")) return fetch(event.request);
  if (!kept || event.request.cache === "reload") return (await listed(url.pathname).catch(() => null)) ?? kept ?? Response.error();
  const isOld = Math.abs(Date.now() - Date.parse(kept.headers.get("Date") ?? 0)) > LISTS_GOOD_FOR_MS; // whatever the phone's clock says
  if (isOld) event.waitUntil(listed(url.pathname, kept.headers.get("ETag")).catch(() => null));
  return kept;
}

async function listed(path, known) {
  const headers = { "X-Mawa-Kept": "1", ...(known ? { "If-None-Match": known } : {}) };
  const said = await fetch(path, { headers, redirect: "error", cache: "no-store" });
  const whose = await written();
  if (said.ok && whose && whoseIs(said) === `${whose.person} ${whose.language}`) await (await pages()).put(path, said.clone());
  return said.ok ? said : null;
}

// In the background, with no window open.
async function sendAll() {
  await tellServer();
  for (const person of await outbox.people()) {
    const { how } = await send(person);
    if (how === "later") throw new Error("again later"); // the browser tries again by itself
  }
}
