"""A published figure, recorded as it was published."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from app.core import clock
from app.core.forms import CHOOSE, ChoiceField, DayField, TypedField, WholeNumberField, say
from app.core.text import mark
from app.dashboard.forms.asking import STILL_TO_COME
from app.dashboard.forms.sent import SentForm
from app.places.schemas import Frame

CHOOSE_ABOUT = mark("Choose what the figure is about.")
SAY_WHO = mark("Say who published it.")
CHOOSE_DAY = mark("Choose the day.")
NOBODY = mark("Write how many people there are.")
SINCE_AFTER = mark("The counting cannot begin after the day of the figure.")
WRITE_ADDRESS = mark("Write the whole address, beginning with https:// or http://.")


class FigureForm(SentForm):
    """A published figure: kept beside the ledger, never in it. `about` is a P-code, or `operation`."""

    about = ChoiceField(options=())
    measures = ChoiceField(options=("stock", "cumulative_arrivals", "cumulative_departures"))
    low = WholeNumberField()
    total = WholeNumberField()
    high = WholeNumberField()
    day = DayField()
    since = DayField()
    source = TypedField()
    url = TypedField()
    note = TypedField()

    fault_names: ClassVar[dict[str, str]] = {
        "about": "about",
        "measures": "measures",
        "occurred_at": "day",
        "since": "since",
        "people": "total",
        "people.low": "low",
        "people.high": "high",
        "source": "source",
        "url": "url",
        "note": "note",
    }

    def __init__(self, frame: Frame, *, abouts: Sequence[str]) -> None:
        self.frame, self._abouts = frame, tuple(abouts)
        super().__init__(measures="stock", day=frame.today)
        self.about.options = self._abouts

    def process(self, *args: Any, **kwargs: Any) -> None:
        self._fields["about"].options = self._abouts
        super().process(*args, **kwargs)

    def check(self) -> None:
        self.need(about=CHOOSE_ABOUT, measures=CHOOSE, day=CHOOSE_DAY, source=SAY_WHO)
        numbers = (self.low, self.total, self.high)
        if all(field.data is None and not field.errors for field in numbers):
            self.complain("total", say(NOBODY))
        if self.day.data is not None and self.day.data > self.frame.today:
            self.complain("day", say(STILL_TO_COME))
        if self.measures.data == "stock":
            self.since.errors, self.since.data = [], None
        elif self.since.data is not None and self.day.data is not None and self.since.data > self.day.data:
            self.complain("since", say(SINCE_AFTER))
        if self.url.data and not self.url.data.startswith(("https://", "http://")):
            self.complain("url", say(WRITE_ADDRESS))

    def report(self) -> dict[str, Any]:
        about = {"operation": True} if self.about.data == "operation" else {"area": self.about.data}
        numbers = {"total": self.total.data, "low": self.low.data, "high": self.high.data}
        said = {"since": self._start_of(self.since.data), "url": self.url.data, "note": self.note.data}
        return {
            "id": str(self.report_id.data),
            "kind": "figure",
            "occurred_at": self._start_of(self.day.data),
            "precision": "day",
            "clock": "typed",
            "about": about,
            "measures": self.measures.data,
            "people": {name: value for name, value in numbers.items() if value is not None},
            "source": self.source.data,
            **{name: value for name, value in said.items() if value},
        }

    def _start_of(self, day: date | None) -> str | None:
        return None if day is None else clock.start_of(day, self.frame.zone).isoformat()
