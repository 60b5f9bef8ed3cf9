"""What was decided of two movements, and any two of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.duplicates.policy import Likeness, likeness, part_of
from app.duplicates.queries.movements import Movement, movements
from app.ledger.queries import standing

_LATEST = text(f"""
  SELECT decision.id, decision.about_id, decision.double_of, decision.adopt AS counts, decision.pair,
    decision.recorded_at, decision.reporter_id, users.email AS by,
    CASE WHEN decision.corrects IS NULL THEN decision.content ELSE decision.content -> 'replacement' END ->> 'reason'
      AS reason
  FROM reports AS decision JOIN users ON users.id = decision.reporter_id
  WHERE decision.operation_id = :operation AND decision.double_of IS NOT NULL AND {standing("decision")}
    AND (CAST(:about AS uuid) IS NULL OR (decision.about_id = :about AND decision.double_of = :double_of))
    AND NOT EXISTS (SELECT FROM reports AS newer
      WHERE newer.about_id = decision.about_id AND newer.double_of = decision.double_of AND {standing("newer")}
        AND (newer.occurred_at, CASE WHEN newer.version_of IS NULL THEN newer.id ELSE newer.version_of END)
          > (decision.occurred_at,
            CASE WHEN decision.version_of IS NULL THEN decision.id ELSE decision.version_of END) OFFSET 0)
  ORDER BY decision.recorded_at DESC, decision.id DESC LIMIT :limit
""")
_STANDING = text(f"""
  SELECT id FROM reports WHERE id = ANY(:firsts) AND kind = 'movement' AND {standing()}
  UNION ALL
  SELECT id FROM reports WHERE version_of = ANY(:firsts) AND kind = 'movement' AND {standing()}
""")
LOOKED_THROUGH = 200  # decisions for a page; whoever has some areas is shown those of them


@dataclass(frozen=True)
class Decided:
    """The decision on two movements that holds. `pair`: what the later one is of one journey. A movement is None where
    it was taken back since."""

    id: UUID
    counts: bool
    pair: str | None
    reason: str
    at: datetime
    by: str
    later_id: UUID
    earlier_id: UUID
    later: Movement | None
    earlier: Movement | None

    @property
    def not_arrived(self) -> int | None:
        """Of a pair how many fewer came than left; None: it is none, or one of the two said no number of people."""
        left, came = (self.later, self.earlier) if self.pair == "departure" else (self.earlier, self.later)
        if self.pair is None or left is None or came is None:
            return None
        both = left.told.people.total, came.told.people.total
        return None if both[0] is None or both[1] is None else both[0] - both[1]


@dataclass(frozen=True)
class Two:
    """Two movements that somebody is asked about, whether or not they are likely to be one."""

    earlier: Movement
    later: Movement
    likeness: Likeness | None
    decided: Decided | None

    @property
    def part(self) -> str | None:
        """What the later one is, should they be one journey."""
        return part_of(self.later.told, self.earlier.told)


def standing_movements(session: Session, firsts: Collection[UUID], scope: Scope) -> dict[UUID, Movement]:
    """Of these movements the versions that stand, by the id of the first; those with an end in scope."""
    ids = list(session.scalars(_STANDING, {"firsts": list(firsts)})) if firsts else []
    return {one.first_id: one for one in movements(session, ids, scope) if _concerns(one, scope)}


def _concerns(one: Movement, scope: Scope) -> bool:
    return any(place is not None and scope.holds(place.end.area_path) for place in (one.to, one.source))


def latest_decided(session: Session, *, scope: Scope, limit: int) -> list[Decided]:
    """The latest decisions that hold on movements in scope, newest first."""
    rows = _rows(session, scope, limit=LOOKED_THROUGH)
    known = standing_movements(session, {id_ for row in rows for id_ in (row.about_id, row.double_of)}, scope)
    found = [_decided(row, known) for row in rows]
    return [one for one in found if one.later is not None or one.earlier is not None][:limit]


def two(session: Session, *, scope: Scope, one: UUID, other: UUID, household_size: float) -> Two | None:
    """Two movements by the ids of their first versions; None where one of them is not there for whoever asks."""
    known = standing_movements(session, {one, other}, scope)
    if len(known) < 2:
        return None
    firsts = sorted(known.values(), key=lambda movement: (movement.told_at, movement.first_id))
    earlier, later = firsts
    rows = _rows(session, scope, limit=1, about=later.first_id, double_of=earlier.first_id)
    alike = likeness(earlier.told, later.told, household_size=household_size)
    return Two(earlier, later, alike, _decided(rows[0], known) if rows else None)


def _rows(session: Session, scope: Scope, **asked: Any) -> list[Any]:
    nothing = {"about": None, "double_of": None}
    return list(session.execute(_LATEST, {"operation": scope.operation_id, **nothing, **asked}))


def _decided(row: Any, known: dict[UUID, Movement]) -> Decided:
    return Decided(
        id=row.id,
        counts=row.counts,
        pair=row.pair,
        reason=row.reason,
        at=row.recorded_at,
        by=row.by,
        later_id=row.about_id,
        earlier_id=row.double_of,
        later=known.get(row.about_id),
        earlier=known.get(row.double_of),
    )
