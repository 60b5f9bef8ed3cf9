// People left: the same as app/field/forms/departure.py. Home is not a place: who returns leaves the ledger.

import { say } from "../words.js";
import * as moments from "./moments.js";
import { ESTIMATE, FAULTS, HOUSEHOLDS, METHOD, NEEDS, NUMBER, PeopleForm } from "./people.js";
import { area, choice, day, group, place, time } from "./questions.js";
import { WHEN, said, stillToCome } from "./report.js";

const REASONS = { home: "return", died: "death" };

class DepartureForm extends PeopleForm {
  check() {
    this.checkWhen();
    this.checkPeople();
    this.checkNumber({ zero: false, rangeAlone: false });
    this.need({
      place: say("Choose the place they left."),
      went: say("Answer where they went, or that it is not known."),
    });
    this.checkMethodSeen();
    if (this.wentOn) this.checkThere();
    else this.forget("there", "arrival_day", "arrival_time", "saw_arrival");
  }

  checkThere() {
    this.need({ there: say("Choose the place they went to, or answer that it is not known.") });
    if (this.value("there") !== null && this.value("there") === this.value("place")) {
      this.complain("there", say("This is the place they left. Choose where they went."));
    }
    const arrived = this.arrivedAt;
    if (this.isWrong("day", "at", "arrival_day", "arrival_time") || arrived === null) return;
    if (arrived.at < this.occurredAt.at) {
      this.complain("arrival_day", say("They cannot arrive before they left. Check both times."));
    } else if (moments.isToCome(arrived, this.desk.now)) {
      this.complain("arrival_day", stillToCome());
    }
  }

  // Whether they went to another place known here.
  get wentOn() {
    return this.value("went") === "place";
  }

  // When they entered the other place, where that was asked and answered. A time alone is that of the day they left; a
  // day alone begins at midnight; as far as anybody said the moment they left, it is that.
  get arrivedAt() {
    const [onDay, atTime] = [this.value("arrival_day"), this.value("arrival_time")];
    if (!this.wentOn || (onDay === null && atTime === null)) return null;
    const left = this.leftAt;
    const arrived = moments.inZone(onDay ?? moments.dayOf(left), atTime ?? "00:00:00", this.desk.offsets);
    const isSame = atTime === null
      ? moments.dayOf(arrived) === moments.dayOf(left)
      : moments.shown(arrived) === moments.minuteShown(left);
    return isSame && left.at > arrived.at ? left : arrived;
  }

  // As clocks of the operation show it; what was typed, as it was typed.
  get leftAt() {
    const left = this.occurredAt;
    return left === this.openedAt ? moments.shownInZone(left, this.desk.offsets) : left;
  }

  // The two instants of a movement; one where nobody said that they differ.
  get moments() {
    const [left, arrived] = [this.moment, this.arrivedAt];
    if (arrived === null || arrived.at === this.occurredAt.at) return left;
    return {
      left_at: left.occurred_at,
      occurred_at: moments.iso(arrived),
      precision: left.precision === "minute" || this.value("arrival_time") !== null ? "minute" : "day",
      clock: "typed",
    };
  }

  reports() {
    const left = this.place("place");
    return [said({
      id: this.reportId,
      kind: "movement",
      seen: this.wentOn && this.value("saw_arrival") !== null ? "both" : "from",
      group: this.value("group"),
      origin: this.value("home"),
      from: left,
      stayed_there: left.area === undefined ? null : true,
      to: this.wentOn ? this.place("there") : null,
      people: this.people,
      needs: this.needsSaid,
      reason: REASONS[this.value("went")],
      method: this.methodSeen,
      ...this.moments,
    })];
  }
}

export const departure = {
  Form: DepartureForm,
  questions: [
    place("place"),
    choice("went", ["place", "home", "elsewhere", "died"]),
    place("there", { anywhere: true, otherEnd: true }),
    day("arrival_day"),
    time("arrival_time"),
    choice("saw_arrival", ["yes"]),
    ...NUMBER,
    ...ESTIMATE,
    METHOD,
    HOUSEHOLDS,
    NEEDS,
    area("home"),
    group("group"),
    ...WHEN,
  ],
  remembered: ["place"],
  faults: {
    ...FAULTS,
    from: "place",
    stayed_there: "place",
    to: "there",
    reason: "went",
    origin: "home",
    group: "group",
    left_at: "when",
  },
};
