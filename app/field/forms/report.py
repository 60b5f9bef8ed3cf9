"""What every report form shares: its id, when it was true, and what the door answered."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar, cast
from uuid import uuid4

from app.core import clock
from app.core.forms import (
    ChoiceField,
    Complaint,
    DayField,
    IdField,
    InstantField,
    SecureForm,
    TimeField,
    say,
)
from app.core.text import mark
from app.field.schemas import Desk
from app.intake.schemas import Result, Warned

CHOOSE_DAY = mark("Choose the day.")
STILL_TO_COME = mark("This is still to come. Check the day and the time.")
SAVED_OTHERWISE = mark(
    "This form was saved before with other content, and nothing was changed now. "
    "Press Save again to add what stands here as a further report."
)

CLOCKS_MAY_DIFFER = timedelta(minutes=5)


class ReportForm(SecureForm):
    """A form that becomes one or more reports. Subclasses say which, and what to check."""

    sort: ClassVar[str]
    """As what its report is known: `app.field.policy.sort_of`."""

    report_id = IdField()
    opened_at = InstantField()
    when = ChoiceField(options=("now", "earlier"))
    day = DayField()
    at = TimeField()

    asked_first: ClassVar[tuple[str, ...]] = ()
    """Questions of a form that its page asks before those of the classes it is made from."""

    asked_last: ClassVar[tuple[str, ...]] = ("when", "day", "at")
    """What every page asks at its end."""

    begins: ClassVar[dict[str, str]] = {"when": "now"}
    """Answers that are chosen already when a new form is opened."""

    apart: ClassVar[frozenset[str]] = frozenset(
        {"csrf_token", "report_id", "opened_at", "day", "place", "home", "group"}
    )
    """What a new form may begin with beside that: of this moment, or of this person. Never drawn `once`."""

    remembered: ClassVar[tuple[str, ...]] = ()
    """Answers with which the next form of this browser begins."""

    result: Result | None = None

    why: SecureForm | None = None
    """Of a correction: the form that asks why. What was reported has its time then, which the page always shows."""

    left_open: frozenset[str] = frozenset()
    """Questions the report under correction does not answer; they may stay open even where a new one must say it."""

    def __init__(self, desk: Desk, *, is_read: bool = True, **defaults: Any) -> None:
        """`is_read` False: these answers, whatever a browser sent."""
        self.desk = desk
        super().__init__(
            **({} if is_read else {"formdata": None}),
            meta={"desk": desk},
            data={
                "report_id": uuid4(),
                "opened_at": clock.now(),
                "day": desk.frame.today,
                **self.begins,
                **defaults,
            },
        )
        self.report_id.data = self.report_id.data or uuid4()
        self.opened_at.data = self.opened_at.data or clock.now()

    def __iter__(self) -> Iterator[Any]:
        """Fields in the order of the page, which is the order of the complaints."""
        apart = {*self.asked_first, *self.asked_last}
        yield from (self[name] for name in self.asked_first)
        yield from (field for field in super().__iter__() if field.name not in apart)
        yield from (self[name] for name in self.asked_last)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check everything that is asked; what was not chosen is not held against anyone."""
        super().validate(extra_validators)
        self.check()
        return not self.complaints()

    @property
    def is_untouched(self) -> bool:
        """Whether nothing is answered, typed or wrong, apart from what is drawn apart."""
        return not self.is_correction and all(
            self._is_untouched(field) for field in self if field.name not in self.apart
        )

    def _is_untouched(self, field: Any) -> bool:
        begins = self.begins.get(field.name)
        return field.is_blank if begins is None else field.data == begins and not field.errors

    def once(self, name: str, caller: Callable[[], str]) -> str:
        """Questions of a form that nobody has touched are the same on each and kept by its desk; else they are drawn
        as they stand."""
        return self.desk.drawn(f"{type(self).__name__} {name}", caller) if self.is_untouched else caller()

    @property
    def is_correction(self) -> bool:
        return self.why is not None

    def complaints(self) -> list[Complaint]:
        return super().complaints() + (self.why.complaints() if self.why else [])

    def check(self) -> None:
        if self.when.data == "earlier":
            self._check_when()
        else:
            self.forget("day", "at")

    def _check_when(self) -> None:
        if self.day.errors or self.at.errors:
            return
        if self.day.data is None:
            self.complain("day", say(CHOOSE_DAY))
        elif self.occurred_at > clock.now() + CLOCKS_MAY_DIFFER:
            self.complain("day", say(STILL_TO_COME))

    def forget(self, *names: str) -> None:
        """Errors in questions that were not asked do not count."""
        for name in names:
            self[name].errors = []
            if hasattr(self[name], "part_errors"):
                self[name].part_errors = {}

    def need(self, **wanted: str) -> None:
        """These must be answered; for each, what to say if it is not."""
        for name, message in wanted.items():
            if self[name].data in (None, "") and not self[name].errors:
                self.complain(name, say(message))

    @property
    def occurred_at(self) -> datetime:
        """When it was true, in the operation's zone."""
        if self.when.data != "earlier" or self.day.data is None:
            return cast(datetime, self.opened_at.data)
        return datetime.combine(self.day.data, self.at.data or time.min, tzinfo=self.desk.frame.zone)

    @property
    def moment(self) -> dict[str, Any]:
        """The parts of a report that say when."""
        earlier = self.when.data == "earlier"
        day_only = earlier and self.at.data is None
        return {
            "occurred_at": self.occurred_at.isoformat(),
            "precision": "day" if day_only else "minute",
            "clock": "typed" if earlier else "device",
        }

    fault_names: ClassVar[dict[str, str]] = {"occurred_at": "when"}

    def reports(self) -> list[dict[str, Any]]:
        """What this form says, as reports for the door."""
        raise NotImplementedError

    def accept(self, results: Sequence[Result]) -> bool:
        """Take the door's answers: True if all is stored now or was before, else the errors stand in the form."""
        self.result = results[0]
        bad = [result for result in results if result.status not in ("accepted", "duplicate")]
        if any(result.status == "conflict" for result in bad):
            self.report_id.process_data(uuid4())
            self.general.append(say(SAVED_OTHERWISE))
        else:
            self.take_faults([fault for result in bad for fault in result.errors], self.fault_names)
        return not bad

    def summary(self, results: Sequence[Result]) -> dict[str, Any]:
        """What was stored, for the page after it; plain values, kept in the session of the browser."""
        warnings: list[Warned] = [warned for result in results for warned in result.warnings]
        return {
            "state": results[0].status,
            "report": str(results[0].id),
            "occurred_at": self.occurred_at.isoformat(),
            "day_only": self.moment["precision"] == "day",
            "warnings": list(dict.fromkeys(warned.message for warned in warnings)),
            **self.stored(results),
        }

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        """The parts of the summary only this form knows."""
        raise NotImplementedError


def said(**parts: Any) -> dict[str, Any]:
    """A report without the parts nobody answered."""
    return {name: part for name, part in parts.items() if part is not None}
