"""What a coordinator decides: which headcount is followed, which shelters are one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

from app.core.forms import CHOOSE, ChoiceField, IdField, TypedField, say
from app.core.text import mark
from app.dashboard.forms.sent import ReasonedForm
from app.duplicates.queries import Two
from app.population.queries.counts import Headcount

DECIDED_MEANWHILE = mark("Somebody decided on this meanwhile. Look at what stands now, then decide again.")
CORRECTED_MEANWHILE = mark("A report you decide on was corrected meanwhile. Look at it again, then decide.")
WRITE_OTHER = mark("Write the code or the name of the other shelter.")
NO_OTHER = mark("There is no shelter of this code or name in your areas.")
SEVERAL_OTHERS = mark("More than one shelter has this name. Choose the one you mean.")
NOT_BOOKED_HERE = mark("This shelter is not booked as this one. Nothing was changed.")


class Decision(Protocol):
    """One that holds. `at`: when it was recorded."""

    @property
    def id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...


class DecidingForm(ReasonedForm):
    """What is decided of reports, as these stood when the form was `shown`, and after what was `decided` by then. Where
    anything else stands or holds by now, it is begun again: nobody decides on what they have not seen. Whoever stores
    it must have the turn of the operation, or that may still change."""

    shown = TypedField()
    decided = TypedField()

    def __init__(self, *, versions: Sequence[UUID], held: Decision | None, **known: Any) -> None:
        self.stands, self.held = " ".join(map(str, versions)), held
        super().__init__(**known)

    @property
    def holds(self) -> str:
        """Which decision holds, as the form carries it."""
        return "" if self.held is None else str(self.held.id)

    def check(self) -> None:
        super().check()
        if self.held is not None and self.held.id == self.report_id.data:
            return  # it is the one that holds: sent again
        if (self.decided.data or "") != self.holds or (self.held is not None and self.held.at > self.shown_at):
            self.begin_again(DECIDED_MEANWHILE)
        elif self.shown.data != self.stands:
            self.begin_again(CORRECTED_MEANWHILE)


class DecisionForm(DecidingForm):
    """A headcount is followed, or set aside. One without a best figure can only be set aside."""

    choice = ChoiceField(options=("adopt", "set_aside"))

    def __init__(self, headcount: Headcount, *, choice: str | None) -> None:
        self.headcount, has_best = headcount.id, headcount.best is not None
        super().__init__(
            versions=[headcount.version],
            held=headcount.decided,
            choice=choice if choice in ("adopt", "set_aside") and has_best else "set_aside",
        )
        self.choice.options = ("adopt", "set_aside") if has_best else ("set_aside",)

    def check(self) -> None:
        self.need(choice=CHOOSE)
        super().check()

    def report(self) -> dict[str, Any]:
        decided = {"headcount": str(self.headcount), "adopt": self.choice.data == "adopt"}
        return {**super().report(), "kind": "decision", **decided}


class DoubleForm(DecidingForm):
    """Two movements are of the same people, and the one told later does not count; or of others, and both count; or a
    pair, the departure and the arrival of one journey, and each counts where it saw the people."""

    choice = ChoiceField(options=("same", "different", "pair"))

    fault_names: ClassVar[dict[str, str]] = {"reason": "reason", "counts": "choice", "pair": "choice"}

    def __init__(self, found: Two, *, choice: str | None) -> None:
        self.later, self.earlier, self.part = found.later.first_id, found.earlier.first_id, found.part
        answers = ("same", "different", "pair") if self.part else ("same", "different")
        super().__init__(
            versions=[found.earlier.id, found.later.id],
            held=found.decided,
            choice=choice if choice in answers else None,
        )
        self.choice.options = answers

    def check(self) -> None:
        if self.choice.data not in self.choice.options:
            self.choice.data = None
        self.need(choice=CHOOSE)
        super().check()

    def report(self) -> dict[str, Any]:
        about = {"movement": str(self.later), "double_of": str(self.earlier), "counts": self.choice.data != "same"}
        pair = {"pair": self.part} if self.choice.data == "pair" else {}
        return {**super().report(), "kind": "decision", **about, **pair}


class SamePlaceForm(ReasonedForm):
    """Another shelter is this one. `keep`: whose name and code stay."""

    other = TypedField()
    keep = ChoiceField(options=("this", "other"))

    fault_names: ClassVar[dict[str, str]] = {"reason": "reason", "other": "other", "keep": "other"}
    suggestions: Sequence[Any] = ()

    def __init__(self, code: str) -> None:
        self.code = code
        self.other_code: str | None = None
        super().__init__(keep="this")

    def check(self) -> None:
        self.need(other=WRITE_OTHER, keep=CHOOSE)
        super().check()

    def found(self, shelters: Sequence[Any], maybe: Sequence[Any]) -> bool:
        """Take the shelters that are called as was typed; True if there is just one."""
        if len(shelters) == 1:
            self.other_code = shelters[0].code
            return True
        self.suggestions = shelters or maybe
        self.complain("other", say(SEVERAL_OTHERS if shelters else NO_OTHER))
        return False

    def report(self) -> dict[str, Any]:
        keep, other = (self.code, self.other_code) if self.keep.data == "this" else (self.other_code, self.code)
        return {**super().report(), "kind": "same_place", "keep": keep, "other": other}


class TwoPlacesForm(ReasonedForm):
    """Two shelters that were said to be one are two after all. `version`: of the report that said so."""

    version = IdField()

    fault_names: ClassVar[dict[str, str]] = {"reason": "reason", "corrects": "version"}

    def check(self) -> None:
        self.need(version=CHOOSE)
        super().check()

    def found(self, booked: Collection[UUID]) -> bool:
        """Whether the version is one of these, which say that a shelter is this one."""
        if self.version.data in booked:
            return True
        self.complain("version", say(NOT_BOOKED_HERE))
        return False

    def report(self) -> dict[str, Any]:
        voided = {"kind": "correction", "corrects": str(self.version.data), "replacement": None}
        return {**super().report(), **voided}
