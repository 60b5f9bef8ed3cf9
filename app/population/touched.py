"""What a question about the past must look at again: the places and days something recorded since had a say in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.core.db import by_name
from app.ledger.queries import MARKED, decided_beside, exchanged_with
from app.places.queries import members_of
from app.population.bookings import PRESENT, Known

# Plans are made without knowing the moment: only a range with two ends is taken to be a small part of the ledger, to be
# found by the index on when reports were recorded. Most of them say something of later days alone.
_SINCE = text("""
  SELECT kind, place_id, day, from_place_id, left_day, group_id, version_of, corrects, about_id, double_of FROM reports
  WHERE operation_id = :operation AND recorded_at > :known_on AND recorded_at <= 'infinity'
    AND (day <= :last OR left_day <= :last OR corrects IS NOT NULL OR kind NOT IN ('movement', 'headcount', 'note'))
""")
_CORRECTED = text("""
  SELECT kind, place_id, day, from_place_id, left_day, group_id, version_of, about_id, double_of FROM reports
  WHERE id = ANY(:ids)
""")
# Every version of what was decided upon: headcounts, and movements that may double another.
_DECIDED = text("""
  SELECT place_id, day FROM reports WHERE id = ANY(:firsts)
  UNION SELECT place_id, day FROM reports WHERE version_of = ANY(:firsts)
  UNION SELECT from_place_id, left_day FROM reports WHERE id = ANY(:firsts)
  UNION SELECT from_place_id, left_day FROM reports WHERE version_of = ANY(:firsts)
""")
_OF_GROUPS = text("""
  SELECT place_id, day FROM reports WHERE group_id = ANY(:groups) AND kind = 'movement' AND place_id IS NOT NULL
  UNION SELECT from_place_id, left_day FROM reports
  WHERE group_id = ANY(:groups) AND kind = 'movement' AND from_place_id IS NOT NULL
""")
# Not folded yet, but known.
_MARKED = text(f"SELECT place_id, day FROM ({MARKED}) AS marked WHERE operation_id = :operation")
_NEW_SETTINGS = text("SELECT name FROM operation_settings WHERE operation_id = :operation AND recorded_at > :known_on")
# What each setting has a say in; thresholds have none in a figure.
_WEIGHED = text("""
  SELECT place_id, day FROM place_days WHERE operation_id = :operation AND (total_anchored OR competed > 0)
""")
_SETTING_DECIDES = {
    "adopt_from": _WEIGHED,
    "evidence_weights": _WEIGHED,
    "household_size": text("""
  SELECT place_id, day FROM reports WHERE operation_id = :operation AND total IS NULL AND households IS NOT NULL
  UNION SELECT from_place_id, left_day FROM reports
  WHERE operation_id = :operation AND total IS NULL AND households IS NOT NULL
"""),
}


@dataclass
class Touched:
    """Places with the days to be looked at again; `whole`: everything about them."""

    days: dict[UUID, set[date]] = field(default_factory=dict)
    whole: set[UUID] = field(default_factory=set)

    def add(self, place: UUID | None, day: date | None) -> None:
        if place is not None and day is not None:
            self.days.setdefault(place, set()).add(day)


def touched_since(session: Session, operation_id: UUID, known: Known, *, last: date) -> Touched:
    """What was recorded after a moment, at the places it is booked at now and was booked at then; at least that which
    has a say in days up to the last."""
    asked = {"operation": operation_id, "known_on": known.known_on, "last": last}
    touched = Touched()
    _add_settings(session, touched, asked)
    for row in session.execute(_MARKED, asked):
        touched.add(row.place_id, row.day) if row.day else touched.whole.add(row.place_id)
    later = by_name(session.execute(_SINCE, asked))
    corrected = _rows(session, _CORRECTED, ids=[row.corrects for row in later if row.corrects])
    both = (*later, *corrected)
    for row in both:
        touched.add(row.place_id, row.day)
        touched.add(row.from_place_id, row.left_day)
    decided = {first for row in both for first in (row.about_id, row.double_of) if first}
    decided.update(decided_beside(session, [row.version_of for row in later if row.version_of]))
    for row in _rows(session, _DECIDED, firsts=sorted(decided)):
        touched.add(row.place_id, row.day)
    for row in _rows(session, _OF_GROUPS, groups=sorted({row.group_id for row in both if row.kind == "group"})):
        touched.add(row.place_id, row.day)
    _add_moved(session, touched, _moved(later, corrected), known)
    return _at_both(session, touched, known)


def _moved(later: Sequence[Any], corrected: Sequence[Any]) -> set[UUID]:
    """Shelters that lie or are booked elsewhere than before."""
    same = {place for row in (*later, *corrected) if row.kind == "same_place" for place in _ends(row)}
    amended = [row for row in later if row.version_of] + list(corrected)
    return same | {row.place_id for row in amended if row.kind == "shelter"}


def _ends(row: Any) -> tuple[UUID, UUID]:
    return row.place_id, row.from_place_id


def _add_moved(session: Session, touched: Touched, moved: set[UUID], known: Known) -> None:
    """Everything about these, and where people moved between them and others the days on which they did."""
    if not moved:
        return
    both = moved | {booking.kept_id for booking in PRESENT.of(session, moved).values()}
    both |= {known.same.get(place, place) for place in both}
    both |= set(members_of(session, sorted(both)))
    touched.whole |= both
    for place, day in exchanged_with(session, sorted(both)):
        touched.add(place, day)


def _rows(session: Session, statement: TextClause, **asked: list[UUID]) -> Sequence[Any]:
    """What a statement finds of these ids; not asked where there are none."""
    return by_name(session.execute(statement, asked)) if all(asked.values()) else ()


def _add_settings(session: Session, touched: Touched, asked: Mapping[str, Any]) -> None:
    """Days a setting that was changed since has a say in."""
    decides = {_SETTING_DECIDES.get(name) for name in session.scalars(_NEW_SETTINGS, asked)}
    for statement in decides:
        for row in session.execute(statement, asked) if statement is not None else ():
            touched.add(row.place_id, row.day)


def _at_both(session: Session, touched: Touched, known: Known) -> Touched:
    """Where each report is booked now, and where it was booked then."""
    places = set(touched.days) | touched.whole
    now = PRESENT.of(session, places)
    both = Touched()
    for place in places:
        for kept in {now[place].kept_id, known.same.get(place, place)}:
            if place in touched.whole:
                both.whole.add(kept)
            for day in touched.days.get(place, ()):
                both.add(kept, day)
    return both
