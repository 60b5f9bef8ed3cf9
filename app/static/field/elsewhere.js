// Asks the server which place outside one's areas was named in full: its key; null where there is none; undefined where
// nobody can be asked just now. It is given up after a while: saving does not wait for a network.

import { patiently } from "./patient.js";

const PATIENCE_MS = 4_000;

export async function elsewhere(typed) {
  const address = `/field/elsewhere?named=${encodeURIComponent(typed)}`;
  try {
    return await patiently(PATIENCE_MS, async (signal) => {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal });
      const kind = answer.headers.get("Content-Type") ?? "";
      if (answer.status === 404 && kind.startsWith("application/problem+json")) return null;
      return answer.ok && kind.startsWith("application/json") ? (await answer.json()).key : undefined;
    });
  } catch {
    return undefined;
  }
}
