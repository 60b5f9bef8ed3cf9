"""What a question about the past must look at again: the places and days something recorded since had a say in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.ledger.queries import MARKED, exchanging_places
from app.places.queries import members_of
from app.population.bookings import PRESENT, Known

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
  SELECT kind, place_id, day, from_place_id, left_day, group_id,
    version_of IS NOT NULL OR id IN (SELECT corrects FROM later) AS is_amended
  FROM reports JOIN touched USING (id)
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


def touched_since(session: Session, operation_id: UUID, known: Known) -> Touched:
    """What was recorded after a moment, at the places it is booked at now and was booked at then."""
    asked = {"operation": operation_id, "known_on": known.known_on}
    touched = Touched()
    _add_settings(session, touched, asked)
    for row in session.execute(_MARKED, asked):
        touched.add(row.place_id, row.day) if row.day else touched.whole.add(row.place_id)
    groups: set[UUID] = set()
    moved: set[UUID] = set()
    for row in session.execute(_SINCE, asked):
        if row.kind == "group":
            groups.add(row.group_id)
        elif row.kind == "same_place":
            moved |= {row.place_id, row.from_place_id}
        elif row.kind == "shelter" and row.is_amended:
            moved.add(row.place_id)
        touched.add(row.place_id, row.day)
        touched.add(row.from_place_id, row.left_day)
    if groups:
        for row in session.execute(_OF_GROUPS, {"groups": sorted(groups)}):
            touched.add(row.place_id, row.day)
    if moved:
        moved |= {booking.kept_id for booking in PRESENT.of(session, moved).values()}
        moved |= {known.same.get(place, place) for place in moved}
        moved |= set(members_of(session, sorted(moved)))
        touched.whole |= moved | set(exchanging_places(session, sorted(moved)))
    return _at_both(session, touched, known)


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
