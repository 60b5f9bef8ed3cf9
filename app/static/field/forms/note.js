// Something seen at a place that is no number: the same as app/field/forms/note.py.

import { say } from "../words.js";
import { place, text } from "./questions.js";
import { FAULTS, Form, WHEN, said } from "./report.js";

class NoteForm extends Form {
  check() {
    this.checkWhen();
    this.need({ place: say("Choose the place this is about."), text: say("Write what you saw or heard.") });
  }

  reports() {
    const about = { id: this.reportId, kind: "note", place: this.place("place"), text: this.value("text") };
    return [said({ ...about, ...this.moment })];
  }
}

export const note = {
  Form: NoteForm,
  questions: [place("place"), text("text"), ...WHEN],
  remembered: ["place"],
  faults: { ...FAULTS, place: "place", text: "text" },
};
