// The people grid, made quicker: digits of any script, sums as one types, one large stepper for the cell in hand.
// Everything here can also be done without it.

import { digitOf, western } from "./digits.js";

const language = document.documentElement.lang;
const numerals = language === "ar" ? "arab" : "latn";
const write = new Intl.NumberFormat(`${language}-u-nu-${numerals}`).format;
const form = document.querySelector("form[data-once]");

function inOwnDigits(text) {
  const zero = numerals === "arab" ? 0x660 : 0x30;
  return Array.from(text, (sign) => {
    const digit = digitOf(sign);
    return digit === null ? sign : String.fromCharCode(zero + digit);
  }).join("");
}

function valueOf(input) {
  const digits = western(input.value).replace(/[\s,\u066c\u060c'\u2019\u00a0\u202f]/g, "");
  return /^\d+$/.test(digits) ? Number(digits) : 0;
}

function keepDigitsAlike(input) {
  const wanted = inOwnDigits(input.value);
  if (wanted === input.value) return;
  const at = input.selectionStart;
  input.value = wanted;
  input.setSelectionRange(at, at);
}

function show(selector, text) {
  for (const place of form.querySelectorAll(selector)) place.textContent = text;
}

function setUp() {
  const cells = Array.from(form.querySelectorAll(".people .cell"));
  let inHand = cells[0];

  function total() {
    const how = form.elements.how?.value;
    if (how === "total") return valueOf(form.elements.total);
    if (how === "households") return null;
    return cells.reduce((sum, cell) => sum + valueOf(cell), 0);
  }

  function refresh() {
    for (const place of form.querySelectorAll("[data-sum]")) {
      const column = cells.filter((cell) => cell.dataset.column === place.dataset.sum);
      place.textContent = write(column.reduce((sum, cell) => sum + valueOf(cell), 0));
    }
    const sum = total();
    show("[data-total]", sum === null ? "–" : write(sum));
    show("[data-cell]", inHand.getAttribute("aria-label"));
    show("[data-value]", write(valueOf(inHand)));
  }

  function take(cell) {
    inHand.classList.remove("active");
    inHand = cell;
    inHand.classList.add("active");
    refresh();
  }

  for (const cell of cells) cell.addEventListener("focus", () => take(cell));
  for (const button of form.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => {
      const next = Math.max(0, valueOf(inHand) + Number(button.dataset.step));
      inHand.value = next ? inOwnDigits(String(next)) : "";
      refresh();
    });
  }
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  take(inHand);
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.inputMode === "numeric") keepDigitsAlike(event.target);
  });

  // "Now" is the moment of sending, told by the page's age and not by the phone's clock.
  const opened = form.querySelector("[data-opened]");
  const drawn = performance.now();
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || "saves" in form.dataset) return; // it stays here: there is no network, or field/entry.js keeps it
    if (sent) event.preventDefault();
    if (opened && !sent) {
      const now = Date.parse(opened.value) + (performance.now() - drawn);
      if (Number.isFinite(now)) opened.value = new Date(now).toISOString();
    }
    sent = true;
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) sent = false; });

  for (const hidden of form.querySelectorAll("[data-script]")) {
    hidden.hidden = !form.querySelector(".people") && !hidden.querySelector("[data-print]");
  }
  form.querySelector("[data-print]")?.addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => { // paper.css unfolds it as well, where the browser lets it
    for (const folded of form.querySelectorAll("details")) folded.open = true;
  });
  if (form.querySelector(".people")) setUp();
  document.getElementById("put-right")?.focus();
}
