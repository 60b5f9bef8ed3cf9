"""How many people: by sex and age, as a total, or as households; exact or as a range with its method. And how many of
them need special care."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast, get_args

from app.core.forms import ChoiceField, CountsField, WholeNumberField, say
from app.core.text import mark
from app.field.forms.fields import CellsField
from app.field.forms.report import ReportForm
from app.intake.schemas import Need

METHODS = (
    "full_count",
    "registration",
    "household_listing",
    "sample_survey",
    "site_visit",
    "structure_count",
    "key_informant",
    "secondary_report",
)
WAYS = ("cells", "total", "households")
NEEDS: tuple[str, ...] = get_args(Need)

CHOOSE_METHOD = mark("Choose how it was counted.")
NOBODY = mark("Write how many people there are.")
AT_LEAST_ONE = mark("Write 1 or more.")
RANGE_NEEDED = mark("Write the lowest or the highest number, or answer that it was counted.")
LOW_ABOVE_TOTAL = mark("The lowest number (%(low)s) is more than the total (%(total)s). Make it %(total)s or less.")
HIGH_BELOW_TOTAL = mark("The highest number (%(high)s) is less than the total (%(total)s). Make it %(total)s or more.")
HIGH_BELOW_LOW = mark("The highest number (%(high)s) is less than the lowest (%(low)s).")


class PeopleForm(ReportForm):
    """A report with people. Only the chosen way of counting is read; if it is empty, the one that is filled in."""

    how = ChoiceField(options=WAYS)
    cells = CellsField()
    total = WholeNumberField()
    households_only = WholeNumberField()
    estimate = ChoiceField(options=("no", "yes"))
    low = WholeNumberField()
    high = WholeNumberField()
    method = ChoiceField(options=METHODS)
    households = WholeNumberField()
    needs = CountsField(keys=NEEDS)

    begins: ClassVar[dict[str, str]] = {**ReportForm.begins, "how": "cells", "estimate": "no"}
    fault_names: ClassVar[dict[str, str]] = {
        **ReportForm.fault_names,
        "people": "how",
        "people.cells": "cells",
        "people.total": "total",
        "people.low": "low",
        "people.high": "high",
        "people.households": "households",
        "method": "method",
        "needs": "needs",
    }

    @property
    def way(self) -> str:
        """How the number was given: as chosen, unless only another way was filled in."""
        filled = [way for way in WAYS if self._is_filled(way)]
        chosen = str(self.how.data or "cells")
        return filled[0] if filled and chosen not in filled else chosen

    def _is_filled(self, way: str) -> bool:
        if way == "cells":
            return not self.cells.is_empty
        return bool((self.total if way == "total" else self.households_only).typed.strip())

    @property
    def best(self) -> int | None:
        """The number as counted; None for households alone or a bare range."""
        if self.way == "cells":
            return sum(self.cells.counts.values()) if self.cells.counts else None
        total: int | None = self.total.data if self.way == "total" else None
        return total

    @property
    def is_estimate(self) -> bool:
        return bool(self.estimate.data == "yes")

    def check(self) -> None:
        super().check()
        asked = {
            "cells": ("cells", "households"),
            "total": ("total", "households"),
            "households": ("households_only",),
        }[self.way]
        self.forget(*({"cells", "total", "households", "households_only"} - set(asked)))
        if self.is_estimate:
            self._check_range()
        else:
            self.forget("low", "high")

    def check_number(self, *, zero: bool, range_alone: bool) -> None:
        """Somebody must be there: `zero` lets 0 be an answer, `range_alone` a range without a best figure."""
        name = {"cells": "cells", "total": "total", "households": "households_only"}[self.way]
        if self[name].errors or getattr(self[name], "part_errors", None):
            return
        value = self.best if self.way != "households" else self.households_only.data
        bare_range = range_alone and self.is_estimate and (self.low.data is not None or self.high.data is not None)
        if value is None and not (bare_range and self.way == "total"):
            self.complain(name, say(NOBODY))
        elif value == 0 and not zero:
            self.complain(name, say(AT_LEAST_ONE))

    def check_method_seen(self) -> None:
        """Of people who pass, only an estimate asks how it was found."""
        is_old_range = "method" in self.left_open and not self.left_open >= {"low", "high"}
        if not self.is_estimate:
            self.forget("method")
        elif not is_old_range:
            self.need(method=CHOOSE_METHOD)

    @property
    def method_seen(self) -> str | None:
        """How people who passed were counted; households alone are no count."""
        if self.is_estimate:
            return cast(str | None, self.method.data)
        return None if self.way == "households" else "full_count"

    def _check_range(self) -> None:
        low, high, best = self.low.data, self.high.data, self.best
        if self.low.errors or self.high.errors:
            return
        if low is None and high is None:
            self.complain("low", say(RANGE_NEEDED))
        elif best is not None and low is not None and low > best:
            self.complain("low", say(LOW_ABOVE_TOTAL, low=low, total=best))
        elif best is not None and high is not None and high < best:
            self.complain("high", say(HIGH_BELOW_TOTAL, high=high, total=best))
        elif low is not None and high is not None and high < low:
            self.complain("high", say(HIGH_BELOW_LOW, high=high, low=low))

    @property
    def people(self) -> dict[str, Any]:
        """As a report says it."""
        parts: dict[str, Any] = {"households": self.households.data}
        if self.way == "cells":
            parts["cells"] = self.cells.counts
        elif self.way == "total":
            parts["total"] = self.total.data
        else:
            parts["households"] = self.households_only.data
        if self.is_estimate:
            parts |= {"low": self.low.data, "high": self.high.data}
        return {name: value for name, value in parts.items() if value is not None}

    @property
    def needs_said(self) -> dict[str, int] | None:
        """Who needs special care, as a report says it; None where nobody said anything of it."""
        return self.needs.counts or None

    @property
    def people_stored(self) -> dict[str, Any]:
        """The same for the page after saving."""
        return {name: value for name, value in self.people.items() if name != "cells"} | {"total": self.best}


UNKNOWN_CELL = "unknown:unknown"


def people_answers(people: Mapping[str, Any], households: int | None = None) -> dict[str, Any]:
    """What was said of people, as the answers of these forms. `households`: where they were said apart."""
    said = {name: people.get(name) for name in ("total", "low", "high", "cells")}
    households = people.get("households") if households is None else households
    cells = None if said["cells"] is None else dict(said["cells"])
    if cells is not None and (not cells or (said["total"] or 0) > sum(cells.values())):
        rest = (said["total"] or 0) - sum(cells.values())
        cells[UNKNOWN_CELL] = cells.get(UNKNOWN_CELL, 0) + rest  # as it was taken
    is_ranged = said["low"] is not None or said["high"] is not None
    if cells is not None:
        how = "cells"
    elif said["total"] is None and households is not None:
        how = "households"
    else:
        how = "total" if said["total"] is not None or is_ranged else "cells"
    return {
        "how": how,
        "cells": cells,
        "total": said["total"] if cells is None else None,
        "low": said["low"],
        "high": said["high"],
        "estimate": "yes" if is_ranged else "no",
        "households": None if how == "households" else households,
        "households_only": households if how == "households" else None,
    }
