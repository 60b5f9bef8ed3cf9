// What is to be put right in a form, shown as the server shows it: listed on top, and beside each question.

import { element, icon } from "../elements.js";
import { say, sayMany } from "./words.js";

export function clearErrors(form) {
  for (const old of document.querySelectorAll("#put-right, .form .error")) old.remove();
  for (const wrong of form.querySelectorAll(".wrong")) wrong.classList.remove("wrong");
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    described(input, (ids) => ids.filter((id) => !id.startsWith("e-")));
  }
}

// `complaints`: [{anchor, field, part, message}], in the order of the page.
export function showErrors(form, complaints) {
  const items = complaints.map(({ anchor, part, message }) => (
    element("li", {}, element("a", { href: `#${anchor}` }, part ? `${labelOf(anchor)}${say(":")} ${message}` : message))
  ));
  const title = sayMany("One thing to put right", "%(n)s things to put right", complaints.length);
  const summary = element("div", { class: "error-summary", role: "alert", tabindex: "-1", id: "put-right" },
    element("h2", {}, icon("alert"), title),
    element("p", { class: "quiet" }, say("Nothing you typed is lost.")),
    element("ul", {}, ...items));
  Element.prototype.before.call(form, summary); // a question may be called `before`
  complaints.forEach((complaint, number) => showBeside(complaint, number));
  summary.focus();
}

function showBeside({ anchor, part, message }, number) {
  const input = document.getElementById(anchor);
  const around = input?.closest(part ? "fieldset" : ".field, fieldset");
  if (!around) return;
  const id = `e-${anchor}-${number}`;
  const words = part ? `${labelOf(anchor)}${say(":")} ${message}` : message;
  const told = element("p", { class: "error", id }, icon("alert"),
    element("span", {}, element("span", { class: "hidden" }, say("Error:"), " "), words));
  const before = [...around.children].filter((one) => one.matches("label, legend, .hint, .error")).at(-1);
  if (before) before.after(told);
  else around.prepend(told);
  around.classList.add("wrong");
  around.closest("details")?.setAttribute("open", "");
  input.setAttribute("aria-invalid", "true");
  described(input, (ids) => [...ids, id]);
}

function described(input, how) {
  const ids = how((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
  else input.removeAttribute("aria-describedby");
}

function labelOf(anchor) {
  const input = document.getElementById(anchor);
  return input?.getAttribute("aria-label") ?? input?.labels?.[0]?.textContent.trim() ?? "";
}
