"""What the forms that become one report share."""

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import uuid4

from app.core import clock
from app.core.forms import IdField, InstantField, SecureForm, TypedField, say
from app.core.text import mark
from app.intake.schemas import Result

SAY_WHY = mark("Say why, in a few words.")
SAVED_OTHERWISE = mark(
    "This form was saved before with other content, and nothing was changed now. "
    "Press Save again to add what stands here as a further report."
)


class SentForm(SecureForm):
    """A form that becomes one report. Its id and its moment are made when it is shown."""

    report_id = IdField()
    opened_at = InstantField()

    fault_names: ClassVar[dict[str, str]] = {}

    def __init__(self, **known: Any) -> None:
        super().__init__(data={"report_id": uuid4(), "opened_at": clock.now(), **known})
        self.report_id.data = self.report_id.data or uuid4()
        self.opened_at.data = self.opened_at.data or clock.now()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self.check()
        return not self.complaints()

    def check(self) -> None:
        """What must be answered, and what cannot be true."""

    def need(self, **wanted: str) -> None:
        for name, message in wanted.items():
            if self[name].data in (None, "") and not self[name].errors:
                self.complain(name, say(message))

    @property
    def shown_at(self) -> datetime:
        """When the form was shown, by our clock."""
        return cast(datetime, self.opened_at.data)

    def begin_again(self, message: str) -> None:
        """What was sent does not hold; sent again it is another report, made now."""
        self.report_id.process_data(uuid4())
        self.opened_at.process_data(clock.now())
        self.general.append(say(message))

    def report(self) -> dict[str, Any]:
        """What this form says, for the door."""
        return {"id": str(self.report_id.data), "occurred_at": self.shown_at.isoformat()}

    def accept(self, result: Result) -> bool:
        """Take the door's answer: True if it is stored, now or before."""
        if result.status in ("accepted", "duplicate"):
            return True
        if any(fault.code == "other_content" for fault in result.errors):
            self.begin_again(SAVED_OTHERWISE)
        else:
            self.take_faults(result.errors, self.fault_names)
        return False


class ReasonedForm(SentForm):
    """Whatever a coordinator decides carries why."""

    reason = TypedField()

    fault_names: ClassVar[dict[str, str]] = {"reason": "reason"}

    def check(self) -> None:
        self.need(reason=SAY_WHY)

    def report(self) -> dict[str, Any]:
        return {**super().report(), "reason": self.reason.data}
