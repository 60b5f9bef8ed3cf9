// New shelter, and how many are there now: the same as app/field/forms/shelter.py.

import { say } from "../words.js";
import { METHODS, chooseMethod } from "./people.js";
import { area, choice, decimalNumber, text, wholeNumber } from "./questions.js";
import { FAULTS, Form, WHEN, dashed, madeOf, said } from "./report.js";
import { stripped } from "./typed.js";

const SITE_TYPES = [
  "planned_camp", "self_settled_camp", "collective_centre", "reception_centre", "transit_centre", "evacuation_centre",
  "other",
];
const BUILDINGS = [
  "school", "community_hall", "religious_building", "hotel", "gym", "warehouse", "factory", "unfinished_building",
  "military_facility", "public_building", "private_building", "tents", "prefab", "open_air", "other",
];
export const STATUSES = ["planned", "open", "restricted", "full", "closing", "closed"];
export const ADMISSIONS = ["anyone", "women_and_children", "other"];
const ADULT_AGE = 18;

export const sayRule = () => say("Say in a few words who is let in.");

class ShelterForm extends Form {
  check() {
    this.checkWhen();
    this.need({
      site_type: say("Choose what kind of site it is."),
      area: say("Choose the area from the list, or write its P-code."),
      status: say("Choose whether it is open."),
    });
    if (!Object.keys(this.names).length) this.complain("name_en", say("Write its name in at least one language."));
    if (this.value("admission") === "other" && this.value("admission_rule") === null) {
      this.complain("admission_rule", sayRule());
    }
    if (this.value("present") === null) this.forget("method");
    else this.need({ method: chooseMethod() });
    this.checkPosition();
  }

  checkPosition() {
    const [lat, lon] = [this.value("lat"), this.value("lon")];
    if (this.isWrong("lat", "lon")) return;
    if ((lat === null) !== (lon === null)) {
      this.complain(lat === null ? "lat" : "lon", say("Give both latitude and longitude, or neither."));
    } else if (lat !== null && (Math.abs(lat) > 90 || Math.abs(lon) > 180)) {
      this.complain("lat", say("A latitude lies between -90 and 90, a longitude between -180 and 180."));
    }
  }

  get names() {
    return said({ en: this.value("name_en"), ar: this.value("name_ar") });
  }

  async reports() {
    const shelter = said({
      id: this.reportId,
      kind: "shelter",
      name: this.names,
      aliases: (this.value("aliases") ?? "").split(/[,;\u060c\u061b\n]/).map(stripped).filter(Boolean),
      site_type: this.value("site_type"),
      building: this.value("building"),
      area: this.value("area"),
      status: this.value("status"),
      capacity: this.value("capacity"),
      admits: ruleOf(this.desk.scheme, this.value("admission"), this.value("admission_rule")),
      lat: this.value("lat"),
      lon: this.value("lon"),
      ...this.moment,
    });
    return this.value("present") === null ? [shelter] : [shelter, await this.headcount()];
  }

  // How many are there now is a report of its own, with an id that follows from that of the shelter.
  async headcount() {
    return said({
      id: await following(this.reportId, "headcount"),
      kind: "headcount",
      place: { shelter: this.reportId },
      people: { total: this.value("present") },
      method: this.value("method"),
      ...this.moment,
    });
  }
}

// Who is let in, as a report says it; null is anyone.
export function ruleOf(scheme, admission, words) {
  if (admission === "women_and_children") {
    return { text: "women and children only", cells: ["female:*", ...childrenOf(scheme)] };
  }
  return admission === "other" ? { text: words } : null;
}

// Patterns for the ages of a scheme that end before adulthood: `*:0-4`.
function childrenOf({ ages }) {
  return ages.filter((age) => /^\d+-\d+$/.test(age) && Number(age.split("-")[1]) < ADULT_AGE).map((age) => `*:${age}`);
}

// The id that follows from another by a name (RFC 4122, version 5).
async function following(id, name) {
  const bytes = id.replace(/-/g, "").match(/../g).map((pair) => parseInt(pair, 16));
  const digest = await crypto.subtle.digest("SHA-1", new Uint8Array([...bytes, ...new TextEncoder().encode(name)]));
  return dashed(madeOf(new Uint8Array(digest), 5));
}

export const shelter = {
  Form: ShelterForm,
  questions: [
    text("name_en"),
    text("name_ar"),
    text("aliases"),
    choice("site_type", SITE_TYPES),
    choice("building", BUILDINGS),
    area("area", { own: true }),
    choice("status", STATUSES, "open"),
    wholeNumber("capacity"),
    choice("admission", ADMISSIONS, "anyone"),
    text("admission_rule"),
    wholeNumber("present"),
    choice("method", METHODS),
    decimalNumber("lat"),
    decimalNumber("lon"),
    ...WHEN,
  ],
  remembered: [],
  faults: {
    ...FAULTS,
    name: "name_en",
    "name.ar": "name_ar",
    aliases: "aliases",
    site_type: "site_type",
    building: "building",
    area: "area",
    status: "status",
    capacity: "capacity",
    admits: "admission_rule",
    lat: "lat",
    lon: "lon",
    people: "present",
    method: "method",
  },
};
