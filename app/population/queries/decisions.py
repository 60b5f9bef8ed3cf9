"""What coordinators decided: which headcounts are followed, and which shelters turned out to be one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.accounts.queries import in_areas
from app.ledger.queries import standing

_REASON = "CASE WHEN {0}.corrects IS NULL THEN {0}.content ELSE {0}.content -> 'replacement' END ->> 'reason' AS reason"
_DECISIONS = text(f"""
  SELECT decision.id, decision.adopt, {_REASON.format("decision")}, decision.recorded_at, users.email AS by,
    decision.about_id, said.occurred_at, said.content ->> 'precision' IN ('day', 'about') AS is_day_dated,
    said.total, said.low, said.high, said.households, said.method, shelters.code AS shelter, kept.area_code AS area,
    coalesce(shelters.state -> 'name', areas.name) AS name,
    EXISTS (SELECT FROM reports AS newer WHERE newer.about_id = decision.about_id AND newer.kind = 'decision'
      AND {standing("newer")} AND (newer.occurred_at, coalesce(newer.version_of, newer.id))
        > (decision.occurred_at, coalesce(decision.version_of, decision.id))) AS is_replaced
  FROM reports AS decision JOIN users ON users.id = decision.reporter_id
  JOIN LATERAL (
    SELECT * FROM reports AS first WHERE first.id = decision.about_id AND {standing("first")}
    UNION ALL
    SELECT * FROM reports AS version WHERE version.version_of = decision.about_id AND {standing("version")}
  ) AS said ON true
  JOIN places ON places.id = said.place_id JOIN places AS kept ON kept.id = places.kept_id
  LEFT JOIN shelters ON shelters.id = kept.id
  JOIN areas ON areas.operation_id = kept.operation_id AND areas.code = kept.area_code
  WHERE decision.operation_id = :operation AND decision.about_id IS NOT NULL AND decision.kind = 'decision'
    AND decision.double_of IS NULL AND {standing("decision")}
    AND {in_areas("kept.area_path")}
    AND (CAST(:before AS timestamptz) IS NULL OR (decision.recorded_at, decision.id) < (:before, :before_id))
  ORDER BY decision.recorded_at DESC, decision.id DESC LIMIT :limit
""")
_BOOKED_HERE = text(f"""
  SELECT said.id, {_REASON.format("said")}, said.recorded_at, users.email AS by, shelters.code AS shelter,
    shelters.state -> 'name' AS name, places.area_path
  FROM places JOIN reports AS said ON said.from_place_id = places.id AND said.operation_id = places.operation_id
    AND said.kind = 'same_place' AND {standing("said")}
  JOIN shelters ON shelters.id = places.id JOIN users ON users.id = said.reporter_id
  WHERE places.same_as = :kept ORDER BY shelters.code
""")


@dataclass(frozen=True)
class Decision:
    """One decision on a headcount, with what the headcount says now. `is_replaced`: a later one holds."""

    id: UUID
    adopt: bool
    reason: str
    at: datetime
    by: str
    headcount: UUID
    counted_at: datetime
    is_day_dated: bool
    total: int | None
    low: int | None
    high: int | None
    households: int | None
    method: str
    shelter: str | None
    area: str
    name: dict[str, str]
    is_replaced: bool


@dataclass(frozen=True)
class BookedHere:
    """Another shelter that turned out to be this one. `id` is the version of the report that says so. `shelter` and
    `by` None: it lay outside the reader's areas."""

    id: UUID
    shelter: str | None
    name: dict[str, str]
    reason: str
    at: datetime
    by: str | None


def latest_decisions(
    session: Session, *, scope: Scope, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[Decision]:
    """Decisions on headcounts in scope, newest first."""
    asked = {
        "operation": scope.operation_id,
        "areas": None if scope.areas is None else sorted(scope.areas),
        "before": before[0] if before else None,
        "before_id": before[1] if before else None,
        "limit": limit,
    }
    return [_decision(row) for row in session.execute(_DECISIONS, asked)]


def booked_here(session: Session, scope: Scope, shelter_id: UUID) -> list[BookedHere]:
    """Shelters that turned out to be this one, by code; those that lay outside this scope by name alone."""
    found: list[BookedHere] = []
    for row in session.execute(_BOOKED_HERE, {"kept": shelter_id}):
        shelter, by = (row.shelter, row.by) if scope.holds(row.area_path) else (None, None)
        found.append(BookedHere(row.id, shelter, row.name, row.reason, row.recorded_at, by))
    return found


def _decision(row: Any) -> Decision:
    return Decision(
        id=row.id,
        adopt=row.adopt,
        reason=row.reason,
        at=row.recorded_at,
        by=row.by,
        headcount=row.about_id,
        counted_at=row.occurred_at,
        is_day_dated=bool(row.is_day_dated),
        total=row.total,
        low=row.low,
        high=row.high,
        households=row.households,
        method=row.method,
        shelter=row.shelter,
        area=row.area,
        name=row.name,
        is_replaced=row.is_replaced,
    )
