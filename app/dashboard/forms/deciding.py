"""What a coordinator decides: which headcount is followed, which shelters are one."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from app.core.forms import CHOOSE, ChoiceField, IdField, TypedField, say
from app.core.text import mark
from app.dashboard.forms.sent import ReasonedForm

DECIDED_MEANWHILE = mark("Somebody decided on this meanwhile. Look at what stands now, then decide again.")
WRITE_OTHER = mark("Write the code or the name of the other shelter.")
NO_OTHER = mark("There is no shelter of this code or name in your areas.")
SEVERAL_OTHERS = mark("More than one shelter has this name. Choose the one you mean.")


class DecisionForm(ReasonedForm):
    """A headcount is followed, or set aside. One without a best figure can only be set aside."""

    choice = ChoiceField(options=("adopt", "set_aside"))

    def __init__(self, headcount: UUID, *, has_best: bool, choice: str | None) -> None:
        self.headcount = headcount
        super().__init__(choice=choice if choice in ("adopt", "set_aside") and has_best else "set_aside")
        self.choice.options = ("adopt", "set_aside") if has_best else ("set_aside",)

    def check(self) -> None:
        self.need(choice=CHOOSE)
        super().check()

    def report(self) -> dict[str, Any]:
        decided = {"headcount": str(self.headcount), "adopt": self.choice.data == "adopt"}
        return {**super().report(), "kind": "decision", **decided}


class DoubleForm(ReasonedForm):
    """Two movements are of the same people, and the one told later does not count; or of others, and both count; or a
    pair, the departure and the arrival of one journey, and each counts where it saw the people. `part`: what the one
    told later is of that, if they can be a pair."""

    choice = ChoiceField(options=("same", "different", "pair"))

    fault_names: ClassVar[dict[str, str]] = {"reason": "reason", "counts": "choice", "pair": "choice"}

    def __init__(self, later: UUID, earlier: UUID, *, part: str | None, choice: str | None) -> None:
        self.later, self.earlier, self.part = later, earlier, part
        answers = ("same", "different", "pair") if part else ("same", "different")
        super().__init__(choice=choice if choice in answers else None)
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

    def report(self) -> dict[str, Any]:
        voided = {"kind": "correction", "corrects": str(self.version.data), "replacement": None}
        return {**super().report(), **voided}
