// Count people here: the same as app/field/forms/headcount.py. Nobody is an answer.

import { say } from "../words.js";
import { ESTIMATE, FAULTS, HOUSEHOLDS, METHOD, NEEDS, NUMBER, PeopleForm, chooseMethod } from "./people.js";
import { place } from "./questions.js";
import { WHEN, said } from "./report.js";

class HeadcountForm extends PeopleForm {
  check() {
    this.checkWhen();
    this.checkPeople();
    this.checkNumber({ zero: true, rangeAlone: true });
    this.need({ place: say("Choose where you counted."), method: chooseMethod() });
  }

  reports() {
    return [said({
      id: this.reportId,
      kind: "headcount",
      place: this.place("place"),
      people: this.people,
      needs: this.needsSaid,
      method: this.value("method"),
      ...this.moment,
    })];
  }
}

export const headcount = {
  Form: HeadcountForm,
  questions: [place("place"), ...NUMBER, METHOD, ...ESTIMATE, HOUSEHOLDS, NEEDS, ...WHEN],
  remembered: ["place"],
  faults: { ...FAULTS, place: "place" },
};
