"""Answers of planning."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Nearby:
    """A shelter with free places, seen from somewhere. `km` in a straight line; `counted_at` is when people there
    were last counted, `method` how; `access` None: nobody said;
    `admission` is the rule of the site in its own words, where it has one."""

    place_id: UUID
    shelter: str
    name: dict[str, str]
    area_name: dict[str, str]
    km: float
    free: int
    counted_at: datetime | None
    method: str | None
    access: str | None
    admission: str | None


@dataclass(frozen=True)
class Arriving:
    """Who comes to a shelter that has no place for them: how many, and of which cells as far as that is known."""

    people: int
    cells: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Room:
    """A shelter with free places for who comes to another. `tier` 0: both positions are known; 1: it lies in the same
    area; 2: in the one above that. `km` whole, between places as everybody may know them; None without positions."""

    shelter: str
    name: dict[str, str]
    free: int
    counted_at: datetime
    tier: int
    km: int | None


@dataclass(frozen=True)
class Filling:
    """In about so many days a shelter will be full, and in so many at the soonest; None: not within sight."""

    days: int | None
    soonest: int | None
