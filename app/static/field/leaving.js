// Signing out where there is no network: what is to be told to the server before anything else is.

import { alone } from "./outbox.js";
import { patiently } from "./patient.js";

const LEAVING = "signing-out"; // the cache of a sign-out that has yet to reach the server
const PATIENCE_MS = 4_000; // a page waits for it
export const SIGN_OUT = "/logout";

export async function isLeaving() {
  return Boolean(await toTell());
}

// `typed`: the form as it was sent, whose guard is good for as long as the sign-in.
export async function leave(typed) {
  await (await caches.open(LEAVING)).put(SIGN_OUT, new Response(typed));
}

// Rejects while the server does not hear of it. A guard it does not know is of a sign-in that ended already.
export function tellServer() {
  return alone("leaving", tell);
}

async function tell() {
  const left = await toTell();
  if (!left) return;
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const asked = { method: "POST", headers, body: await left.text(), redirect: "manual" };
  const said = await patiently(PATIENCE_MS, (signal) => fetch(SIGN_OUT, { ...asked, signal }));
  if (said.type !== "opaqueredirect" && said.status !== 400) throw new Error(`not signed out yet: ${said.status}`);
  await caches.delete(LEAVING);
}

async function toTell() {
  return globalThis.caches?.match(SIGN_OUT, { cacheName: LEAVING });
}
