// How many people: by sex and age, as a total, or as households; exact or as a range with its method. And how many of
// them need special care. The same as app/field/forms/people.py.

import { say } from "../words.js";
import { choice, counts, wholeNumber } from "./questions.js";
import { FAULTS as OF_ALL, Form, said } from "./report.js";

export const METHODS = [
  "full_count", "registration", "household_listing", "sample_survey", "site_visit", "structure_count", "key_informant",
  "secondary_report",
];
const WAYS = ["cells", "total", "households"];
const NUMBERS = { cells: "cells", total: "total", households: "households_only" }; // what each way is answered in

export const NUMBER = [
  choice("how", WAYS, "cells"),
  counts("cells", ({ scheme }) => scheme.sexes.flatMap((sex) => scheme.ages.map((age) => `${sex}:${age}`))),
  wholeNumber("total"),
  wholeNumber("households_only"),
];
export const METHOD = choice("method", METHODS);
export const ESTIMATE = [choice("estimate", ["no", "yes"], "no"), wholeNumber("low"), wholeNumber("high")];
export const HOUSEHOLDS = wholeNumber("households");
export const NEEDS = counts("needs", () => ["CR", "SC", "DS", "ER", "SP", "WR", "SM", "PL", "FU"]);

export const FAULTS = {
  ...OF_ALL,
  people: "how",
  "people.cells": "cells",
  "people.total": "total",
  "people.low": "low",
  "people.high": "high",
  "people.households": "households",
  method: "method",
  needs: "needs",
};

export const chooseMethod = () => say("Choose how it was counted.");

// Only the chosen way of counting is read; if it is empty, the one that is filled in.
export class PeopleForm extends Form {
  get way() {
    const filled = WAYS.filter((way) => this.isFilled(NUMBERS[way]));
    const chosen = this.value("how") ?? "cells";
    return filled.length && !filled.includes(chosen) ? filled[0] : chosen;
  }

  // The number as counted; null for households alone or a bare range.
  get best() {
    if (this.way === "total") return this.value("total");
    const cells = Object.values(this.value("cells"));
    return this.way === "cells" && cells.length ? cells.reduce((sum, count) => sum + count, 0) : null;
  }

  get isEstimate() {
    return this.value("estimate") === "yes";
  }

  checkPeople() {
    const asked = this.way === "households" ? ["households_only"] : [NUMBERS[this.way], "households"];
    this.forget(...["cells", "total", "households", "households_only"].filter((name) => !asked.includes(name)));
    if (this.isEstimate) this.checkRange();
    else this.forget("low", "high");
  }

  // Somebody must be there: `zero` lets 0 be an answer, `rangeAlone` a range without a best figure.
  checkNumber({ zero, rangeAlone }) {
    const name = NUMBERS[this.way];
    if (this.isWrong(name)) return;
    const value = this.way === "households" ? this.value(name) : this.best;
    const isBareRange = this.isEstimate && (this.value("low") !== null || this.value("high") !== null);
    if (value === null && !(rangeAlone && isBareRange && this.way === "total")) {
      this.complain(name, say("Write how many people there are."));
    } else if (value === 0 && !zero) {
      this.complain(name, say("Write 1 or more."));
    }
  }

  // Of people who pass, only an estimate asks how it was found.
  checkMethodSeen() {
    if (this.isEstimate) this.need({ method: chooseMethod() });
    else this.forget("method");
  }

  // How people who passed were counted; households alone are no count.
  get methodSeen() {
    if (this.isEstimate) return this.value("method");
    return this.way === "households" ? null : "full_count";
  }

  checkRange() {
    const [low, high, best] = [this.value("low"), this.value("high"), this.best];
    if (this.isWrong("low", "high")) return;
    if (low === null && high === null) {
      this.complain("low", say("Write the lowest or the highest number, or answer that it was counted."));
    } else if (best !== null && low !== null && low > best) {
      this.complain("low", say(
        "The lowest number (%(low)s) is more than the total (%(total)s). Make it %(total)s or less.",
        { low, total: best },
      ));
    } else if (best !== null && high !== null && high < best) {
      this.complain("high", say(
        "The highest number (%(high)s) is less than the total (%(total)s). Make it %(total)s or more.",
        { high, total: best },
      ));
    } else if (low !== null && high !== null && high < low) {
      this.complain("high", say("The highest number (%(high)s) is less than the lowest (%(low)s).", { high, low }));
    }
  }

  // As a report says it.
  get people() {
    const range = this.isEstimate ? { low: this.value("low"), high: this.value("high") } : {};
    if (this.way === "households") return said({ households: this.value("households_only"), ...range });
    const name = NUMBERS[this.way];
    return said({ households: this.value("households"), [name]: this.value(name), ...range });
  }

  // Who needs special care, as a report says it; null where nobody said anything of it.
  get needsSaid() {
    const needs = this.value("needs");
    return Object.keys(needs).length ? needs : null;
  }
}
