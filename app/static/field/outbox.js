// What was saved on this phone and is not known to be with the server, by person. It lies sealed (AES-GCM) in IndexedDB,
// under a key that scripts can use and cannot read; THREATS.md says what that keeps out and what it does not.

import { stateOf } from "./items.js";

const NAME = "mawa";
const VERSION = 1;
const TRIAL = "room"; // nobody's name
const MOST_DELETED = 100;
const SOME = 65_536; // bytes: some thirty reports
const NEEDED = [globalThis.indexedDB, globalThis.BroadcastChannel, navigator.locks, crypto.subtle, crypto.randomUUID];
const channel = globalThis.BroadcastChannel && new BroadcastChannel("mawa");
const keys = new Map();
let opened;

// The database, made when first asked for. Rejects where the browser keeps nothing: a private window, a full phone.
function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("people", { keyPath: "person" });
      asked.result.createObjectStore("entries", { keyPath: "number", autoIncrement: true }).createIndex("person", "person");
    };
    asked.onblocked = () => reject(new Error("an earlier version is open in another window"));
    asked.onsuccess = () => {
      asked.result.onclose = () => { opened = undefined; }; // the browser took it away: the next step opens it anew
      asked.result.onversionchange = () => { asked.result.close(); opened = undefined; }; // a later version wants it
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  }).catch((error) => { opened = undefined; throw error; });
  return opened;
}

// One step on one store, done when it is on the disk.
async function step(store, mode, what) {
  const transaction = (await database()).transaction(store, mode, { durability: "strict" });
  const asked = what(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

// One after the other, in whichever window: what is read, changed and written again is changed by nobody else meanwhile.
export function alone(name, work) {
  return navigator.locks.request(`mawa ${name}`, work);
}

function keyOf(person) {
  if (!keys.has(person)) keys.set(person, keyFor(person).catch((error) => { keys.delete(person); throw error; }));
  return keys.get(person);
}

async function keyFor(person) {
  const known = await step("people", "readonly", (people) => people.get(person));
  if (known) return known.key;
  return alone("key", async () => {
    const other = await step("people", "readonly", (people) => people.get(person));
    if (other) return other.key;
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await step("people", "readwrite", (people) => people.put({ person, key }));
    return key;
  });
}

async function seal(person, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyOf(person), text) };
}

async function unseal(person, { iv, sealed }) {
  const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await keyOf(person), sealed);
  return JSON.parse(new TextDecoder().decode(text));
}

// Whether this browser keeps what it is given and does what that takes, tried out with a key. Never rejects.
export async function works(person) {
  try {
    if (!NEEDED.every(Boolean)) return false;
    await unseal(person, await seal(person, { is: "kept" }));
    return true;
  } catch {
    return false;
  }
}

// Whether there is room for some more reports, tried out: what browsers say of their room is a guess, and of some not
// even that. Never rejects.
export async function hasRoom() {
  try {
    await step("people", "readwrite", (people) => people.put({ person: TRIAL, filled: crypto.getRandomValues(new Uint8Array(SOME)) }));
    return true;
  } catch {
    return false;
  } finally {
    await step("people", "readwrite", (people) => people.delete(TRIAL)).catch(() => null);
  }
}

// What one person saved here, oldest first. What a phone has spoilt holds up nothing else: it is counted, and left alone.
export async function all(person) {
  return (await readAll(person)).filter(Boolean);
}

// The same, with null in the place of each that is spoilt.
export async function readAll(person) {
  const found = await stored(person);
  if (found.length) await keyOf(person); // no key to be had now is another thing: it rejects
  return Promise.all(found.map((entry) => unseal(person, entry).then((said) => ({ number: entry.number, ...said }), () => null)));
}

// How many stand how, told without opening any: by `waiting`, `attention` and `sent`.
export async function tally(person) {
  const found = { waiting: 0, attention: 0, sent: 0 };
  for (const { standing = "waiting" } of await stored(person)) found[standing] += 1; // an earlier version did not note it
  return found;
}

function stored(person) {
  return step("entries", "readonly", (entries) => entries.index("person").getAll(person));
}

export async function get(person, number) {
  const found = await step("entries", "readonly", (entries) => entries.get(number));
  return found?.person === person ? { number, ...await unseal(person, found) } : null;
}

export async function people() {
  const found = await step("entries", "readonly", (entries) => entries.getAll());
  return [...new Set(found.map((entry) => entry.person))];
}

// Rejects where it could not be written: then it is not kept.
export async function add(person, entry) {
  const row = await rowOf(person, entry);
  const number = await step("entries", "readwrite", (entries) => entries.add(row));
  tell();
  return number;
}

async function rowOf(person, { number: _, ...entry }) {
  return { person, standing: entry.isSent ? "sent" : stateOf(entry.items), ...await seal(person, entry) };
}

// Changes one entry: `how` is given it (null: it is gone) and gives back what it is now (null: nothing is kept of it).
export async function change(person, number, how) {
  const [after] = await changeEach(person, [number], how);
  return after;
}

// Changes several, all or none, in one step: a phone takes its time for each. `how` is given an entry and its number.
export function changeEach(person, numbers, how) {
  return allAlone(numbers.map((number) => `entry ${number}`), async () => {
    const before = await Promise.all(numbers.map((number) => get(person, number)));
    const after = before.map((entry, at) => how(entry, numbers[at]));
    const rows = await Promise.all(after.map((entry) => entry && rowOf(person, entry)));
    await step("entries", "readwrite", (entries) => {
      numbers.forEach((number, at) => (rows[at] ? entries.put({ number, ...rows[at] }) : entries.delete(number)));
    });
    tell();
    return after;
  });
}

function allAlone([name, ...others], work) {
  return name ? alone(name, () => allAlone(others, work)) : work();
}

// What cannot be read any more was told, and is no use to anybody.
export async function forgetSpoilt(person) {
  const found = await stored(person);
  if (found.length) await keyOf(person);
  for (const entry of found) {
    const isSpoilt = await unseal(person, entry).then(() => false, () => true);
    if (isSpoilt) await step("entries", "readwrite", (entries) => entries.delete(entry.number));
  }
  tell();
}

// What the server asked back of a report that is sent was read.
export function forgetSent(person, number) {
  return change(person, number, (entry) => (entry?.isSent ? null : entry));
}

// What was deleted here before it was sent: a window in which it still lies open asks.
export function rememberDeleted(person, number) {
  return remember(person, ({ deleted = [] }) => ({ deleted: [...deleted, number].slice(-MOST_DELETED) }));
}

// What the next form begins with, what was deleted, and shelters of which the phone's list does not know yet.
export async function remembered(person) {
  const known = await step("people", "readonly", (found) => found.get(person));
  return known?.sealed ? unseal(person, known) : {};
}

// `how` is given what is remembered and gives back what changes of it.
export async function remember(person, how) {
  const key = await keyOf(person);
  return alone("remembered", async () => {
    const known = await remembered(person);
    const sealed = await seal(person, { ...known, ...how(known) });
    await step("people", "readwrite", (found) => found.put({ person, key, ...sealed }));
  });
}

// Windows of this phone hear of every change; this one too.
const listeners = new Set();

export function tell(what = {}) {
  channel?.postMessage(what);
  for (const listener of listeners) listener(what);
}

export function onChange(listener) {
  listeners.add(listener);
}

channel?.addEventListener("message", ({ data }) => { for (const listener of listeners) listener(data); });
