"""Displaced groups: who may know of them, and where they are. Folded from movements only, whatever headcounts say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core.statements import Statement, state_of
from app.counts.people import People
from app.groups.queries import statements_of
from app.ledger.queries import entering, has_pairs, leaving, standing
from app.places.queries import areas_of
from app.population.bookings import PRESENT, Bookings
from app.population.past import Past
from app.population.schemas import Page

_CANDIDATES = text("""
  SELECT id, code FROM groups WHERE operation_id = :operation AND (CAST(:after AS text) IS NULL OR code > :after)
    AND (CAST(:code AS text) IS NULL OR code = :code)
  ORDER BY code LIMIT :limit
""")
_NOW = text(
    "SELECT id, code, state, stated_at FROM groups WHERE operation_id = :operation AND NOT is_void ORDER BY code"
)
_ENDS = {
    known_on: text(f"""
  SELECT DISTINCT group_id, place_id, from_place_id FROM reports
  WHERE group_id = ANY(:groups) AND kind = 'movement' AND {standing(known_on=known_on)}
""")
    for known_on in (False, True)
}
_MADE = text("SELECT id FROM reports WHERE id = ANY(:groups) AND reporter_id = :user")
# Who came to each place by a moment, and who left it.
_WHEREABOUTS = {
    (known_on, pairs): text(f"""
  SELECT group_id, place_id, total, households, 1 AS sign FROM reports
  WHERE group_id = ANY(:groups) AND kind = 'movement' AND place_id IS NOT NULL AND stands_at <= :as_of
    AND {entering(known_on=known_on, pairs=pairs)}
  UNION ALL
  SELECT group_id, from_place_id, total, households, -1 FROM reports
  WHERE group_id = ANY(:groups) AND kind = 'movement' AND from_place_id IS NOT NULL AND left_stands_at <= :as_of
    AND {leaving(known_on=known_on, pairs=pairs)}
""")
    for known_on, pairs in product((False, True), repeat=2)
}
_A_TIME = 500  # groups looked at before it is known which of them may be shown
# The same at some places alone, of every group that came by.
_AT_PLACES = {
    (known_on, pairs): text(f"""
  SELECT group_id, total, households, 1 AS sign FROM reports
  WHERE place_id = ANY(:places) AND group_id IS NOT NULL AND kind = 'movement' AND stands_at <= :as_of
    AND {entering(known_on=known_on, pairs=pairs)}
  UNION ALL
  SELECT group_id, total, households, -1 FROM reports
  WHERE from_place_id = ANY(:places) AND group_id IS NOT NULL AND kind = 'movement' AND left_stands_at <= :as_of
    AND {leaving(known_on=known_on, pairs=pairs)}
""")
    for known_on, pairs in product((False, True), repeat=2)
}
_CALLED = text("""
  SELECT places.id, places.area_code, shelters.code,
    coalesce(shelters.state -> 'name', areas.name) AS name FROM places
  LEFT JOIN shelters ON shelters.id = places.id
  LEFT JOIN areas ON areas.operation_id = places.operation_id AND areas.code = places.area_code
  WHERE places.id = ANY(:places)
""")


@dataclass(frozen=True)
class At:
    """So many people of a group at a place. `shelter` None: in the area, outside any shelter; both None: at a place
    outside the reader's areas, which is told by its name alone: how many are there is not theirs to know."""

    place_id: UUID
    shelter: str | None
    area: str | None
    name: dict[str, str]
    people: int | None


@dataclass(frozen=True)
class GroupFigure:
    """A group with everything said of it, and where its people are. `stated_at`: of when the last of it is."""

    id: UUID
    code: str
    state: dict[str, Any]
    at: list[At]
    stated_at: datetime | None


def group_figures(
    session: Session,
    *,
    actor: Actor,
    past: Past,
    limit: int | None = None,
    after: str | None = None,
    code: str | None = None,
) -> Page[GroupFigure]:
    """Groups this person may know of, by code. `after` a code continues the list; `code`: that one only."""
    found = groups_listed(session, actor, past, limit=limit, after=after, code=code)
    listed = found if limit is None else found[:limit]
    return Page(placed(session, actor, listed, past), listed[-1].code if len(found) > len(listed) else None)


def placed(session: Session, actor: Actor, groups: Sequence["Listed"], past: Past) -> list[GroupFigure]:
    """These groups, with where their people are."""
    where = whereabouts(session, [group.id for group in groups], past)
    called = called_of(session, actor, {place for places in where.values() for place in places}, past.bookings)
    return [
        GroupFigure(
            id=group.id,
            code=group.code,
            state=group.state,
            at=_at(where.get(group.id, {}), called),
            stated_at=group.stated_at,
        )
        for group in groups
    ]


def is_known_to(session: Session, actor: Actor, code: str) -> bool:
    """Whether this person may know of the group with this code."""
    return bool(_known(session, actor, PRESENT, limit=0, code=code))


