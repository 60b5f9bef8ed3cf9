"""Count people here."""

from collections.abc import Sequence
from typing import Any, ClassVar

from app.core.text import mark
from app.field.forms.fields import PlaceField
from app.field.forms.people import CHOOSE_METHOD, PeopleForm
from app.field.forms.report import said
from app.intake.schemas import Result

WHERE_COUNTED = mark("Choose where you counted.")


class HeadcountForm(PeopleForm):
    """Everyone at one place at one moment; of an area, only those outside every shelter. Nobody is an answer."""

    sort: ClassVar[str] = "headcount"
    place = PlaceField()

    asked_first: ClassVar[tuple[str, ...]] = ("place", "how", "cells", "total", "households_only", "method")
    remembered: ClassVar[tuple[str, ...]] = ("place",)
    fault_names: ClassVar[dict[str, str]] = {**PeopleForm.fault_names, "place": "place"}

    def check(self) -> None:
        super().check()
        self.check_number(zero=True, range_alone=True)
        self.need(place=WHERE_COUNTED, method=CHOOSE_METHOD)

    def reports(self) -> list[dict[str, Any]]:
        return [
            said(
                id=str(self.report_id.data),
                kind="headcount",
                place=self.place.place,
                people=self.people,
                needs=self.needs_said,
                method=self.method.data,
                **self.moment,
            )
        ]

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        return {
            "kind": "headcount",
            "people": self.people_stored,
            "needs": self.needs_said,
            "place": self.place.data,
            "method": self.method.data,
        }
