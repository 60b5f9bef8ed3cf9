// My shelters, nearest first: only when tapped for, since a list that moves by itself moves under a finger. The page has
// positions as everybody may know them, within about a kilometre; where the phone is stays on it.

import { element } from "../elements.js";
import { asksWhere } from "./position.js";
import { say } from "./words.js";

const EARTH_RADIUS_KM = 6371.0088; // mean radius, IUGG
const list = document.querySelector(".places");

function order(here) {
  const far = Array.from(list.children, (place) => [place, kmTo(here, place)]);
  for (const [place, km] of far) {
    place.querySelector("[data-km]")?.remove();
    const words = km === null ? say("position not known") : say("%(number)s km", { number: km });
    place.querySelector(".quiet").prepend(element("span", { "data-km": true }, words, " · "));
  }
  far.sort(([, one], [, other]) => (one ?? Infinity) - (other ?? Infinity) || 0); // both unknown: as they stood
  list.append(...far.map(([place]) => place));
  return list.dataset.more === undefined
    ? say("In a straight line. Roads are longer.")
    : say("In a straight line. Only the shelters listed here were looked at.");
}

function kmTo(here, { dataset: { lat, lon } }) {
  return lat === undefined ? null : kmBetween(here, { lat: Number(lat), lon: Number(lon) });
}

// Along the surface of the earth (haversine), as app/planning/policy.py reckons it; whole, and 1 at least.
function kmBetween(here, there) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const north = radians(there.lat - here.lat);
  const east = radians(there.lon - here.lon);
  const chord = Math.sin(north / 2) ** 2 + Math.cos(radians(here.lat)) * Math.cos(radians(there.lat)) * Math.sin(east / 2) ** 2;
  return Math.max(1, Math.round(2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)))));
}

asksWhere(document.querySelector("[data-nearest]"), document.querySelector("[data-nearest-says]"), order);
