"""A published figure, to be corrected. What it is about and what it measures stays: another is another report."""

from collections.abc import Sequence
from typing import Any, ClassVar

from app.field.forms.people import PeopleForm
from app.field.forms.report import said
from app.intake.schemas import Result


class FigureForm(PeopleForm):
    """The numbers of a publication and their moment."""

    sort: ClassVar[str] = "figure"

    def check(self) -> None:
        super().check()
        self.check_number(zero=True, range_alone=True)
        self.forget("method", "needs")

    def reports(self) -> list[dict[str, Any]]:
        return [said(id=str(self.report_id.data), kind="figure", people=self.people, **self.moment)]

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        return {"kind": "figure", "people": self.people_stored}
