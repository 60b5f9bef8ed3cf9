"""What changed at a shelter."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from flask import request

from app.core.forms import ChoiceField, MeasureField, NotUnderstood, TypedField, WholeNumberField, say
from app.core.text import mark
from app.counts.scheme import Scheme
from app.field.forms.report import ReportForm
from app.field.forms.shelter import ADMISSIONS, SAY_RULE, admission_answers, rule_of
from app.field.schemas import Desk
from app.intake.schemas import Result
from app.shelters.policy import STATUSES
from app.shelters.queries import ShelterRow

ACCESSES = ("open", "difficult", "cut_off")  # `unknown` is what an empty answer says

NOTHING_CHANGED = mark("Nothing was changed. Change what is different now, then save.")
ACCESSIBLE_ABOVE_TOILETS = mark("These are more than all toilets (%(toilets)s). Check both numbers.")


class StateForm(ReportForm):
    """What is known of a shelter, to be changed. Only what was changed is sent; emptied is now unknown.

    Each answer is compared with what its page showed (input `<name>.was`), not with what is known when it is sent:
    what somebody else reported in between is not undone, and sending twice says the same.
    """

    sort: ClassVar[str] = "shelter_state"
    status = ChoiceField(options=STATUSES)
    access = ChoiceField(options=ACCESSES)
    capacity = WholeNumberField()
    blocked = WholeNumberField()
    covered_area_m2 = MeasureField()
    site_area_m2 = MeasureField()
    toilets = WholeNumberField()
    toilets_accessible = WholeNumberField()
    taps = WholeNumberField()
    showers = WholeNumberField()
    water_litres_per_day = MeasureField()
    health_post = ChoiceField(options=("yes", "no"))
    admission = ChoiceField(options=ADMISSIONS)
    admission_rule = TypedField()
    managed_by = TypedField()
    contact = TypedField()

    asked_first: ClassVar[tuple[str, ...]] = (
        "status",
        "access",
        "capacity",
        "blocked",
        "covered_area_m2",
        "site_area_m2",
        "toilets",
        "toilets_accessible",
        "taps",
        "showers",
        "water_litres_per_day",
        "health_post",
        "admission",
        "admission_rule",
        "managed_by",
        "contact",
    )
    fault_names: ClassVar[dict[str, str]] = {
        **ReportForm.fault_names,
        **{name: name for name in asked_first if not name.startswith("admission")},
        "admits": "admission_rule",
    }

    def __init__(self, desk: Desk, shelter: ShelterRow, **defaults: Any) -> None:
        self.shelter = shelter
        known = answers_of(desk.frame.scheme, shelter.state)
        super().__init__(desk, **known, **defaults)
        shown = {name: "" if known[name] is None else self[name].written(known[name]) for name in known}
        posted = request.form if self.is_submitted() else {}
        self.was: dict[str, str] = {name: posted.get(f"{name}.was", shown[name]) for name in known}

    def check(self) -> None:
        super().check()
        if self.admission.data == "other" and not self.admission_rule.data and self._rule_has_changed:
            self.complain("admission_rule", say(SAY_RULE))
        toilets, accessible = self.toilets.data, self.toilets_accessible.data
        if toilets is not None and accessible is not None and accessible > toilets:
            self.complain("toilets_accessible", say(ACCESSIBLE_ABOVE_TOILETS, toilets=toilets))
        if not self.complaints() and not self.changes and not self.is_correction:
            self.general.append(say(NOTHING_CHANGED))

    @property
    def changes(self) -> dict[str, Any]:
        """The answers that are no longer what the page showed; None is now unknown."""
        changed = {name: self[name].data for name in self.was if self._has_changed(name)}
        changed.pop("admission_rule", None)
        return changed | ({"admission": self.admission.data} if self._rule_has_changed else {})

    @property
    def _rule_has_changed(self) -> bool:
        in_words = self.admission.data == "other" and self._has_changed("admission_rule")
        return in_words or self._has_changed("admission")

    def _has_changed(self, name: str) -> bool:
        field, was = self[name], self.was[name].strip()
        if field.typed.strip() == was:
            return False
        try:
            return bool(field.data != (field.understand(was) if was else None))
        except NotUnderstood:
            return True

    @property
    def fields_changed(self) -> dict[str, Any]:
        """The changes as a report says them."""
        changes = self.changes
        if "admission" in changes:
            scheme = self.desk.frame.scheme
            changes["admits"] = rule_of(scheme, changes.pop("admission"), self.admission_rule.data)
        if changes.get("health_post"):
            changes["health_post"] = changes["health_post"] == "yes"
        return changes

    def reports(self) -> list[dict[str, Any]]:
        about = {"id": str(self.report_id.data), "kind": "shelter_state", "shelter": self.shelter.code}
        return [about | self.fields_changed | self.moment]

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        return {
            "kind": "state",
            "name": self.shelter.name,
            "code": self.shelter.code,
            "changes": [[name, value] for name, value in self.changes.items()],  # a list keeps the order of the page
        }


def answers_of(scheme: Scheme, state: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a shelter, as the answers of the form."""
    answers = {name: state.get(name) for name in StateForm.asked_first}
    health_post = state.get("health_post")
    return answers | {
        "access": answers["access"] if answers["access"] in ACCESSES else None,
        "health_post": None if health_post is None else "yes" if health_post else "no",
        **admission_answers(scheme, state.get("admits")),
    }
