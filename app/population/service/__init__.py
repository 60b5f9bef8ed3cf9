"""The fold at work: take marked places, re-derive what was marked, write what differs.

Workers re-fold, they never add increments: a crash anywhere leaves the marks, and the next run does the same
work again. Statement by statement, each sees everything whose mark an earlier one of the same fold took.
"""

import random
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.ledger import service as ledger
from app.places.queries import bookings_of
from app.population import events
from app.population.service.changing import change_setting
from app.population.service.deriving import (
    Appoint,
    Folded,
    Place,
    cells_of,
    derive,
    facts_on,
    last_rows,
    lock,
    lock_due,
    look_again,
    open_places,
    read,
    rows_since,
    whole_facts,
)
from app.population.service.whole import hold_figures, rebuild, settled_places, share_with_rebuild, verify

__all__ = [
    "MARKS_A_TIME",
    "PLACES_A_TIME",
    "Appoint",
    "Folded",
    "Place",
    "change_setting",
    "fold",
    "hold_figures",
    "last_rows",
    "lock_due",
    "look_again",
    "marked_places",
    "rebuild",
    "rows_since",
    "settled_places",
    "share_with_rebuild",
    "verify",
]

MARKS_A_TIME = 2_000  # read in one fold; a thousand reports on one place still fold once
PLACES_A_TIME = 100  # in one fold, which may have to go through all days of each: some seconds

_MARKED = text("SELECT place_id FROM marks WHERE place_id <> ALL(:apart) ORDER BY id LIMIT :limit")
# A mark on a shelter that is booked as another is about both; it is taken only where both are ours.
_TAKE_MARKS = text("""
  DELETE FROM marks USING places
  WHERE marks.place_id = ANY(:places) AND places.id = marks.place_id
    AND places.kept_id = ANY(:places)
  RETURNING marks.place_id, places.kept_id, marks.day, marks.request
""")


def marked_places(
    session: Session, *, apart_from: Collection[UUID] = (), marks: int = MARKS_A_TIME, most: int = PLACES_A_TIME
) -> set[UUID]:
    """Places of the oldest marks; those of `apart_from` are passed over, so that they keep nobody waiting.

    Where there are more than one fold should take, any of them: several workers then begin with different ones.
    """
    found = set(session.scalars(_MARKED, {"apart": list(apart_from), "limit": marks}))
    return set(random.sample(sorted(found), most)) if len(found) > most else found


def fold(
    session: Session,
    *,
    appoint: Appoint,
    only: UUID | None = None,
    apart_from: Collection[UUID] = (),
    marks: int = MARKS_A_TIME,
) -> list[Folded]:
    """Fold the places of the oldest marks; an empty list means nothing was marked or others are at it.

    `appoint` gives each place its judge: what decides the rule states stored with a day. `only` folds one place, with
    what it is booked as. Flushes, never commits.
    """
    share_with_rebuild(session)
    ledger.spread(session)
    marked = {only} if only else marked_places(session, apart_from=apart_from, marks=marks)
    if not marked:
        return []
    concerned = marked | {booking.kept_id for booking in bookings_of(session, sorted(marked)).values()}
    open_places(session, sorted(concerned))
    locked = lock(session, concerned)
    if not locked:
        return []
    days: dict[UUID, set[date]] = {place_id: set() for place_id in locked}
    whole: set[UUID] = set()
    requests: dict[UUID, str] = {}
    for place_id, kept_id, day, request in session.execute(_TAKE_MARKS, {"places": list(days)}):
        for id_ in (place_id, kept_id):
            days[id_].add(day) if day is not None else whole.add(id_)
            if request is not None:
                requests[id_] = request
    places = read(session, locked)
    whole |= {place.id for place in places if place.has_moved}
    some = {id_: marked_days for id_, marked_days in days.items() if marked_days and id_ not in whole}
    found = events.events_of_days(session, some, cells=cells_of(places)) if some else {}
    facts = facts_on([place for place in places if place.id in some], found, some)
    facts |= whole_facts(session, [place for place in places if place.id in whole])
    folded = derive(session, [place for place in places if facts.get(place.id)], facts, appoint(session, places))
    return [replace(one, request=requests.get(one.place.id)) for one in folded]
