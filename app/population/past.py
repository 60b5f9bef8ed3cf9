"""Figures of another moment, or as they were known on another day: a fold whose result is not written.

What is stored says what everything recorded so far comes to at the end of each day. Of a question about the past
only a few places are different: those something was recorded of since, and (within a day) those something was
reported of on that day. For these the facts are worked out again from the reports, and the levels walked from there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import clock
from app.ledger.queries import MARKED, exchanging_places
from app.places.queries import frame_of, members_of
from app.places.schemas import Frame
from app.population import areas, events, rows
from app.population.bookings import Bookings, Known, Present
from app.population.facts import Event, Facts, facts_of
from app.population.levels import DayChange, DayRow, walk

SETTLED_AFTER = timedelta(seconds=10)  # write transactions are limited to less (core.db)

_SINCE = text("""
  WITH later AS (SELECT id, kind, corrects, version_of, about_id FROM reports
      WHERE operation_id = :operation AND recorded_at > :known_on),
    concerned AS (
      SELECT id FROM later UNION SELECT corrects FROM later WHERE corrects IS NOT NULL
    ), headcounts AS (
      SELECT about_id AS first FROM reports WHERE about_id IS NOT NULL AND id IN (SELECT id FROM concerned)
    ), touched AS (
      SELECT id FROM concerned
      UNION SELECT reports.id FROM reports JOIN headcounts ON reports.id = headcounts.first
      UNION SELECT reports.id FROM reports JOIN headcounts ON reports.version_of = headcounts.first
    )
  SELECT kind, place_id, day, from_place_id, left_day, group_id, version_of IS NOT NULL AS is_version
  FROM reports JOIN touched USING (id)
""")
_OF_GROUPS = text("""
  SELECT place_id, day FROM reports WHERE group_id = ANY(:groups) AND kind = 'movement' AND place_id IS NOT NULL
  UNION SELECT from_place_id, left_day FROM reports
  WHERE group_id = ANY(:groups) AND kind = 'movement' AND from_place_id IS NOT NULL
""")
# Not folded yet, but known.
_MARKED = text(f"SELECT place_id, day FROM ({MARKED}) AS marked WHERE operation_id = :operation")
_NEW_SETTINGS = text("""
  SELECT EXISTS (SELECT FROM operation_settings WHERE operation_id = :operation AND recorded_at > :known_on)
""")
_WITH_ROW_ON = text("SELECT place_id FROM place_days WHERE operation_id = :operation AND day = :day")
_EVERY_PLACE = text("SELECT place_id FROM place_now WHERE operation_id = :operation")
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
    concerned from the first day that differs on."""

    cut: Cut
    frame: Frame
    bookings: Bookings
    rows: dict[UUID, DayRow | None] = field(default_factory=dict)
    changes: dict[tuple[str, date], areas.Vector] = field(default_factory=dict)
    days: dict[UUID, list[DayChange]] = field(default_factory=dict)
    is_present: bool = False

    @classmethod
    def present(cls, frame: Frame, cut: Cut) -> "Past":
        """No past at all: what is stored, as it is."""
        return cls(cut, frame, Present(), is_present=True)

    def ending(self, day: date) -> "Past":
        """The same knowledge of areas at the end of an earlier day."""
        cut = Cut(clock.end_of(day, self.frame.zone), day, self.cut.known_on)
        return Past(cut, self.frame, self.bookings, changes=self.changes)


@dataclass
class _Touched:
    """Places with the days to be looked at again; `whole`: everything about them."""

    days: dict[UUID, set[date]] = field(default_factory=dict)
    whole: set[UUID] = field(default_factory=set)

    def add(self, place: UUID | None, day: date | None) -> None:
        if place is not None and day is not None:
            self.days.setdefault(place, set()).add(day)


def past_of(session: Session, frame: Frame, cut: Cut) -> Past:
    """What differs at a cut from what is stored."""
    operation = frame.operation_id
    if cut.known_on is None:
        past = Past(cut, frame, Present())
        touched = _Touched()
    else:
        known = Known.by(session, operation, cut.known_on)
        past = Past(cut, frame_of(session, operation, known_on=cut.known_on), known)
        touched = _touched_since(session, operation, known)
    if not cut.is_whole_day(frame):
        for place in session.scalars(_WITH_ROW_ON, {"operation": operation, "day": cut.day}):
            touched.add(place, cut.day)
    _derive(session, past, touched)
    return past