def hidden_from(session: Session, actor: Actor, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these groups that something is said of and that this person may not know of."""
    asked = sorted(ids)
    known = _known_to(session, actor, asked, PRESENT)
    return {group for group in statements_of(session, asked) if group not in known}


@dataclass(frozen=True)
class Listed:
    """A group with everything said of it, and of when the last of that is."""

    id: UUID
    code: str
    state: dict[str, Any]
    stated_at: datetime | None


def groups_listed(
    session: Session,
    actor: Actor,
    past: Past,
    *,
    limit: int | None = None,
    after: str | None = None,
    code: str | None = None,
) -> list[Listed]:
    """Groups something is said of that this person may know of, one more than the limit where there are more."""
    if past.is_present and limit is None and code is None:
        return _all_now(session, actor)
    found = _known(session, actor, past.bookings, limit=limit, after=after, code=code)
    until = past.cut.as_of
    return [
        Listed(id_, code, state_of(said, until=until), max((at for at, _, _ in said if at <= until), default=None))
        for id_, code, said in found
    ]


def _all_now(session: Session, actor: Actor) -> list[Listed]:
    rows = session.execute(_NOW, {"operation": actor.scope.operation_id}).all()
    known = _known_to(session, actor, [row.id for row in rows], PRESENT)
    return [Listed(row.id, row.code, row.state, row.stated_at) for row in rows if row.id in known]


def _known(
    session: Session,
    actor: Actor,
    bookings: Bookings,
    *,
    limit: int | None,
    after: str | None = None,
    code: str | None = None,
) -> list[tuple[UUID, str, Sequence[Statement]]]:
    found: list[tuple[UUID, str, Sequence[Statement]]] = []
    some = _A_TIME if limit is None or actor.scope.areas is not None else limit + 1
    asked = {"operation": actor.scope.operation_id, "code": code, "limit": some}
    while True:
        rows = session.execute(_CANDIDATES, {**asked, "after": after}).all()
        ids = [row.id for row in rows]
        said = statements_of(session, ids, known_on=bookings.known_on)
        known = _known_to(session, actor, ids, bookings)
        found += [(row.id, row.code, said[row.id]) for row in rows if row.id in said and row.id in known]
        if len(rows) < some or (limit is not None and len(found) > limit):
            return found if limit is None else found[: limit + 1]
        after = rows[-1].code


def _known_to(session: Session, actor: Actor, ids: list[UUID], bookings: Bookings) -> set[UUID]:
    """A group lies in no area: it is known to those whose areas hold its home or a place it moved through, and to
    whoever made it. Having said something of it later is no reason (ARCHITECTURE 103)."""
    scope = actor.scope
    if scope.areas is None:
        return set(ids)
    homes = {group: home for group, home in bookings.homes(session, ids).items() if home is not None}
    areas = areas_of(session, scope.operation_id, sorted(set(homes.values())))
    known = {group for group, home in homes.items() if home in areas and scope.holds(areas[home].path)}
    known |= set(session.scalars(_MADE, {"groups": ids, "user": actor.user_id}))
    asked = {"groups": ids, "known_on": bookings.known_on}
    rows = session.execute(_ENDS[bookings.known_on is not None], asked).all()
    ends = bookings.of(session, {end for row in rows for end in (row.place_id, row.from_place_id) if end is not None})
    held = {place for place, booking in ends.items() if scope.holds(booking.area_path)}
    return known | {row.group_id for row in rows if {row.place_id, row.from_place_id} & held}


Called = tuple[str | None, str | None, dict[str, str]]  # shelter, area and name of a place, as somebody may read them


def is_outside(shelter: str | None, area: str | None) -> bool:
    """Whether a place that is called so lies outside the reader's areas."""
    return shelter is None and area is None


def _at(where: dict[UUID, int], called: dict[UUID, Called]) -> list[At]:
    """The largest first; then those outside the reader's areas, in an order that says nothing."""
    found = [
        At(place, *called[place], people=None if is_outside(*called[place][:2]) else people)
        for place, people in where.items()
    ]
    return sorted(found, key=lambda at: (at.people is None, -(at.people or 0), str(at.place_id)))


def whereabouts(session: Session, group_ids: list[UUID], past: Past) -> dict[UUID, dict[UUID, int]]:
    """Where the people of groups are booked: group, place, people; places nobody of it is at any more left out."""
    asked = {"groups": group_ids, "as_of": past.cut.as_of, "known_on": past.cut.known_on}
    rows = session.execute(_WHEREABOUTS[past.cut.known_on is not None, has_pairs(session)], asked).all()
    booked = past.bookings.of(session, {row.place_id for row in rows})
    found: dict[UUID, dict[UUID, int]] = {}
    for row in rows:
        if row.place_id in booked:
            at, kept = found.setdefault(row.group_id, {}), booked[row.place_id].kept_id
            at[kept] = at.get(kept, 0) + row.sign * _people(row, past)
    return {group: {place: people for place, people in at.items() if people} for group, at in found.items()}


def _people(row: Any, past: Past) -> int:
    return People(row.total, households=row.households).best(past.frame.settings.household_size) or 0


def groups_at(session: Session, place_id: UUID, past: Past) -> dict[UUID, int]:
    """People of each group at a place."""
    members = list(past.bookings.members(session, [place_id]))
    asked = {"places": members, "as_of": past.cut.as_of, "known_on": past.cut.known_on}
    found: dict[UUID, int] = {}
    for row in session.execute(_AT_PLACES[past.cut.known_on is not None, has_pairs(session)], asked):
        found[row.group_id] = found.get(row.group_id, 0) + row.sign * _people(row, past)
    return {group: people for group, people in found.items() if people}


def names_of(session: Session, place_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Names of places, whoever asks."""
    return {row.id: row.name for row in session.execute(_CALLED, {"places": sorted(place_ids)})}


def called_of(
    session: Session, actor: Actor, place_ids: Iterable[UUID], bookings: Bookings = PRESENT
) -> dict[UUID, Called]:
    """What places are called: shelter, area and name; neither code where they lie outside this person's areas."""
    ids = sorted(place_ids)
    booked = bookings.of(session, ids)
    found: dict[UUID, Called] = {}
    for row in session.execute(_CALLED, {"places": ids}):
        if row.id in booked and actor.scope.holds(booked[row.id].area_path):
            found[row.id] = (row.code, None if row.code else row.area_code, row.name)
        else:
            found[row.id] = (None, None, row.name)
    return found
