"""Movements as they stand, with everything they are compared by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.core.db import by_name
from app.counts.people import People
from app.duplicates.policy import End, Position, Told

_MOVEMENTS = text("""
  SELECT reports.id, coalesce(version_of, reports.id) AS first_id, occurred_at, left_at, recorded_at,
    CASE WHEN told_at IS NULL THEN recorded_at ELSE told_at END AS told_at, stands_at,
    left_stands_at, day, left_day, place_id, from_place_id, group_id, total, low, high, households, cells, method,
    reporter_id, device, users.email AS reporter, groups.code AS group_code, groups.state ->> 'label' AS label,
    coalesce(groups.origin, reports.origin) AS home, areas.path AS home_path, areas.name AS home_name,
    coalesce(content -> 'replacement', content) ->> 'precision' IN ('day', 'about') AS is_day_dated,
    coalesce(content -> 'replacement', content) ->> 'note' AS note,
    coalesce(content -> 'replacement', content) ->> 'seen' AS seen
  FROM reports JOIN users ON users.id = reporter_id
  LEFT JOIN LATERAL (SELECT recorded_at AS told_at FROM reports AS first WHERE first.id = reports.version_of) AS first
    ON true
  LEFT JOIN groups ON groups.id = group_id
  LEFT JOIN areas ON areas.operation_id = reports.operation_id
    AND areas.code = coalesce(groups.origin, reports.origin)
  WHERE reports.id = ANY(:ids) ORDER BY recorded_at DESC, reports.id DESC
""")
_PLACES = text("""
  SELECT places.id AS member_id, kept.id, kept.area_code, kept.area_path, shelters.code, shelters.state,
    areas.name AS area_name
  FROM places JOIN places AS kept ON kept.id = places.kept_id LEFT JOIN shelters ON shelters.id = kept.id
  JOIN areas ON areas.operation_id = kept.operation_id AND areas.code = kept.area_code
  WHERE places.id = ANY(:places)
""")


@dataclass(frozen=True)
class Place:
    """A place as it is booked. `shelter` None: in the area, outside any shelter; `area` None too: outside the reader's
    areas, where it is told by its name alone."""

    end: End
    shelter: str | None
    area: str | None
    name: dict[str, str]


@dataclass(frozen=True)
class Movement:
    """One movement by the version that counts. `first_id` is by what others speak of it, `told_at` when that was told;
    `home` the code of an area."""

    id: UUID
    first_id: UUID
    told: Told
    recorded_at: datetime
    told_at: datetime
    day: date
    left_day: date
    to: Place | None
    source: Place | None
    group_code: str | None
    home: str | None
    home_name: dict[str, str] | None
    method: str | None
    note: str | None
    reporter: str

    @property
    def at(self) -> datetime:
        """When they came, or left for elsewhere."""
        return self.told.came_at if self.to is not None else self.told.left_at


def movements(session: Session, ids: Collection[UUID], scope: Scope) -> list[Movement]:
    """These versions as a reader of this scope may know them, the latest recorded first."""
    rows = by_name(session.execute(_MOVEMENTS, {"ids": list(ids)})) if ids else []
    ends = {end for row in rows for end in (row.place_id, row.from_place_id) if end is not None}
    places = {id_: _as_read(place, scope) for id_, place in places_of(session, ends).items()}
    return [_movement(row, places) for row in rows]


def places_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Place]:
    """These places by their own ids, each as what it is booked as."""
    rows = session.execute(_PLACES, {"places": list(ids)}) if ids else ()
    return {row.member_id: place_of(row) for row in rows}


def _as_read(place: Place, scope: Scope) -> Place:
    return place if scope.holds(place.end.area_path) else replace(place, shelter=None, area=None)


def place_of(row: Any) -> Place:
    state: Mapping[str, Any] = row.state or {}
    names: dict[str, str] = state.get("name") or row.area_name
    lat, lon = state.get("lat"), state.get("lon")
    position = None if lat is None or lon is None else Position(lat, lon)
    called = (*names.values(), *(state.get("aliases") or ()))
    return Place(End(row.id, called, tuple(row.area_path), position), row.code, row.area_code, names)


def _movement(row: Any, places: Mapping[UUID, Place]) -> Movement:
    to, source = places.get(row.place_id), places.get(row.from_place_id)
    told = Told(
        came_at=row.stands_at if row.is_day_dated else row.occurred_at,
        left_at=row.left_stands_at if row.is_day_dated else row.left_at,
        people=People(row.total, row.low, row.high, row.households, None if row.cells is None else tuple(row.cells)),
        to=to.end if to else None,
        from_=source.end if source else None,
        is_day_dated=bool(row.is_day_dated),
        group=row.group_id,
        label=row.label,
        home=tuple(row.home_path or ()),
        by=(row.reporter_id, row.device),
        seen=row.seen,
    )
    return Movement(
        id=row.id,
        first_id=row.first_id,
        told=told,
        recorded_at=row.recorded_at,
        told_at=row.told_at,
        day=row.day,
        left_day=row.left_day,
        to=to,
        source=source,
        group_code=row.group_code,
        home=row.home,
        home_name=row.home_name,
        method=row.method,
        note=row.note,
        reporter=row.reporter,
    )
