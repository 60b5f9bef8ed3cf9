"""Figures of another moment, or as they were known on another day: a fold whose result is not written.

What is stored says what everything recorded so far comes to at the end of each day. Of a question about the past
only a few places are different: those something was recorded of since, and (within a day) those something was
reported of on that day. For these the facts are worked out again from the reports, and the levels walked from there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import clock
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.population import areas, events, rows
from app.population.bookings import PRESENT, Bookings, Known
from app.population.facts import facts_of
from app.population.levels import DayChange, DayRow, walk
from app.population.touched import Touched, touched_since

SETTLED_AFTER = timedelta(seconds=10)  # write transactions are limited to less (core.db)

_WITH_ROW_ON = text("SELECT place_id FROM place_days WHERE operation_id = :operation AND day = :day")
_SUMMED_IN = text("SELECT place_id, area_path FROM place_now WHERE place_id = ANY(:places)")


@dataclass(frozen=True)
class Cut:
    """The moment asked about, and what had been recorded by when (None: everything). `day` is the local day of the
    moment; `is_whole_day`: the moment is that day's end, where a day-dated headcount stands."""

    as_of: datetime
    day: date
    known_on: datetime | None = None

    @classmethod
    def of(cls, frame: Frame, *, as_of: datetime | date | None = None, known_on: datetime | None = None) -> "Cut":
        """A date is its end; no moment is now, with today's day-dated headcounts. What was known is answered up to ten
        seconds ago: what is being written until then has been recorded."""
        now = clock.now()
        known_on = None if known_on is None else min(known_on, now - SETTLED_AFTER)
        if as_of is None:
            as_of = frame.today
        instant = frame.instant(as_of)
        return cls(instant, frame.day_of(instant), known_on)

    def is_whole_day(self, frame: Frame) -> bool:
        return self.as_of >= clock.end_of(self.day, frame.zone)


@dataclass
class Past:
    """What is different from what is stored. `rows`: of each place concerned, its last row by the day asked (None: no
    row). `changes`: what the sums of areas must be put right by, by area and day. `days`: all rows of the places
    concerned from the first day that differs on; `bases`: the row of each before these (None: no row). `shelters`: of
    these alone (None: of everything); then `changes` are all their sums, and nothing stored of areas is added."""

    cut: Cut
    frame: Frame
    bookings: Bookings
    rows: dict[UUID, DayRow | None] = field(default_factory=dict)
    changes: dict[tuple[str, date], areas.Vector] = field(default_factory=dict)
    days: dict[UUID, list[DayChange]] = field(default_factory=dict)
    bases: dict[UUID, DayRow | None] = field(default_factory=dict)
    shelters: frozenset[UUID] | None = None
    is_present: bool = False

    def holds(self, place: UUID) -> bool:
        """Whether a place is one of those asked about."""
        return self.shelters is None or place in self.shelters

    @classmethod
    def present(cls, frame: Frame, cut: Cut) -> "Past":
        """No past at all: what is stored, as it is."""
        return cls(cut, frame, PRESENT, is_present=True)

    def ending(self, day: date) -> "Past":
        """The same knowledge at the end of an earlier day."""
        cut = Cut(clock.end_of(day, self.frame.zone), day, self.cut.known_on)
        rows = {place: self._row_by(place, day) for place, days in self.days.items() if days[0].day <= day}
        return replace(self, cut=cut, rows=rows, is_present=False)

    def _row_by(self, place: UUID, day: date) -> DayRow | None:
        """The last row of a place by a day from which on it differs."""
        rows = [change.derived for change in self.days[place] if change.derived and change.day <= day]
        return rows[-1] if rows else self.bases[place]


def past_of(session: Session, frame: Frame, cut: Cut) -> Past:
    """What differs at a cut from what is stored."""
    operation = frame.operation_id
    if cut.known_on is None:
        past = Past(cut, frame, PRESENT)
        touched = Touched()
    else:
        known = Known.by(session, operation, cut.known_on)
        past = Past(cut, frame_of(session, operation, known_on=cut.known_on), known)
        touched = touched_since(session, operation, known, last=cut.day)
    if not cut.is_whole_day(frame):
        for place in session.scalars(_WITH_ROW_ON, {"operation": operation, "day": cut.day}):
            touched.add(place, cut.day)
    _derive(session, past, touched)
    return past


def _derive(session: Session, past: Past, touched: Touched) -> None:
    """Walk the places concerned again, up to the day asked."""
    last = past.cut.day
    days = {place: {day for day in found if day <= last} for place, found in touched.days.items()}
    some = {place: found for place, found in days.items() if found and place not in touched.whole}
    # Within a day somebody may be on the way; at its end, or on an earlier day, movements need not be told apart.
    cells = past.frame.scheme.size if past.cut.is_whole_day(past.frame) else None
    reported = events.events_of_days(session, some, past.bookings, cells=cells) if some else {}
    for place in touched.whole:
        some[place] = set()
    if touched.whole:
        reported |= events.events_of_places(session, sorted(touched.whole), past.bookings, cells=cells)
    if not some:
        return
    paths = past.bookings.of(session, some)
    summed = {row.place_id: row.area_path for row in session.execute(_SUMMED_IN, {"places": sorted(some)})}
    firsts = {place: date.min if place in touched.whole else min(found) for place, found in some.items()}
    before = rows.figures_before(session, firsts)
    stored = rows.figures_between(session, firsts, last)
    for place, found in some.items():
        held = stored.get(place, [])
        wanted = found | {day for day in reported.get(place, {}) if day <= last}
        if place in touched.whole:
            wanted |= {row.day for row in held}
        if not wanted:
            continue
        path = tuple(summed.get(place) or ())
        if (place in touched.whole or not path) and place in paths:
            path = paths[place].area_path
        fresh = {
            day: facts_of(reported.get(place, {}).get(day, ()), past.frame, 1 + len(path), until=past.cut.as_of)
            for day in wanted
        }
        base = before.get(place)
        changes = walk(before=base, stored=held, fresh=fresh, frame=past.frame, judge=_no_rules)
        _note(past, place, base, held, changes)
        put_right = areas.put_right(base, changes, past.frame, summed_in=summed.get(place), area_path=path)
        areas.add_in(past.changes, put_right)


def _note(past: Past, place: UUID, base: DayRow | None, held: list[DayRow], changes: list[DayChange]) -> None:
    """The rows of a place as they come out: those the walk went over, then those it left as they are."""
    walked = {change.day for change in changes}
    rest = [DayChange(row.day, row, row) for row in held if row.day not in walked]
    past.days[place] = sorted([*changes, *rest], key=lambda change: change.day)
    past.bases[place] = base
    past.rows[place] = past._row_by(place, past.cut.day)


def _no_rules(*_: Any) -> Mapping[str, Any]:
    return {}


def rows_at(session: Session, past: Past, place_ids: Iterable[UUID]) -> dict[UUID, DayRow | None]:
    """Each of these places with its last row by the day asked; None: there is none."""
    ids = list(place_ids)
    following = past.cut.day + timedelta(days=1)
    stored = rows.figures_before(session, dict.fromkeys((id_ for id_ in ids if id_ not in past.rows), following))
    return {id_: past.rows[id_] if id_ in past.rows else stored.get(id_) for id_ in ids}


def rows_between(session: Session, place: UUID, first: date, last: date) -> Sequence[DayRow]:
    """The stored rows of a place from one day to another."""
    return rows.figures_between(session, {place: first}, last).get(place, [])
