"""A group, new or as it is now."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, get_args

from app.core import clock
from app.core.forms import ChoiceField, DayField, ManyField, TypedField, say
from app.core.text import mark
from app.field.forms.fields import AreaField, GroupField
from app.field.forms.people import PeopleForm, people_answers
from app.field.forms.report import STILL_TO_COME, said
from app.field.schemas import Desk, StandingGroup
from app.intake.schemas import PriorityNeed, Result

PRIORITY_NEEDS: tuple[str, ...] = get_args(PriorityNeed)
# `unknown` is what an empty answer says.
CAUSES = (
    "conflict",
    "generalized_violence",
    "targeted_violence",
    "natural_hazard",
    "eviction",
    "loss_of_services",
    "other",
)
INTENTIONS = ("return_to_origin", "stay", "move_to_third_location", "undecided")

LABEL_NEEDED = mark("Write a few words that tell this group from others.")
CODE_TAKEN = mark("This code belongs to a group already. Leave it empty and one is made, or look the group up above.")


class GroupForm(PeopleForm):
    """People who were displaced together. A known group is said anew as a whole: its page begins with what was said
    before, and an answer that was emptied is now unknown."""

    sort: ClassVar[str] = "group"
    label = TypedField()
    home = AreaField()
    displaced_on = DayField(first_year=1900)
    cause = ChoiceField(options=CAUSES)
    priority_needs = ManyField(options=PRIORITY_NEEDS)
    intention = ChoiceField(options=INTENTIONS)
    code = GroupField()
    known = ChoiceField(options=("yes",))

    asked_first: ClassVar[tuple[str, ...]] = ("label", "home", "displaced_on", "cause")
    remembered: ClassVar[tuple[str, ...]] = ("home",)
    fault_names: ClassVar[dict[str, str]] = {
        **PeopleForm.fault_names,
        "label": "label",
        "origin": "home",
        "displaced_on": "displaced_on",
        "cause": "cause",
        "households": "households",
        "priority_needs": "priority_needs",
        "intention": "intention",
        "code": "code",
    }

    def __init__(self, desk: Desk, **defaults: Any) -> None:
        super().__init__(desk, **defaults)
        self.standing: StandingGroup | None = None

    def check(self) -> None:
        super().check()
        if "label" not in self.left_open:
            self.need(label=LABEL_NEEDED)
        self.check_method_seen()
        if self.displaced_on.data and self.displaced_on.data > self.desk.frame.day_of(clock.now()):
            self.complain("displaced_on", say(STILL_TO_COME))
        if self.standing and not self._may_be(self.standing):
            self.complain("code", say(CODE_TAKEN))

    def _may_be(self, standing: StandingGroup) -> bool:
        """Whether this says anew what was looked up, or is the very report that made the group, sent again."""
        return (standing.is_visible and self.known.data == "yes") or standing.id == self.report_id.data

    @property
    def group_people(self) -> dict[str, Any] | None:
        """How many as a report of a group says it, its households apart; None where nobody counted."""
        parts = {name: part for name, part in self.people.items() if name != "households" and part != {}}
        return parts or None

    @property
    def group_households(self) -> int | None:
        households: int | None = (self.households_only if self.way == "households" else self.households).data
        return households

    def reports(self) -> list[dict[str, Any]]:
        displaced_on = self.displaced_on.data
        about = {
            "label": self.label.data,
            "origin": self.home.data,
            "displaced_on": displaced_on.isoformat() if displaced_on else None,
            "cause": self.cause.data,
            "households": self.group_households,
            "people": self.group_people,
            "needs": self.needs_said,
            "priority_needs": self.priority_needs.data or None,
            "intention": self.intention.data,
        }
        report = said(
            id=str(self.report_id.data),
            kind="group",
            code=self.code.data,
            method=self.method_seen if self.group_people else None,
            **self.moment,
        )
        return [report | (about if self.known.data == "yes" else said(**about))]

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        return {
            "kind": "group",
            "label": self.label.data,
            "code": results[0].code or self.code.data,
            "home": self.home.data,
            "people": self.people_stored if self.group_people or self.group_households is not None else None,
            "needs": self.needs_said,
        }


def answers_of(group: StandingGroup) -> dict[str, Any]:
    """What was said of a group, as the answers of the form."""
    return answers_about(group.state) | {"code": group.code, "known": "yes"}


def answers_about(state: Mapping[str, Any]) -> dict[str, Any]:
    """The same of what one report said, but for its code."""
    return {
        "label": state.get("label"),
        "home": state.get("origin"),
        "displaced_on": date.fromisoformat(state["displaced_on"]) if state.get("displaced_on") else None,
        "cause": state.get("cause") if state.get("cause") in CAUSES else None,
        **people_answers(state.get("people") or {}, state.get("households")),
        "needs": state.get("needs"),
        "priority_needs": state.get("priority_needs"),
        "intention": state.get("intention") if state.get("intention") in INTENTIONS else None,
    }
