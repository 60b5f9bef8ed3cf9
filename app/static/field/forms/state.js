// What changed at a shelter: the same as app/field/forms/state.py. Only what is no longer what the page showed (input
// `<name>.was`) is sent; emptied is now unknown.

import { say } from "../words.js";
import { choice, measure, text, wholeNumber } from "./questions.js";
import { FAULTS, Form, WHEN } from "./report.js";
import { ADMISSIONS, STATUSES, ruleOf, sayRule } from "./shelter.js";
import { NotUnderstood, stripped } from "./typed.js";

const KNOWN = [
  choice("status", STATUSES),
  choice("access", ["open", "difficult", "cut_off"]),
  wholeNumber("capacity"),
  wholeNumber("blocked"),
  measure("covered_area_m2"),
  measure("site_area_m2"),
  wholeNumber("toilets"),
  wholeNumber("toilets_accessible"),
  wholeNumber("taps"),
  wholeNumber("showers"),
  measure("water_litres_per_day"),
  choice("health_post", ["yes", "no"]),
  choice("admission", ADMISSIONS),
  text("admission_rule"),
  text("managed_by"),
  text("contact"),
];

class StateForm extends Form {
  constructor(questions, answers, desk) {
    const was = Object.fromEntries(KNOWN.map(({ name }) => [name, answers[`${name}.was`]?.[0] ?? ""]));
    const shown = Object.fromEntries(KNOWN.map(({ name }) => [name, [was[name]]]));
    super(questions, { ...shown, ...answers }, desk);
    this.was = was;
    this.shelter = answers.code?.[0] ?? "";
  }

  check() {
    this.checkWhen();
    if (this.value("admission") === "other" && this.value("admission_rule") === null && this.ruleHasChanged) {
      this.complain("admission_rule", sayRule());
    }
    const [toilets, accessible] = [this.value("toilets"), this.value("toilets_accessible")];
    if (toilets !== null && accessible !== null && accessible > toilets) {
      this.complain("toilets_accessible", say(
        "These are more than all toilets (%(toilets)s). Check both numbers.", { toilets },
      ));
    }
    if (!this.complaints().length && !Object.keys(this.changes).length) {
      this.general.push(say("Nothing was changed. Change what is different now, then save."));
    }
  }

  get ruleHasChanged() {
    const inWords = this.value("admission") === "other" && this.hasChanged("admission_rule");
    return inWords || this.hasChanged("admission");
  }

  hasChanged(name) {
    const [was, { typed, value }] = [stripped(this.was[name]), this.answers[name]];
    if (stripped(typed) === was) return false;
    try {
      return value !== (was ? KNOWN.find((one) => one.name === name).understand(was) : null);
    } catch (fault) {
      if (fault instanceof NotUnderstood) return true;
      throw fault;
    }
  }

  // As a report says them; null is now unknown.
  get changes() {
    const names = KNOWN.map((one) => one.name).filter((name) => !name.startsWith("admission") && this.hasChanged(name));
    const changed = Object.fromEntries(names.map((name) => [name, this.value(name)]));
    if (changed.health_post) changed.health_post = changed.health_post === "yes";
    if (this.ruleHasChanged) {
      changed.admits = ruleOf(this.desk.scheme, this.value("admission"), this.value("admission_rule"));
    }
    return changed;
  }

  reports() {
    return [{ id: this.reportId, kind: "shelter_state", shelter: this.shelter, ...this.changes, ...this.moment }];
  }
}

export const state = {
  Form: StateForm,
  questions: [...KNOWN, ...WHEN],
  remembered: [],
  faults: {
    ...FAULTS,
    ...Object.fromEntries(KNOWN.map((one) => one.name).filter((name) => !name.startsWith("admission"))
      .map((name) => [name, name])),
    admits: "admission_rule",
  },
};
