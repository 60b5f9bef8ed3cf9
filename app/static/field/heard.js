// The words of this page's language, learnt once; where they do not come, English is said.

import { learn } from "./words.js";

export const heard = fetch("/field/words", { headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } })
  .then((answer) => (answer.ok ? answer.json() : null))
  .then((words) => words && learn(words))
  .catch(() => null);
