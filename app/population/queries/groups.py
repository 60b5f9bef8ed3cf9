"""Displaced groups: who may know of them, and where they are. Folded from movements only, whatever headcounts say."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core.statements import state_of
from app.groups.queries import statements_of
from app.ledger.queries import standing
from app.population.past import Past
from app.population.schemas import Page

# A group lies in no area: it is known to those whose areas hold its home or a place it moved through, and to whoever
# reported it.
_KNOWN_TO = """
  (CAST(:areas AS text[]) IS NULL
    OR EXISTS (SELECT FROM areas WHERE areas.operation_id = groups.operation_id AND areas.code = groups.origin
      AND areas.path && CAST(:areas AS text[]))
    OR EXISTS (SELECT FROM reports LEFT JOIN places ON places.id IN (place_id, from_place_id)
      WHERE reports.group_id = groups.id
        AND (reports.reporter_id = :user OR places.area_path && CAST(:areas AS text[]))))
"""
_LIST = text(f"""
  SELECT id, code, state FROM groups
  WHERE operation_id = :operation AND NOT is_void AND (CAST(:after AS text) IS NULL OR code > :after)
    AND (CAST(:code AS text) IS NULL OR code = :code) AND {_KNOWN_TO}
  ORDER BY code LIMIT :limit
""")


def _whereabouts(*, known_on: bool) -> Any:
    """People of groups by the place they are booked at: who came less who left, by a moment."""
    stands = standing(known_on=known_on)
    people = "coalesce(total, round(households * CAST(:household_size AS numeric)))"
    return text(f"""
  WITH ends AS (
    SELECT group_id, place_id, {people} AS people FROM reports
    WHERE group_id = ANY(:groups) AND kind = 'movement' AND place_id IS NOT NULL AND stands_at <= :as_of AND {stands}
    UNION ALL
    SELECT group_id, from_place_id, -{people} FROM reports
    WHERE group_id = ANY(:groups) AND kind = 'movement' AND from_place_id IS NOT NULL AND left_stands_at <= :as_of
      AND {stands}
  )
  SELECT group_id, place_id, sum(people) AS people FROM ends GROUP BY group_id, place_id
""")


_WHEREABOUTS = {known_on: _whereabouts(known_on=known_on) for known_on in (False, True)}
_AT_PLACES = text("""
  SELECT group_id FROM reports WHERE place_id = ANY(:places) AND group_id IS NOT NULL AND kind = 'movement'
  UNION
  SELECT group_id FROM reports WHERE from_place_id = ANY(:places) AND group_id IS NOT NULL AND kind = 'movement'
""")
_CALLED = text("""
  SELECT places.id, places.area_code, places.area_path, shelters.code,
    coalesce(shelters.state -> 'name', areas.name) AS name FROM places
  LEFT JOIN shelters ON shelters.id = places.id
  LEFT JOIN areas ON areas.operation_id = places.operation_id AND areas.code = places.area_code
  WHERE places.id = ANY(:places)
""")


@dataclass(frozen=True)
class At:
    """So many people of a group at a place. `shelter` None: in the area, outside any shelter; both None: at a place
    outside the reader's areas."""

    place_id: UUID
    shelter: str | None
    area: str | None
    name: dict[str, str]
    people: int


@dataclass(frozen=True)
class GroupFigure:
    """A group with everything said of it, and where its people are."""

    id: UUID
    code: str
    state: dict[str, Any]
    at: list[At]


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
    scope = actor.scope
    asked = {
        "operation": scope.operation_id,
        "areas": None if scope.areas is None else sorted(scope.areas),
        "user": actor.user_id,
        "after": after,
        "code": code,
        "limit": None if limit is None else limit + 1,
    }
    found = session.execute(_LIST, asked).all()
    listed = found if limit is None else found[:limit]
    ids = [row.id for row in listed]
    said = statements_of(session, ids, known_on=past.cut.known_on)
    where = whereabouts(session, ids, past)
    called = called_of(session, actor, {place for places in where.values() for place in places})
    figures = [
        GroupFigure(
            id=row.id,
            code=row.code,
            state=state_of(said[row.id], until=past.cut.as_of),
            at=[
                At(place, *called[place], people=people)
                for place, people in sorted(where.get(row.id, {}).items(), key=lambda one: (-one[1], str(one[0])))
            ],
        )
        for row in listed
        if row.id in said
    ]
    return Page(figures, listed[-1].code if len(found) > len(listed) else None)


def is_known_to(session: Session, actor: Actor, code: str) -> bool:
    """Whether this person may know of the group with this code."""
    scope = actor.scope
    areas = None if scope.areas is None else sorted(scope.areas)
    asked = {"operation": scope.operation_id, "areas": areas, "user": actor.user_id, "after": None, "limit": 1}
    return session.execute(_LIST, {**asked, "code": code}).first() is not None


def whereabouts(session: Session, group_ids: list[UUID], past: Past) -> dict[UUID, dict[UUID, int]]:
    """Where the people of groups are booked: group, place, people; places nobody of it is at any more left out."""
    asked = {
        "groups": group_ids,
        "household_size": past.frame.settings.household_size,
        "as_of": past.cut.as_of,
        "known_on": past.cut.known_on,
    }
    rows = session.execute(_WHEREABOUTS[past.cut.known_on is not None], asked).all()
    booked = past.bookings.of(session, {row.place_id for row in rows})
    found: dict[UUID, dict[UUID, int]] = {}
    for row in rows:
        if row.place_id in booked:
            at, kept = found.setdefault(row.group_id, {}), booked[row.place_id].kept_id
            at[kept] = at.get(kept, 0) + int(row.people)
    return {group: {place: people for place, people in at.items() if people} for group, at in found.items()}


def groups_at(session: Session, place_id: UUID, past: Past) -> dict[UUID, int]:
    """People of each group at a place."""
    members = list(past.bookings.members(session, [place_id]))
    ids = list(session.scalars(_AT_PLACES, {"places": members}))
    return {group: at[place_id] for group, at in whereabouts(session, ids, past).items() if place_id in at}


def called_of(
    session: Session, actor: Actor, place_ids: set[UUID]
) -> dict[UUID, tuple[str | None, str | None, dict[str, str]]]:
    """What places are called: shelter, area and name; neither code where they lie outside this person's areas."""
    found: dict[UUID, tuple[str | None, str | None, dict[str, str]]] = {}
    for row in session.execute(_CALLED, {"places": sorted(place_ids)}):
        if actor.scope.holds(row.area_path):
            found[row.id] = (row.code, None if row.code else row.area_code, row.name)
        else:
            found[row.id] = (None, None, row.name)
    return found