def _touched_since(session: Session, operation_id: UUID, known: Known) -> _Touched:
    """What was recorded after a moment, at the places it is booked at now and was booked at then."""
    asked = {"operation": operation_id, "known_on": known.known_on}
    touched = _Touched()
    if session.scalar(_NEW_SETTINGS, asked):
        touched.whole |= set(session.scalars(_EVERY_PLACE, asked))
    groups: set[UUID] = set()
    moved: set[UUID] = set()
    for row in session.execute(_SINCE, asked):
        if row.kind == "group":
            groups.add(row.group_id)
        elif row.kind == "same_place":
            moved |= {row.place_id, row.from_place_id}
        elif row.kind == "shelter" and row.is_version:
            moved.add(row.place_id)
        touched.add(row.place_id, row.day)
        touched.add(row.from_place_id, row.left_day)
    for row in session.execute(_MARKED, asked):
        touched.add(row.place_id, row.day) if row.day else touched.whole.add(row.place_id)
    if groups:
        for row in session.execute(_OF_GROUPS, {"groups": sorted(groups)}):
            touched.add(row.place_id, row.day)
    if moved:
        moved |= {booking.kept_id for booking in Present().of(session, moved).values()}
        moved |= {known.same.get(place, place) for place in moved}
        moved |= set(members_of(session, sorted(moved)))
        touched.whole |= moved | set(exchanging_places(session, sorted(moved)))
    return _at_both(session, touched, known)


def _at_both(session: Session, touched: _Touched, known: Known) -> _Touched:
    """Where each report is booked now, and where it was booked then."""
    places = set(touched.days) | touched.whole
    now = Present().of(session, places)
    both = _Touched()
    for place in places:
        for kept in {now[place].kept_id, known.same.get(place, place)}:
            if place in touched.whole:
                both.whole.add(kept)
            for day in touched.days.get(place, ()):
                both.add(kept, day)
    return both


def _derive(session: Session, past: Past, touched: _Touched) -> None:
    """Walk the places concerned again, up to the day asked."""
    last = past.cut.day
    days = {place: {day for day in found if day <= last} for place, found in touched.days.items()}
    some = {place: found for place, found in days.items() if found and place not in touched.whole}
    reported = events.events_of_days(session, some, past.bookings) if some else {}
    for place in touched.whole:
        some[place] = set()
    if touched.whole:
        reported |= events.events_of_places(session, sorted(touched.whole), past.bookings)
    if not some:
        return
    paths = past.bookings.of(session, some)
    summed = {row.place_id: row.area_path for row in session.execute(_SUMMED_IN, {"places": sorted(some)})}
    firsts = {place: date.min if place in touched.whole else min(found) for place, found in some.items()}
    before = rows.last_before(session, firsts)
    stored = rows.from_day_on(session, firsts)
    for place, found in some.items():
        held = [_bare(row) for row in takewhile(lambda row: row.day <= last, stored[place])]
        wanted = found | {day for day in reported.get(place, {}) if day <= last}
        if place in touched.whole:
            wanted |= {row.day for row in held}
        if not wanted:
            continue
        path = tuple(summed.get(place) or ())
        if (place in touched.whole or not path) and place in paths:
            path = paths[place].area_path
        fresh = {day: _facts(reported.get(place, {}).get(day, ()), past, 1 + len(path)) for day in wanted}
        base = _bare(before[place]) if place in before else None
        changes = walk(before=base, stored=held, fresh=fresh, frame=past.frame, judge=_no_rules)
        _note(past, place, base, held, changes)
        put_right = areas.put_right(base, changes, past.frame, summed_in=summed.get(place), area_path=path)
        past.changes = areas.gather([past.changes, put_right])


def _facts(reported: Iterable[Event], past: Past, levels: int) -> Facts | None:
    return facts_of([event for event in reported if event.stands_at <= past.cut.as_of], past.frame, levels)


def _note(past: Past, place: UUID, base: DayRow | None, held: list[DayRow], changes: list[DayChange]) -> None:
    """The rows of a place as they come out: those the walk went over, then those it left as they are."""
    walked = {change.day for change in changes}
    rest = [DayChange(row.day, row, row) for row in held if row.day not in walked]
    past.days[place] = sorted([*changes, *rest], key=lambda change: change.day)
    right = [change.derived for change in past.days[place] if change.derived]
    past.rows[place] = right[-1] if right else base


def _bare(row: DayRow) -> DayRow:
    """A row without the states of rules: nobody asks what they were."""
    return replace(row, rules={})


def _no_rules(*_: Any) -> Mapping[str, Any]:
    return {}


def rows_at(session: Session, cut: Cut, place_ids: Iterable[UUID]) -> dict[UUID, DayRow]:
    """Of each of these places the last stored row by the day of a cut."""
    following = cut.day + timedelta(days=1)
    return rows.last_before(session, dict.fromkeys(place_ids, following))


def rows_between(session: Session, place: UUID, first: date, last: date) -> Iterator[DayRow]:
    """The stored rows of a place from one day to another."""
    stored = rows.from_day_on(session, {place: first})[place]
    return takewhile(lambda row: row.day <= last, stored)
