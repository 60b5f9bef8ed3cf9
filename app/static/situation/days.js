// Another day, or the one before and after it, shown in place: by a slider, or by links that work without it too.

import { open } from "./live.js";
import { main } from "./shown.js";

const SETTLED_MS = 250;
let timer;

// The slider is of use with this script alone; the page comes with it hidden.
function prepare() {
  const slider = document.getElementById("day-slider");
  if (slider) [slider.disabled, slider.parentElement.hidden] = [false, false];
}

const dayOf = (slider) => slider.list.options[Number(slider.value)];

main.addEventListener("input", (event) => {
  if (event.target.id !== "day-slider") return;
  const slider = event.target;
  const day = dayOf(slider);
  slider.setAttribute("aria-valuetext", day.label);
  main.querySelector("[data-day-shown]").textContent = day.label;
  clearTimeout(timer);
  timer = setTimeout(() => open(day.dataset.address), SETTLED_MS);
});

main.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-in-place]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link.href);
});

main.addEventListener("shown", prepare);
prepare();
