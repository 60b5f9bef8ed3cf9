"""The movements of one group, and what groups are called."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.ledger.queries import counting
from app.population.past import Past
from app.population.queries.groups import called_of, is_outside

_JOURNEYS = {
    known_on: text(f"""
  SELECT coalesce(version_of, reports.id) AS id, occurred_at, left_at, recorded_at, stands_at, place_id, from_place_id,
    total, low, high, households, method, corrects IS NOT NULL AS is_correction, users.email AS reporter,
    CASE WHEN corrects IS NULL THEN content ELSE content -> 'replacement' END AS said
  FROM reports JOIN users ON users.id = reporter_id
  WHERE group_id = :group AND kind = 'movement' AND stands_at <= :as_of AND {counting(known_on=known_on)}
    AND (CAST(:before AS timestamptz) IS NULL OR (stands_at, coalesce(version_of, reports.id)) < (:before, :before_id))
  ORDER BY stands_at DESC, coalesce(version_of, reports.id) DESC LIMIT :limit
""")
    for known_on in (False, True)
}
_CALLED = text("SELECT id, code, state ->> 'label' AS label FROM groups WHERE id = ANY(:groups)")


@dataclass(frozen=True)
class End:
    """One end of a movement. `shelter` None: in an area outside any shelter, or (`area` None too) at a place outside
    the reader's areas."""

    shelter: str | None
    area: str | None
    name: dict[str, str]


@dataclass(frozen=True)
class Journey:
    """A movement by the version that counts. An end that is None lies elsewhere: home, outside, not known. Of one that
    touched no place of the reader's areas (`is_outside`) nothing is told but when, and between which."""

    id: UUID
    at: datetime
    left_at: datetime
    stands_at: datetime
    is_day_dated: bool
    source: End | None
    to: End | None
    total: int | None
    low: int | None
    high: int | None
    households: int | None
    method: str | None
    reason: str | None
    reporter: str | None
    is_correction: bool
    is_outside: bool


def journeys_of(
    session: Session,
    *,
    actor: Actor,
    group_id: UUID,
    past: Past,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> list[Journey]:
    """Movements of a group, newest first."""
    asked = {
        "group": group_id,
        "as_of": past.cut.as_of,
        "known_on": past.cut.known_on,
        "limit": limit,
        "before": before[0] if before else None,
        "before_id": before[1] if before else None,
    }
    rows = session.execute(_JOURNEYS[past.cut.known_on is not None], asked).all()
    ids = {place for row in rows for place in (row.place_id, row.from_place_id) if place is not None}
    booked = {place: booking.kept_id for place, booking in past.bookings.of(session, ids).items()}
    called = called_of(session, actor, set(booked.values()), past.bookings)
    ends = {place: End(*called[kept]) for place, kept in booked.items() if kept in called}
    return [_journey(row, ends) for row in rows]


def called_groups(session: Session, group_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str | None]]:
    """Code and label of groups."""
    rows = session.execute(_CALLED, {"groups": list(group_ids)})
    return {row.id: (row.code, row.label) for row in rows}


def _journey(row: Any, ends: dict[UUID, End]) -> Journey:
    source, to = ends.get(row.from_place_id), ends.get(row.place_id)
    outside = all(is_outside(end.shelter, end.area) for end in (source, to) if end is not None)
    return Journey(
        id=row.id,
        at=row.occurred_at,
        left_at=row.left_at,
        stands_at=row.stands_at,
        is_day_dated=row.said.get("precision") in ("day", "about"),
        source=source,
        to=to,
        total=None if outside else row.total,
        low=None if outside else row.low,
        high=None if outside else row.high,
        households=None if outside else row.households,
        method=None if outside else row.method,
        reason=row.said.get("reason"),
        reporter=None if outside else row.reporter,
        is_correction=row.is_correction,
        is_outside=outside,
    )
