"""People left."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any, ClassVar, cast

from app.core import clock
from app.core.forms import ChoiceField, DayField, TimeField, say
from app.core.text import mark
from app.field.forms.fields import AreaField, GroupField, PlaceField
from app.field.forms.people import PeopleForm
from app.field.forms.report import CLOCKS_MAY_DIFFER, STILL_TO_COME, said
from app.intake.schemas import Result

WAYS_TO_LEAVE = ("place", "home", "elsewhere", "died")
REASONS = {"home": "return", "died": "death"}

WHERE_LEFT = mark("Choose the place they left.")
WHERE_TO = mark("Answer where they went, or that it is not known.")
WHICH_PLACE = mark("Choose the place they went to, or answer that it is not known.")
PLACE_LEFT = mark("This is the place they left. Choose where they went.")
ARRIVED_BEFORE = mark("They cannot arrive before they left. Check both times.")


class DepartureForm(PeopleForm):
    """Which place they left, where they went, how many, when. Home is not a place: who returns leaves the ledger."""

    sort: ClassVar[str] = "departure"
    place = PlaceField()
    went = ChoiceField(options=WAYS_TO_LEAVE)
    there = PlaceField(anywhere=True, other_end=True)
    arrival_day = DayField()
    arrival_time = TimeField()
    saw_arrival = ChoiceField(options=("yes",))
    home = AreaField()
    group = GroupField()

    asked_first: ClassVar[tuple[str, ...]] = ("place", "went", "there", "arrival_day", "arrival_time", "saw_arrival")
    remembered: ClassVar[tuple[str, ...]] = ("place",)
    fault_names: ClassVar[dict[str, str]] = {
        **PeopleForm.fault_names,
        "from": "place",
        "stayed_there": "place",
        "to": "there",
        "reason": "went",
        "origin": "home",
        "group": "group",
        "left_at": "when",
    }

    def check(self) -> None:
        super().check()
        self.check_number(zero=False, range_alone=False)
        self.need(place=WHERE_LEFT, went=WHERE_TO)
        self.check_method_seen()
        if self.went_on:
            self._check_there()
        else:
            self.forget("there", "arrival_day", "arrival_time", "saw_arrival")

    def _check_there(self) -> None:
        self.need(there=WHICH_PLACE)
        if self.there.data and self.there.data == self.place.data:
            self.complain("there", say(PLACE_LEFT))
        asked = (self.day, self.at, self.arrival_day, self.arrival_time)
        if any(field.errors for field in asked) or self.arrived_at is None:
            return
        if self._ended_before_it_began:
            self.complain("arrival_day", say(ARRIVED_BEFORE))
        elif self.arrived_at > clock.now() + CLOCKS_MAY_DIFFER:
            self.complain("arrival_day", say(STILL_TO_COME))

    @property
    def went_on(self) -> bool:
        """Whether they went to another place known here."""
        return bool(self.went.data == "place")

    @property
    def arrived_at(self) -> datetime | None:
        """When they entered the other place, where that was asked and answered.

        A time alone is that of the day they left. A day alone begins at midnight, where the fold puts movements
        dated to a day; on the day they left it is the moment they left. Which of two comes first is a matter of
        instants: compared in one zone, Python looks at what its clocks show, and these go back once a year.
        """
        if not self.went_on or (self.arrival_day.data is None and self.arrival_time.data is None):
            return None
        zone = self.desk.frame.zone
        left = self.occurred_at.astimezone(zone)
        day = self.arrival_day.data or left.date()
        said_at = datetime.combine(day, self.arrival_time.data or time.min, tzinfo=zone)
        return max(said_at, left, key=datetime.timestamp) if self._is_same_moment(said_at, left) else said_at

    def _is_same_moment(self, arrived: datetime, left: datetime) -> bool:
        """As far as anybody said: to the day, or to the minute."""
        if self.arrival_time.data is None:
            return arrived.date() == left.date()
        return arrived == left.replace(second=0, microsecond=0)

    @property
    def _ended_before_it_began(self) -> bool:
        return cast(datetime, self.arrived_at).timestamp() < self.occurred_at.timestamp()

    @property
    def _moments(self) -> dict[str, Any]:
        """The two instants of a movement; one where nobody said that they differ."""
        left, arrived = self.moment, self.arrived_at
        if arrived is None or arrived.timestamp() == self.occurred_at.timestamp():
            return left
        has_a_time = left["precision"] == "minute" or self.arrival_time.data is not None
        return {
            "left_at": left["occurred_at"],
            "occurred_at": arrived.isoformat(),
            "precision": "minute" if has_a_time else "day",
            "clock": "typed",
        }

    def reports(self) -> list[dict[str, Any]]:
        left = self.place.place or {}
        return [
            said(
                id=str(self.report_id.data),
                kind="movement",
                seen="both" if self.went_on and self.saw_arrival.data else "from",
                group=self.group.data,
                origin=self.home.data,
                stayed_there=True if "area" in left else None,
                to=self.there.place if self.went_on else None,
                people=self.people,
                needs=self.needs_said,
                reason=REASONS.get(str(self.went.data)),
                method=self.method_seen,
                **{"from": left},
                **self._moments,
            )
        ]

    def stored(self, results: Sequence[Result]) -> dict[str, Any]:
        arrived = self.arrived_at
        return {
            "kind": "departure",
            "people": self.people_stored,
            "needs": self.needs_said,
            "place": self.place.data,
            "went": self.went.data,
            "there": self.there.data if self.went_on else None,
            "arrived_at": arrived.isoformat() if "left_at" in self._moments and arrived else None,
            "arrived_day_only": self.arrival_time.data is None,
            "home": self.home.data,
            "group": self.group.data,
        }
