// What can be named in a form: the phone's copy of the places, areas and groups of this person, and the shelters that
// were registered on this phone and stand in no list yet.

import * as outbox from "./outbox.js";

const { person } = document.documentElement.dataset;
const language = document.documentElement.lang;
let asked;

// Asked for once a page, when first needed; null where it does not come.
export function listed() {
  asked ??= Promise.all([fromServer(), fromHere().catch(() => [])])
    .then(([all, here]) => all && { ...all, shelters: withHere(all.shelters, here) })
    .catch(() => { asked = undefined; return null; });
  return asked;
}

async function fromServer() {
  const answer = await fetch("/field/names", { headers: { Accept: "application/json", "Accept-Language": language } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

// By code where the server made one meanwhile, else by the id of the report that is to make it.
async function fromHere() {
  const entries = await outbox.all(person);
  const waiting = entries.filter((entry) => entry.sort === "shelter" && !entry.isSent && !entry.isDeleted)
    .map(({ items }) => items.filter((item) => item.report.kind === "shelter").map((item) => shelter(item.report.id, item.report)));
  const { made = [] } = await outbox.remembered(person);
  return [...made.map((one) => shelter(one.code, one)), ...waiting.flat()];
}

function shelter(code, { name, aliases = [] }) {
  return { code, said: name[language] ?? name.en ?? Object.values(name)[0], under: "", names: [...Object.values(name), ...aliases] };
}

function withHere(shelters, here) {
  const known = new Set(shelters.map((one) => one.code));
  return [...here.filter((one) => !known.has(one.code)), ...shelters];
}
