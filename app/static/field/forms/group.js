// People who were displaced together: the same as app/field/forms/group.py. A known group is said anew as a whole.

import { say } from "../words.js";
import * as moments from "./moments.js";
import { ESTIMATE, FAULTS, HOUSEHOLDS, METHOD, NEEDS, NUMBER, PeopleForm } from "./people.js";
import { area, choice, day, group as code, many, text } from "./questions.js";
import { WHEN, said, stillToCome } from "./report.js";

const PRIORITY_NEEDS = [
  "food", "NFI", "shelter", "water", "sanitation", "health", "nutrition", "protection", "education", "livelihoods",
  "cash",
];
const CAUSES = [
  "conflict", "generalized_violence", "targeted_violence", "natural_hazard", "eviction", "loss_of_services", "other",
];
const INTENTIONS = ["return_to_origin", "stay", "move_to_third_location", "undecided"];

class GroupForm extends PeopleForm {
  check() {
    this.checkWhen();
    this.checkPeople();
    this.need({ label: say("Write a few words that tell this group from others.") });
    this.checkMethodSeen();
    const today = moments.dayOf(moments.shownInZone(this.desk.now, this.desk.offsets));
    if (this.value("displaced_on") !== null && this.value("displaced_on") > today) {
      this.complain("displaced_on", stillToCome());
    }
    // The server knows more codes than this phone, and says so when it gets there.
    if (!this.isKnown && this.desk.groups.has(this.value("code"))) {
      this.complain("code", say(
        "This code belongs to a group already. Leave it empty and one is made, or look the group up above.",
      ));
    }
  }

  get isKnown() {
    return this.value("known") === "yes";
  }

  // How many as a report of a group says it, its households apart; null where nobody counted.
  get groupPeople() {
    const { households, cells, ...parts } = this.people;
    const counted = cells && Object.keys(cells).length ? { cells, ...parts } : parts;
    return Object.keys(counted).length ? counted : null;
  }

  get about() {
    const priorityNeeds = this.value("priority_needs");
    return {
      label: this.value("label"),
      origin: this.value("home"),
      displaced_on: this.value("displaced_on"),
      cause: this.value("cause"),
      households: this.value(this.way === "households" ? "households_only" : "households"),
      people: this.groupPeople,
      needs: this.needsSaid,
      priority_needs: priorityNeeds.length ? priorityNeeds : null,
      intention: this.value("intention"),
    };
  }

  reports() {
    const report = said({
      id: this.reportId,
      kind: "group",
      code: this.value("code"),
      method: this.groupPeople ? this.methodSeen : null,
      ...this.moment,
    });
    return [{ ...report, ...(this.isKnown ? this.about : said(this.about)) }];
  }
}

export const group = {
  Form: GroupForm,
  questions: [
    text("label"),
    area("home"),
    day("displaced_on", { firstYear: 1900 }),
    choice("cause", CAUSES),
    ...NUMBER,
    ...ESTIMATE,
    METHOD,
    HOUSEHOLDS,
    NEEDS,
    many("priority_needs", PRIORITY_NEEDS),
    choice("intention", INTENTIONS),
    code("code"),
    choice("known", ["yes"]),
    ...WHEN,
  ],
  remembered: ["home"],
  faults: {
    ...FAULTS,
    label: "label",
    origin: "home",
    displaced_on: "displaced_on",
    cause: "cause",
    households: "households",
    priority_needs: "priority_needs",
    intention: "intention",
    code: "code",
  },
};
