"""Reading shelters."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import in_scope
from app.core.statements import Statement, state_of
from app.places.models import Area, Place
from app.places.queries import areas_of, members_of
from app.shelters.models import Shelter, ShelterState
from app.shelters.policy import NAMES, renamed


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
    session: Session,
    *,
    scope: Scope,
    limit: int | None = None,
    after: str | None = None,
    as_of: datetime | None = None,
) -> list[ShelterRow]:
    """Shelters in scope by code, those left out that turned out to be another or were taken back; `after` a code
    continues a list. `as_of`: as they were described at a moment."""
    wanted = _shelters(scope).order_by(col(Shelter.code)).limit(limit)
    if after is not None:
        wanted = wanted.where(col(Shelter.code) > after)
    return _rows(session, session.execute(wanted).all(), as_of)


def areas_with_shelters(session: Session, *, scope: Scope) -> list[Area]:
    """Areas in scope that hold a shelter, each after the one it lies in."""
    holds_some = exists().where(
        col(Shelter.operation_id) == col(Area.operation_id), col(Shelter.area_code) == col(Area.code)
    )
    paths = session.scalars(select(col(Area.path)).where(col(Area.operation_id) == scope.operation_id, holds_some))
    held = areas_of(session, scope.operation_id, sorted({code for path in paths if scope.holds(path) for code in path}))
    return sorted((area for area in held.values() if scope.holds(area.path)), key=lambda area: area.path)


def names_outside(session: Session, *, scope: Scope) -> list[tuple[str, dict[str, str]]]:
    """Code and names of the shelters outside a scope, other names they go by among these, in the order of codes."""
    found = session.execute(
        select(col(Shelter.code), col(Shelter.state))
        .join(Place, col(Place.id) == col(Shelter.id))
        .where(col(Shelter.operation_id) == scope.operation_id, ~in_scope(scope, col(Shelter.area_path)))
        .where(col(Place.same_as).is_(None), ~col(Shelter.is_void))
        .order_by(col(Shelter.code))
    )
    return [
        (code, state["name"] | {f"alias {number}": alias for number, alias in enumerate(state.get("aliases") or ())})
        for code, state in found
    ]


def shelter_by_code(session: Session, *, scope: Scope, code: str, as_of: datetime | None = None) -> ShelterRow | None:
    """The shelter with this code; of one that turned out to be another, that other."""
    named = select(col(Place.kept_id)).where(
        col(Place.id) == col(Shelter.id), col(Shelter.code) == code, col(Shelter.operation_id) == scope.operation_id
    )
    found = session.execute(_shelters(scope).where(col(Shelter.id).in_(named.correlate(None)))).all()
    rows = _rows(session, found, as_of)
    return rows[0] if rows else None


def statements_of(session: Session, shelter_ids: Sequence[UUID]) -> dict[UUID, list[Statement]]:
    """Everything said of each of these shelters, under whatever code, for `state_of`."""
    return statements_under(session, members_of(session, shelter_ids))


def statements_under(
    session: Session, members: Mapping[UUID, UUID], *, known_on: datetime | None = None
) -> dict[UUID, list[Statement]]:
    """Everything said under these codes of the shelter each is booked as; what was said of another that turned out to
    be it keeps its name to itself. `known_on`: as had been recorded by then."""
    wanted = select(
        col(ShelterState.shelter_id),
        col(ShelterState.occurred_at),
        col(ShelterState.first_id),
        col(ShelterState.fields),
    ).where(col(ShelterState.shelter_id).in_(list(members)))
    if known_on is None:
        wanted = wanted.where(col(ShelterState.replaced_at).is_(None))
    else:
        replaced_later = col(ShelterState.replaced_at).is_(None) | (col(ShelterState.replaced_at) > known_on)
        wanted = wanted.where(col(ShelterState.recorded_at) <= known_on, replaced_later)
    said: dict[UUID, list[Statement]] = defaultdict(list)
    for shelter_id, occurred_at, first_id, fields in session.execute(wanted):
        kept_id = members[shelter_id]
        own = {name: value for name, value in fields.items() if kept_id == shelter_id or name not in NAMES}
        said[kept_id].append((occurred_at, first_id, own))
    return said


def states_of(session: Session, shelter_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What everything said of these shelters comes to now, those left out of which nothing is said any more."""
    said = statements_of(session, shelter_ids)
    others: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    booked = (
        select(col(Place.same_as), col(Shelter.state))
        .join(Place, col(Place.id) == col(Shelter.id))
        .where(col(Place.same_as).in_(shelter_ids))
        .order_by(col(Shelter.code))
    )
    for kept_id, state in session.execute(booked):
        others[kept_id].append(state)
    states = {id_: renamed(state_of(said.get(id_, ())), others[id_]) for id_ in shelter_ids}
    return {id_: state for id_, state in states.items() if state}


def _shelters(scope: Scope) -> Any:
    return (
        select(
            col(Shelter.id),
            col(Shelter.code),
            col(Shelter.area_code),
            col(Shelter.state),
            col(Area.name).label("area_name"),
        )
        .join(Area, (col(Area.operation_id) == Shelter.operation_id) & (col(Area.code) == Shelter.area_code))
        .join(Place, col(Place.id) == col(Shelter.id))
        .where(col(Shelter.operation_id) == scope.operation_id, in_scope(scope, col(Shelter.area_path)))
        .where(col(Place.same_as).is_(None), ~col(Shelter.is_void))
    )


def _rows(session: Session, found: Sequence[Any], as_of: datetime | None) -> list[ShelterRow]:
    said = statements_of(session, [shelter.id for shelter in found]) if as_of is not None else {}
    states = {
        shelter.id: shelter.state
        if as_of is None
        else {"name": shelter.state["name"], **state_of(said.get(shelter.id, ()), until=as_of)}
        for shelter in found
    }
    return [
        ShelterRow(
            id=shelter.id,
            code=shelter.code,
            name=states[shelter.id]["name"],
            area=shelter.area_code,
            area_name=shelter.area_name,
            state=states[shelter.id],
        )
        for shelter in found
    ]
