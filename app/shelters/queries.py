"""Reading shelters."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import in_scope
from app.places.models import Area
from app.shelters.models import Shelter, ShelterState
from app.shelters.policy import Statement


@dataclass(frozen=True)
class ShelterRow:
    """A shelter for lists: `state` holds the fields of its reports as they stand now."""

    id: UUID
    code: str
    name: dict[str, str]
    area: str
    area_name: dict[str, str]
    state: dict[str, Any]


def list_shelters(
    session: Session, *, scope: Scope, limit: int | None = None, after: str | None = None
) -> list[ShelterRow]:
    """Shelters in scope by code; `after` a code continues a list."""
    wanted = _shelters(scope).order_by(col(Shelter.code)).limit(limit)
    if after is not None:
        wanted = wanted.where(col(Shelter.code) > after)
    return [_row(shelter, area_name) for shelter, area_name in session.execute(wanted)]


def shelter_by_code(session: Session, *, scope: Scope, code: str) -> ShelterRow | None:
    found = session.execute(_shelters(scope).where(col(Shelter.code) == code)).one_or_none()
    return _row(*found) if found else None


def statements_of(session: Session, shelter_ids: Sequence[UUID]) -> dict[UUID, list[Statement]]:
    """Everything said of these shelters, by shelter, for `policy.state_of`."""
    wanted = select(
        col(ShelterState.shelter_id),
        col(ShelterState.occurred_at),
        col(ShelterState.report_id),
        col(ShelterState.fields),
    ).where(col(ShelterState.shelter_id).in_(shelter_ids))
    said: dict[UUID, list[Statement]] = defaultdict(list)
    for shelter_id, occurred_at, report_id, fields in session.execute(wanted):
        said[shelter_id].append((occurred_at, report_id, fields))
    return said


def _shelters(scope: Scope) -> Any:
    return (
        select(Shelter, col(Area.name))
        .join(Area, (col(Area.operation_id) == Shelter.operation_id) & (col(Area.code) == Shelter.area_code))
        .where(col(Shelter.operation_id) == scope.operation_id, in_scope(scope, col(Shelter.area_path)))
    )


def _row(shelter: Shelter, area_name: dict[str, str]) -> ShelterRow:
    return ShelterRow(
        id=shelter.id,
        code=shelter.code,
        name=shelter.state["name"],
        area=shelter.area_code,
        area_name=area_name,
        state=shelter.state,
    )
