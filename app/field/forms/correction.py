"""A report put right: its own form, begun with what stands, and why. Or taken back: why is all that is asked then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from app.core import clock
from app.core.forms import IdField, InstantField, SecureForm, TypedField, say
from app.core.text import mark
from app.field.forms.answers import Answers, answers_to
from app.field.forms.arrival import ArrivalForm
from app.field.forms.departure import DepartureForm
from app.field.forms.figure import FigureForm
from app.field.forms.group import GroupForm
from app.field.forms.headcount import HeadcountForm
from app.field.forms.note import NoteForm
from app.field.forms.report import ReportForm
from app.field.forms.shelter import ShelterForm
from app.field.forms.state import StateForm
from app.field.policy import amended, sort_of
from app.field.schemas import Told, settled
from app.intake.schemas import Fault, Result
from app.ledger.queries import Version
from app.shelters.queries import ShelterRow

SAY_WHY = mark("Say why, in a few words.")

_FORMS: dict[str, type[Any]] = {
    form.sort: form
    for form in (ArrivalForm, DepartureForm, HeadcountForm, ShelterForm, StateForm, GroupForm, NoteForm, FigureForm)
}
_REPLACEMENT = "replacement."


class ReasonForm(SecureForm):
    """Why, and which version. The moment the page was shown is when it was corrected, so that sending twice says the
    same."""

    report_id = IdField()
    shown_at = InstantField()
    corrects = IdField()
    reason = TypedField()

    def __init__(self, shown: Version, *, reason: str | None = None, is_read: bool = True) -> None:
        data = {"report_id": uuid4(), "shown_at": clock.now(), "corrects": shown.id, "reason": reason}
        super().__init__(**({} if is_read else {"formdata": None}), data=data)
        for name in ("report_id", "shown_at", "corrects"):
            self[name].data = self[name].data or data[name]

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if not self.reason.data:
            self.complain("reason", say(SAY_WHY))
        return not self.complaints()

    def correction(self, shown: Version, replacement: Mapping[str, Any] | None) -> dict[str, Any]:
        """The report that is sent."""
        return {
            "id": str(self.report_id.data),
            "kind": "correction",
            "occurred_at": cast(datetime, self.shown_at.data).isoformat(),
            "corrects": str(shown.id),
            "reason": self.reason.data,
            "replacement": replacement,
        }

    def take_refusal(self, result: Result) -> None:
        """What the door says against it, beside the reason or on top."""
        self.take_faults(result.errors, {"reason": "reason"})


@dataclass(frozen=True)
class Correction:
    """One report under correction. `shown` is the version the page shows, `said` what that says (of one taken back,
    what was said before), `before` what the form says as long as nothing in it is changed."""

    told: Told
    shelter: ShelterRow | None
    shown: Version
    said: dict[str, Any]
    before: dict[str, Any]
    form: Any
    why: ReasonForm

    @property
    def sort(self) -> str:
        return sort_of(self.told.first.kind, self.said)

    @property
    def replacement(self) -> dict[str, Any]:
        """What the report is to say instead."""
        after = self.form.reports()[0]
        if isinstance(self.form, StateForm):
            fields = self.form.fields_changed
            return amended(self.said, self.before, {name: after[name] for name in after if name not in fields}) | fields
        return amended(self.said, self.before, after)

    @property
    def report(self) -> dict[str, Any]:
        return self.why.correction(self.shown, self.replacement)

    def validate(self) -> bool:
        self.why.validate()
        return bool(self.form.validate())

    def take_refusal(self, result: Result) -> None:
        """Put what the door says beside the questions it is about."""
        inside = [fault for fault in result.errors if fault.field.startswith(_REPLACEMENT)]
        faults = [Fault(fault.field.removeprefix(_REPLACEMENT), fault.code, fault.message) for fault in inside]
        self.form.take_faults(faults, self.form.fault_names)
        self.why.take_refusal(Result(result.id, result.status, errors=tuple(_others(result.errors))))

    def again(self, told: Told) -> "Correction":
        """The same changes on top of what stands now: nothing typed is lost, and what others changed stays."""
        said = settled(told.spoken(told.last))
        why = ReasonForm(told.last, reason=self.why.reason.data, is_read=False)
        before = _says(_made(told, said, self.shelter, is_read=False))
        form = self.form
        if isinstance(form, StateForm):  # which says itself what its page showed: only its moment follows
            moment = answers_to("shelter_state", amended(said, self.before, _says(form)), told.desk)
            for name in ("day", "at"):
                form[name].process_data(moment[name])
        else:
            changed = amended(said, self.before, form.reports()[0])
            form = _made(told, changed, self.shelter, is_read=False)
        form.why = why
        return Correction(told, self.shelter, told.last, said, before, form, why)


def _others(faults: Sequence[Fault]) -> list[Fault]:
    return [fault for fault in faults if not fault.field.startswith(_REPLACEMENT)]


def can_be_corrected(told: Told, shelter: ShelterRow | None) -> bool:
    """Whether there is a form that shows what this report says."""
    return told.first.kind in ("movement", *_FORMS) and (told.first.kind != "shelter_state" or shelter is not None)


def correction_of(told: Told, shelter: ShelterRow | None) -> Correction:
    """A report with its form, as a browser sent it or begun with what stands. `shelter`: of a report about its state,
    as it was known then."""
    why = ReasonForm(told.last)
    shown = told.version(why.corrects.data) or told.last
    said = settled(told.spoken(shown))
    form = _made(told, said, shelter, is_read=True)
    form.why = why
    before = _says(_made(told, said, shelter, is_read=False))
    return Correction(told, shelter, shown, said, before, form, why)


def _made(told: Told, said: Mapping[str, Any], shelter: ShelterRow | None, *, is_read: bool) -> ReportForm:
    kind = told.first.kind
    answers: Answers = answers_to(kind, said, told.desk, group_code=told.group_code)
    form: ReportForm
    if kind == "shelter_state" and shelter is not None:
        form = StateForm(told.desk, shelter, is_read=is_read, **answers)
    else:
        form = _FORMS[sort_of(kind, said)](told.desk, is_read=is_read, **answers)
    form.left_open = frozenset(name for name, answer in answers.items() if answer is None)
    return form


def _says(form: ReportForm) -> dict[str, Any]:
    """What an untouched form says. Of a shelter's state that is its moment alone: nothing is changed."""
    if isinstance(form, StateForm):
        return {"kind": "shelter_state", "shelter": form.shelter.code, **form.moment}
    return form.reports()[0]
