// People arrived: the same as app/field/forms/arrival.py.

import { say } from "../words.js";
import { ESTIMATE, FAULTS, HOUSEHOLDS, METHOD, NEEDS, NUMBER, PeopleForm } from "./people.js";
import { area, choice, group, place } from "./questions.js";
import { WHEN, said } from "./report.js";

class ArrivalForm extends PeopleForm {
  check() {
    this.checkWhen();
    this.checkPeople();
    this.checkNumber({ zero: false, rangeAlone: false });
    this.need({
      place: say("Choose where they are now."),
      stayed: say("Answer whether they stayed somewhere else before."),
    });
    this.checkMethodSeen();
    if (this.stayed) this.checkBefore();
    else this.forget("before");
  }

  checkBefore() {
    const before = this.value("before");
    if (before === null && !this.isWrong("before")) {
      this.complain("before", say("Say where they stayed, or answer that it is not known."));
    } else if (before !== null && before === this.value("place")) {
      this.complain("before", say("This is where they are now. Say where they stayed before, or answer No."));
    }
  }

  get stayed() {
    return this.value("stayed") === "yes";
  }

  reports() {
    const before = this.stayed ? this.place("before") : null;
    return [said({
      id: this.reportId,
      kind: "movement",
      seen: "to",
      group: this.value("group"),
      origin: this.value("home"),
      to: this.place("place"),
      people: this.people,
      needs: this.needsSaid,
      method: this.methodSeen,
      ...this.moment,
      ...(before ? { from: before, stayed_there: true } : {}),
    })];
  }
}

export const arrival = {
  Form: ArrivalForm,
  questions: [
    ...NUMBER,
    ...ESTIMATE,
    METHOD,
    HOUSEHOLDS,
    NEEDS,
    area("home"),
    group("group"),
    choice("stayed", ["no", "yes", "unknown"], "no"),
    place("before", { otherEnd: true }),
    place("place"),
    ...WHEN,
  ],
  remembered: ["place", "home"],
  faults: { ...FAULTS, origin: "home", group: "group", from: "before", stayed_there: "before", to: "place" },
};
