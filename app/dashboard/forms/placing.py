"""Who looks for a place tonight, where they are, and what is too far or too old. Read from the address of the page."""

from datetime import timedelta
from typing import Any

from flask_wtf import FlaskForm

from app.core import clock
from app.core.forms import (
    CountsField,
    ManyField,
    SecureForm,
    TypedField,
    WholeNumberField,
    language,
    say,
    western,
)
from app.core.text import mark, name_in
from app.dashboard.policy import position_typed
from app.dashboard.schemas import Start, StartMeant
from app.places.schemas import Frame
from app.planning.schemas import Asking, Reach

WITHIN_KM = 50  # an hour or two on a bus, in a straight line
COUNTED_DAYS = 7
FARTHEST_KM, OLDEST_DAYS = 2_000, 3_650
UNKNOWN_CELL = "unknown:unknown"

HOW_MANY = mark("Write how many people there are.")
AT_LEAST_ONE = mark("Write 1 or more.")
AT_MOST = mark("Write %(most)s or less.")
FEWER_THAN_CELLS = mark("Those by age and sex add up to more (%(sum)s). Put right one of the two.")
MORE_WHEELCHAIRS = mark("That is more than all of them (%(people)s). Put right one of the two.")
WHERE_FROM = mark("Write where they are: a shelter, an area or a position.")
NOT_JUST_THAT = mark("Nothing is called just that. Choose below what you mean, or write its code.")
NO_START = mark("There is no such shelter or area. Write its name or its code, or a position like 35.36, 35.93.")
SEVERAL_STARTS = mark("More than one place has this name. Choose the one you mean.")
NOT_KNOWN_WHERE = mark(
    "Nobody said where this lies. Write a shelter or area beside it, or a position like 35.36, 35.93."
)


class CellsField(CountsField):
    """A count for each cell of the operation's scheme."""

    @property
    def keys(self) -> tuple[str, ...]:
        keys: tuple[str, ...] = self.meta.frame.scheme.keys
        return keys


class PlacementForm(SecureForm):
    """Where can these people go? `start` is found by the page, which knows the places."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        csrf = False

    people = WholeNumberField()
    wheelchairs = WholeNumberField()
    needs = ManyField(options=("health_post",))
    cells = CellsField()
    start = TypedField()
    within = WholeNumberField()
    days = WholeNumberField()
    only = ManyField(options=("places",))

    def __init__(self, asked: Any, *, frame: Frame) -> None:
        self.frame = frame
        self.is_asked = "people" in asked
        self.picked = str(asked.get("start.pick", ""))
        self.begin: Start | None = None
        self.suggestions: tuple[Start, ...] = ()
        known = {"within": WITHIN_KM, "days": COUNTED_DAYS}
        super().__init__(formdata=asked, data=known, meta={"frame": frame})

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        self._check_people()
        for field, most in ((self.within, FARTHEST_KM), (self.days, OLDEST_DAYS)):
            if field.data == 0:
                self.complain(field.name, say(AT_LEAST_ONE))
            elif field.data is not None and field.data > most:
                self.complain(field.name, say(AT_MOST, most=most))
        if not self.start.data and not self.picked:
            self.complain("start", say(WHERE_FROM))
        return not self.complaints()

    def _check_people(self) -> None:
        by_cell, are_read = sum(self.cells.counts.values()), not self.people.errors and not self.cells.part_errors
        if are_read and not self.count:
            self.complain("people", say(HOW_MANY if self.people.data is None and not by_cell else AT_LEAST_ONE))
        elif are_read and self.count < by_cell:
            self.complain("people", say(FEWER_THAN_CELLS, sum=by_cell))
        elif are_read and (self.wheelchairs.data or 0) > self.count:
            self.complain("wheelchairs", say(MORE_WHEELCHAIRS, people=self.count))

    def begins_at(self, meant: StartMeant) -> bool:
        """Take the place that is meant by what was typed; True if it is one, and where it lies is known."""
        if self.start.errors:
            return False
        self.begin, self.suggestions = meant.one, meant.maybe
        if meant.one is not None and meant.one.key:
            self.start.typed = f"{name_in(meant.one.name, language())} ({meant.one.code})"
        if meant.one is None:
            wrong = SEVERAL_STARTS if meant.is_shared else NOT_JUST_THAT if meant.maybe else NO_START
            self.complain("start", say(wrong))
        elif meant.one.lat is None:
            self.complain("start", say(NOT_KNOWN_WHERE))
        return not self.start.errors

    @property
    def position(self) -> Start | None:
        """Where they are, if it was typed as a position."""
        found = None if self.picked else position_typed(western(self.start.data or ""))
        return None if found is None else Start("", {}, *found)

    @property
    def count(self) -> int:
        """How many they are: as written, else those by age and sex."""
        return sum(self.cells.counts.values()) if self.people.data is None else int(self.people.data)

    @property
    def within_km(self) -> int:
        return WITHIN_KM if self.within.data is None else int(self.within.data)

    @property
    def counted_days(self) -> int:
        return COUNTED_DAYS if self.days.data is None else int(self.days.data)

    @property
    def asking(self) -> Asking:
        cells = dict(self.cells.counts)
        rest = self.count - sum(cells.values())
        if rest:
            cells[UNKNOWN_CELL] = cells.get(UNKNOWN_CELL, 0) + rest
        return Asking(
            people=self.count,
            cells=cells,
            wheelchairs=self.wheelchairs.data or 0,
            needs_health_post="health_post" in (self.needs.data or ()),
            by_places="places" in (self.only.data or ()),
        )

    @property
    def reach(self) -> Reach:
        begin = self.begin
        assert begin is not None
        assert begin.lat is not None
        assert begin.lon is not None
        return Reach(begin.lat, begin.lon, self.within_km, clock.now() - timedelta(days=self.counted_days))
