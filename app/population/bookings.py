"""Where what is said of a place is booked, and where groups have their homes: now, or as known on an earlier day.

Two shelters that turned out to be one are booked at the one that is kept; a corrected report may have put a shelter
into another area or given a group another home. The fold asks for the present; a question about the past asks for
what had been recorded by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.groups.queries import homes_of
from app.ledger.queries import same_places, standing
from app.places import queries as places
from app.places.schemas import Booking

_PRESENT = text("""
  SELECT places.id, kept.id AS kept_id, kept.area_path, coalesce(shelters.is_void, false) AS is_void FROM places
  JOIN places AS kept ON kept.id = places.kept_id LEFT JOIN shelters ON shelters.id = kept.id
  WHERE places.id = ANY(:places)
""")
# Where a shelter lies says the last version of its report; taken back, it lies where it was.
_SHELTERS_KNOWN = text(f"""
  SELECT DISTINCT ON (reports.place_id) reports.place_id, areas.path, NOT ({standing(known_on=True)}) AS is_void
  FROM reports JOIN areas ON areas.operation_id = reports.operation_id
    AND areas.code = coalesce(reports.area_code, reports.content ->> 'area')
  WHERE (reports.id = ANY(:places) OR reports.version_of = ANY(:places)) AND reports.kind = 'shelter'
    AND reports.recorded_at <= :known_on
  ORDER BY reports.place_id, reports.recorded_at DESC
""")
_AREAS = text("SELECT id, area_path FROM places WHERE id = ANY(:places) AND kind = 'area'")


class Bookings(Protocol):
    """What the fold must know of places beyond the reports at them."""

    @property
    def known_on(self) -> datetime | None:
        """None: everything recorded."""
        ...

    def members(self, session: Session, kept: Sequence[UUID]) -> Mapping[UUID, UUID]:
        """Every place whose reports are booked at one of these, with that one."""
        ...

    def of(self, session: Session, place_ids: Iterable[UUID]) -> Mapping[UUID, Booking]:
        """Where these are booked; one that did not exist yet is left out."""
        ...

    def homes(self, session: Session, group_ids: Iterable[UUID]) -> Mapping[UUID, str | None]:
        """Home areas of groups."""
        ...


class Present:
    """As it is known now: read in the statement that asks, so that it is never older than what was asked before."""

    known_on = None

    def members(self, session: Session, kept: Sequence[UUID]) -> Mapping[UUID, UUID]:
        return places.members_of(session, kept)

    def of(self, session: Session, place_ids: Iterable[UUID]) -> Mapping[UUID, Booking]:
        wanted = list(place_ids)
        rows = session.execute(_PRESENT, {"places": wanted}) if wanted else ()
        return {row.id: Booking(row.kept_id, tuple(row.area_path), row.is_void) for row in rows}

    def homes(self, session: Session, group_ids: Iterable[UUID]) -> Mapping[UUID, str | None]:
        wanted = list(group_ids)
        return homes_of(session, wanted) if wanted else {}


PRESENT: Bookings = Present()


@dataclass(frozen=True)
class Known:
    """As had been recorded in an operation by `known_on`. `same`: which shelters were known to be another."""

    known_on: datetime
    same: Mapping[UUID, UUID]

    @classmethod
    def by(cls, session: Session, operation_id: UUID, known_on: datetime) -> "Known":
        return cls(known_on, same_places(session, operation_id, known_on=known_on))

    def members(self, session: Session, kept: Sequence[UUID]) -> Mapping[UUID, UUID]:
        wanted = set(kept)
        own = {place: place for place in wanted if place not in self.same}
        return own | {other: keep for other, keep in self.same.items() if keep in wanted}

    def of(self, session: Session, place_ids: Iterable[UUID]) -> Mapping[UUID, Booking]:
        kept = {place: self.same.get(place, place) for place in place_ids}
        if not kept:
            return {}
        lie = self._lie(session, set(kept.values()))
        return {place: lie[kept_id] for place, kept_id in kept.items() if kept_id in lie}

    def homes(self, session: Session, group_ids: Iterable[UUID]) -> Mapping[UUID, str | None]:
        wanted = list(group_ids)
        return homes_of(session, wanted, known_on=self.known_on) if wanted else {}

    def _lie(self, session: Session, place_ids: set[UUID]) -> dict[UUID, Booking]:
        asked = {"places": sorted(place_ids), "known_on": self.known_on}
        shelters = session.execute(_SHELTERS_KNOWN, asked)
        found = {row.place_id: Booking(row.place_id, tuple(row.path), row.is_void) for row in shelters}
        return found | {row.id: Booking(row.id, tuple(row.area_path)) for row in session.execute(_AREAS, asked)}
