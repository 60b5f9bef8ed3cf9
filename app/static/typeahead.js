// Places, areas and groups by any of their names, in any script: suggestions as one types. Without it the same inputs
// take a name or a code, and a list is a list.

import { western } from "./digits.js";
import { element } from "./elements.js";
import { listed } from "./field/listed.js";
import { CLOSE_ENOUGH, likeness, plain, writtenAlike } from "./names.js";

const MOST = 8; // suggestions at once; of an empty input those listed first
const BESIDE_BEST = 0.7; // how near to the best of them the others are
const form = document.querySelector("form[data-typeahead]");

// Which of it each list holds, and the key under which a form knows one.
const LISTS = {
  places: (all) => [...shelters(all), ...outside(all.areas.filter((one) => one.own), all)],
  places_anywhere: (all) => [...shelters(all), ...outside(all.areas, all)],
  homes: (all) => all.areas.map((one) => entry(one, one.code, one.said)),
  own_homes: (all) => all.areas.filter((one) => one.own).map((one) => entry(one, one.code, one.said)),
  starts: (all) => [...shelters(all), ...all.areas.map((one) => entry(one, `area:${one.code}`, one.said))],
  groups: (all) => all.groups.map((one) => entry(one, one.code, one.said)),
};

function shelters(all) {
  return all.shelters.map((one) => entry(one, `shelter:${one.code}`, one.said));
}

function outside(areas, all) {
  return areas.filter((one) => one.level)
    .map((one) => entry(one, `area:${one.code}`, all.outside.replace("{area}", one.said)));
}

function entry(one, key, said) {
  return { key, said, under: one.under, names: [one.code, one.said, ...one.names].map(plain) };
}

// What the page itself lists, until the rest has come, or where it does not come.
function listedIn(options) {
  return Array.from(options, (option) => ({
    key: option.value, said: option.label || option.value, under: "", names: [plain(option.label), plain(option.value)],
  })).filter((one) => one.key);
}

function nearest(typed, entries) {
  const wanted = plain(western(typed));
  if (!wanted) return entries.slice(0, MOST);
  const scored = entries
    .map((one) => [Math.max(...one.names.map((name) => closeness(wanted, name))), one])
    .filter(([score]) => score >= CLOSE_ENOUGH)
    .map(([score, one]) => [score, one, Math.max(...one.names.map((name) => writtenAlike(wanted, name)))])
    .sort(([score, , alike], [other, , than]) => other - score || than - alike);
  const least = Math.max(CLOSE_ENOUGH, Math.min(1, scored[0]?.[0] ?? 0) * BESIDE_BEST);
  return scored.filter(([score]) => score >= least).slice(0, MOST).map(([, one]) => one);
}

// What begins with what was typed comes before what only holds it.
function closeness(wanted, name) {
  if (name === wanted) return 3;
  if (name.startsWith(wanted)) return 2;
  return likeness(wanted, name);
}

function setUp(place) {
  const isList = place.tagName === "SELECT";
  const isIn = document.activeElement === place; // somebody was quicker than this script
  if (isList && isIn) { // and chooses: what they have open is not taken from under their hand
    place.addEventListener("blur", () => setUp(place), { once: true });
    return;
  }
  const input = isList ? inputFor(place) : place;
  const own = listedIn(isList ? place.options : place.list?.options ?? []);
  const picked = element("input", { type: "hidden", name: `${input.name}.pick` });
  if (isList) takeOver(place, input, picked);
  place.removeAttribute("list");

  const list = element("ul", {
    class: "offered", id: `o-${input.id}`, role: "listbox", "aria-label": input.labels[0]?.textContent.trim() ?? "", hidden: true,
  });
  input.after(picked, list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false", autocomplete: "off",
    autocapitalize: "off", spellcheck: "false",
  })) input.setAttribute(name, value);

  let entries = own;
  let offered = [];
  let at = -1;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function offer() {
    offered = nearest(input.value, entries);
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...offered.map((one, number) => option(one, `${list.id}-${number}`)));
    list.hidden = offered.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    const seen = window.visualViewport?.height ?? window.innerHeight; // above the keyboard
    if (list.getBoundingClientRect().bottom > seen) input.closest(".field").scrollIntoView({ block: "start", behavior: "instant" });
  }

  function mark(number) {
    list.children[at]?.removeAttribute("aria-selected");
    at = number;
    list.children[at].setAttribute("aria-selected", "true");
    list.children[at].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", list.children[at].id);
  }

  function pick(one) {
    input.value = one.said;
    picked.value = one.key;
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A whole name that only one has is that one, without a further tap.
  function settle() {
    close();
    const wanted = plain(western(input.value));
    if (picked.value || !wanted) return;
    const same = entries.filter((one) => one.names.includes(wanted));
    if (same.length === 1) picked.value = same[0].key;
  }

  async function enter() {
    if (picked.value) input.select(); // typing takes its place
    else offer();
    const all = await listed();
    if (!all) return;
    if (entries === own) entries = LISTS[place.dataset.list](all);
    if (document.activeElement === input && !picked.value) offer();
  }

  input.addEventListener("focus", enter);
  input.addEventListener("input", () => { picked.value = ""; offer(); });
  input.addEventListener("blur", settle);
  input.addEventListener("keydown", (event) => {
    const last = offered.length - 1;
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && !list.hidden && at >= 0) pick(offered[at]);
    else if (event.key === "ArrowDown" && list.hidden) offer();
    else if (event.key === "ArrowDown" && last >= 0) mark(at < last ? at + 1 : 0);
    else if (event.key === "ArrowUp" && last >= 0 && !list.hidden) mark(at > 0 ? at - 1 : last);
    else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
  list.addEventListener("click", (event) => {
    const number = Array.prototype.indexOf.call(list.children, event.target.closest("[role=option]"));
    if (number >= 0) pick(offered[number]);
  });
  if (isIn) enter();
}

function option(one, id) {
  const apart = (tag, words) => element(tag, {}, element("bdi", {}, words));
  return element("li", { id, role: "option" }, apart("b", one.said), apart("span", one.under));
}

// An input in the place of a list: what the list said, or what was typed before and not understood.
function inputFor(select) {
  const input = document.createElement("input");
  input.name = select.name;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  return input;
}

function takeOver(select, input, picked) {
  picked.value = select.value;
  input.value = select.value ? select.selectedOptions[0].label : select.dataset.typed ?? "";
  input.id = select.id;
  select.before(input);
  select.remove();
}

for (const place of form?.querySelectorAll("[data-list]") ?? []) setUp(place);
