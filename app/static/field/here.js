// Writes where the phone is into the form of a shelter, for who stands in it.

import { asksWhere } from "./position.js";
import { say } from "./words.js";

const DECIMALS = 5; // of a degree: about a metre
const ROUGH_M = 300; // over which a position names another street

function write({ lat, lon, metres }) {
  document.querySelector("[name=lat]").value = lat.toFixed(DECIMALS);
  document.querySelector("[name=lon]").value = lon.toFixed(DECIMALS);
  return metres > ROUGH_M
    ? say("Only known within %(metres)s metres. Tap again under the open sky, or clear both.", { metres })
    : say("Known within %(metres)s metres.", { metres });
}

asksWhere(document.querySelector("[data-here]"), document.querySelector("[data-here-says]"), write);
