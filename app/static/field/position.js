// Where this phone is. Asked for only when somebody taps for it, and told to nobody: it leaves the phone in a report, if
// it is written into one.

import { heard } from "./heard.js";
import { say } from "./words.js";

const PATIENCE_MS = 30_000;
const GOOD_FOR_MS = 60_000;

// Makes a button ask where the phone is. `use` is given {lat, lon, metres}, in degrees (WGS 84) and within how many
// metres, and gives back what is to be said in `says`. Where a browser cannot tell, the button stays hidden.
export function asksWhere(button, says, use) {
  if (!button || !("geolocation" in navigator)) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await heard;
    button.disabled = true;
    says.textContent = say("Looking for where you are…");
    says.textContent = await whereIAm().then(use, whyNot);
    button.disabled = false;
  });
}

function whereIAm() {
  const wanted = { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: GOOD_FOR_MS };
  return new Promise((resolve, reject) => { navigator.geolocation.getCurrentPosition(resolve, reject, wanted); })
    .then(({ coords }) => ({ lat: coords.latitude, lon: coords.longitude, metres: Math.max(1, Math.ceil(coords.accuracy)) }));
}

function whyNot(error) {
  return error.code === error.PERMISSION_DENIED
    ? say("The phone does not tell this page where it is. Allow it in the settings of the browser, then tap again.")
    : say("The phone does not know where it is. Tap again under the open sky.");
}
