"""Published figures: kept with their source and date, shown beside the ledger, never folded."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.accounts.queries import in_areas
from app.ledger.queries import standing
from app.population.past import Past

_PUBLISHED = {
    known_on: text(f"""
  SELECT coalesce(version_of, reports.id) AS id, occurred_at, recorded_at, area_code, areas.name, total, low, high,
    reports.households, method, CASE WHEN corrects IS NULL THEN content ELSE content -> 'replacement' END AS said
  FROM reports LEFT JOIN areas ON areas.operation_id = reports.operation_id AND areas.code = area_code
  WHERE reports.operation_id = :operation AND kind = 'figure' AND occurred_at <= :as_of
    AND (CAST(:area AS text) IS NULL OR :area = area_code)
    AND {in_areas("areas.path")} AND {standing(known_on=known_on)}
    AND (CAST(:before AS timestamptz) IS NULL
      OR (occurred_at, coalesce(version_of, reports.id)) < (:before, :before_id))
  ORDER BY occurred_at DESC, coalesce(version_of, reports.id) DESC LIMIT :limit
""")
    for known_on in (False, True)
}


@dataclass(frozen=True)
class Published:
    """A published figure. `area` None: of the whole operation."""

    id: UUID
    at: datetime
    recorded_at: datetime
    area: str | None
    name: dict[str, str] | None
    total: int | None
    low: int | None
    high: int | None
    households: int | None
    method: str | None
    said: dict[str, Any]


def published(
    session: Session,
    *,
    scope: Scope,
    past: Past,
    limit: int,
    area: str | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[Published]:
    """Published figures of areas in scope, and for who sees the whole operation of that, newest first."""
    asked = {
        "operation": scope.operation_id,
        "areas": None if scope.areas is None else sorted(scope.areas),
        "area": area,
        "as_of": past.cut.as_of,
        "known_on": past.cut.known_on,
        "limit": limit,
        "before": before[0] if before else None,
        "before_id": before[1] if before else None,
    }
    rows = session.execute(_PUBLISHED[past.cut.known_on is not None], asked)
    return [
        Published(
            id=row.id,
            at=row.occurred_at,
            recorded_at=row.recorded_at,
            area=row.area_code,
            name=row.name,
            total=row.total,
            low=row.low,
            high=row.high,
            households=row.households,
            method=row.method,
            said=row.said,
        )
        for row in rows
    ]
