// What the server says of a page, put into the page that is open: only what is another is replaced, and whoever reads,
// types or has opened something there is not disturbed.

const PARTS = "[data-part], section[aria-labelledby], section[id]";
const MARKED_MS = 4000;
const SAID_EVERY_MS = 20_000; // to who listens instead of looking
const TYPED = "input:not([type=range], [type=hidden], [type=checkbox], [type=radio]), select, textarea";

export const main = document.getElementById("main");
let said = main.cloneNode(true); // as the server said it: what was opened or marked since is not in it

const keyOf = (part) => part.dataset.part ?? (part.id || part.getAttribute("aria-labelledby"));

function partsOf(root) {
  return Array.from(root.querySelectorAll(PARTS)).filter((part) => !part.parentElement.closest(PARTS));
}

// All that is no part: where it is another, the parts have no longer the same places.
function around(root) {
  const copy = document.createElement("div");
  copy.append(...root.cloneNode(true).childNodes);
  for (const part of partsOf(copy)) part.replaceWith(`{${keyOf(part)}}`);
  copy.normalize();
  const texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(/\s+/g, " ").trim();
  copy.normalize(); // takes the empty ones away
  return copy;
}

// Shows what was said of the same view later. False: somebody is at work where it would go; try again.
export function follow(page) {
  const fresh = document.importNode(page.querySelector("main"), true);
  if (!around(said).isEqualNode(around(fresh))) return !isBusy(main) && show(page);
  let isAll = true;
  const [known, open] = [said, main].map((root) => new Map(partsOf(root).map((part) => [keyOf(part), part])));
  for (const part of partsOf(fresh)) {
    const [before, old] = [known.get(keyOf(part)), open.get(keyOf(part))];
    if (before.isEqualNode(part)) continue;
    if (!old || isBusy(old)) {
      isAll = false;
      continue;
    }
    before.replaceWith(part.cloneNode(true));
    mark(old, part);
    exchange(old, () => old.replaceWith(part), part);
  }
  return isAll;
}

// Shows another view.
export function show(page) {
  const fresh = document.importNode(page.querySelector("main"), true);
  said = fresh.cloneNode(true);
  exchange(main, () => main.replaceChildren(...fresh.childNodes), main);
  return true;
}

function isBusy(place) {
  const controls = Array.from(place.querySelectorAll(TYPED));
  const isTypedIn = controls.some((one) => one === document.activeElement || isChanged(one));
  const selected = getSelection();
  return isTypedIn || (!selected.isCollapsed && selected.rangeCount > 0 && selected.getRangeAt(0).intersectsNode(place));
}

function isChanged(control) {
  if (control.tagName !== "SELECT") return control.value !== control.defaultValue;
  const byItself = Array.from(control.options).findLast((option) => option.defaultSelected) ?? control.options[0];
  return byItself !== undefined && !byItself.selected;
}

// Replaces something, and leaves open what was open, the focus where it was, and what was scrolled as far as it was.
function exchange(old, replace, fresh) {
  const opened = new Map(inside(old, "details", summaryOf).map(([name, one]) => [name, one.open]));
  const scrolled = new Map(inside(old, ".scroll", (one) => one.getAttribute("aria-label")).map(([name, one]) => [name, one.scrollLeft]));
  const focused = old.contains(document.activeElement) && document.activeElement !== old ? document.activeElement : null;
  const name = focused && nameOf(focused);
  const place = focused && Array.from(old.querySelectorAll(focused.tagName)).filter((one) => nameOf(one) === name).indexOf(focused);
  replace();
  for (const [called, one] of inside(fresh, "details", summaryOf)) if (opened.has(called)) one.open = opened.get(called);
  for (const [called, one] of inside(fresh, ".scroll", (it) => it.getAttribute("aria-label"))) one.scrollLeft = scrolled.get(called) ?? 0;
  fresh.dispatchEvent(new CustomEvent("shown", { bubbles: true }));
  if (focused) {
    const alike = Array.from(fresh.querySelectorAll(focused.tagName)).filter((one) => nameOf(one) === name);
    (alike[place] ?? alike[0])?.focus({ preventScroll: true });
  }
}

const summaryOf = (one) => one.querySelector("summary")?.textContent;
const nameOf = (one) => one.id || one.getAttribute("href") || one.textContent.trim();

// What is inside by its name; the second of the same name is called so.
function inside(root, what, name) {
  const times = new Map();
  return Array.from(root.querySelectorAll(what), (one) => {
    const called = name(one);
    times.set(called, (times.get(called) ?? 0) + 1);
    return [`${called} ${times.get(called)}`, one];
  });
}

// Figures that are others stand out for a moment; headlines among them are also said.
function mark(old, fresh) {
  const [before, now] = [old, fresh].map((part) => Array.from(part.querySelectorAll(".number, .n")));
  if (before.length !== now.length) return;
  now.forEach((figure, at) => {
    if (figure.textContent === before[at].textContent) return;
    figure.classList.add("changed");
    setTimeout(() => figure.classList.remove("changed"), MARKED_MS);
    const about = figure.closest("div")?.querySelector("dt");
    if (about) say(about.textContent, figure.textContent);
  });
}

const told = document.createElement("p");
told.className = "hidden";
told.setAttribute("role", "status");
document.body.append(told);
const toSay = new Map();
let saidAt = -SAID_EVERY_MS;
let saying;

function say(about, figure) {
  toSay.set(about, `${about}: ${figure.replace(/\s+/g, " ").trim()}`);
  clearTimeout(saying);
  saying = setTimeout(() => {
    told.textContent = Array.from(toSay.values()).join(". ");
    toSay.clear();
    saidAt = performance.now();
  }, Math.max(100, saidAt + SAID_EVERY_MS - performance.now()));
}
