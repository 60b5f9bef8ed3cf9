"""The figures of shelters of one kind alone.

Areas keep no sums by kind: few ask, and every report would pay for it. So they are added up from the rows of these
shelters, in the shape in which areas are stored; whatever asks a `Past` for sums then finds them there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.places.schemas import Booking, Frame
from app.population.areas import Vector, add_in, contribution, levels_of
from app.population.levels import DayRow
from app.population.past import Past
from app.population.queries.shelters import shelters_of_kind
from app.population.rows import figures_before, figures_between


def of_kind(session: Session, past: Past, *, scope: Scope, kind: str, first: date) -> Past:
    """The same of the shelters in scope that were of a kind at the moment asked; its days are good from `first` on.
    Came and left are those of each shelter, also from one of them to another."""
    booked = shelters_of_kind(session, scope=scope, past=past, kind=kind)
    changes: dict[tuple[str, date], Vector] = {}
    for place, rows in _rows(session, past, booked, first).items():
        add_in(changes, _changes(rows, past.frame, levels_of(booked[place].area_path)))
    return replace(past, changes=changes, shelters=frozenset(booked))


def _rows(session: Session, past: Past, booked: Mapping[UUID, Booking], first: date) -> dict[UUID, list[DayRow]]:
    """Of each shelter its rows from a day to that of the cut, behind the last one before them."""
    firsts, last = dict.fromkeys(booked, first), past.cut.day
    before, stored = figures_before(session, firsts), figures_between(session, firsts, last)
    found: dict[UUID, list[DayRow]] = {}
    for place in booked:
        rows = {row.day: row for row in (*filter(None, [before.get(place)]), *stored.get(place, ()))}
        if changes := past.days.get(place):
            # What was walked again stands from its first day on; before that, what is stored.
            held = [past.bases[place], *(row for row in rows.values() if row.day < changes[0].day)]
            rows = {row.day: row for row in (*held, *(change.derived for change in changes)) if row is not None}
        found[place] = [rows[day] for day in sorted(rows) if day <= last]
    return found


def _changes(rows: Iterable[DayRow], frame: Frame, levels: Iterable[str]) -> dict[tuple[str, date], Vector]:
    """What one shelter adds to the areas above it, by area and day."""
    changes: dict[tuple[str, date], Vector] = {}
    before = contribution(None, frame)
    for row in rows:
        after = contribution(row, frame)
        change = (*(new - old for new, old in zip(after, before, strict=True)), row.facts.came, row.facts.left)
        changes |= {(level, row.day): change for level in levels}
        before = after
    return changes
