"""Something seen at a place that is no number: some are still there."""

from collections.abc import Sequence
from typing import Any, ClassVar

from app.core.forms import TypedField
from app.core.text import mark
from app.field.forms.fields import PlaceField
from app.field.forms.report import ReportForm, said
from app.intake.schemas import Result

WHERE_SEEN = mark("Choose the place this is about.")
WHAT_SEEN = mark("Write what you saw or heard.")

SHOWN = 200  # of the text on the page after saving: what it shows is kept in a cookie


class NoteForm(ReportForm):
    """It changes no figure, but it is heard: a place that somebody wrote about is not silent."""

    sort: ClassVar[str] = "note"
    place = PlaceField()
    text = TypedField()

    asked_first: ClassVar[tuple[str, ...]] = ("place", "text")
    remembered: ClassVar[tuple[str, ...]] = ("place",)
    fault_names: ClassVar[dict[str, str]] = {**ReportForm.fault_names, "place": "place", "text": "text"}

    def check(self) -> None:
        super().check()
        self.need(place=WHERE_SEEN, text=WHAT_SEEN)

    def reports(self) -> list[dict[str, Any]]:
        about = {"id": str(self.report_id.data), "kind": "note", "place": self.place.place, "text": self.text.data}
        return [said(**about, **self.moment)]

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        return {"kind": "note", "place": self.place.data, "text": (self.text.data or "")[:SHOWN]}
