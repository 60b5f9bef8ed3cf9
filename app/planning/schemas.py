"""Answers of planning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.counts.people import Tally
from app.population.levels import Level
from app.population.schemas import Basis


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


@dataclass(frozen=True)
class Asking:
    """Who looks for a place tonight: how many; of which cells, which add up to them; how many in wheelchairs; whether
    somebody needs a health post. `by_places`: for one night only places count, not toilets and water."""

    people: int
    cells: Mapping[str, int]
    wheelchairs: int = 0
    needs_health_post: bool = False
    by_places: bool = False


@dataclass(frozen=True)
class Reach:
    """From where, how far is too far, and since when a count still tells of now."""

    lat: float
    lon: float
    within_km: int
    counted_since: datetime


@dataclass(frozen=True)
class Site:
    """A shelter people might go to. `people` None: nothing is known; `at_least`: so many at the least. `is_disputed`:
    its last two counts cannot both be true. `stored` is the Tally behind `people`."""

    shelter: str
    area: str
    state: Mapping[str, Any]
    people: int | None
    basis: Basis
    counted_at: datetime | None
    method: str | None
    is_disputed: bool = False
    stored: Sequence[Any] | None = None

    @property
    def range(self) -> tuple[int, int | None] | None:
        """Least and most people who may be there; None: nothing is known."""
        if self.people is None or self.stored is None:
            return None
        return Level(total=Tally._make(map(int, self.stored)), cells=(), basis=self.basis).range(self.people)


@dataclass(frozen=True)
class Reason:
    """Why a shelter is not offered: a code of `policy.REFUSALS` or `policy.DOUBTS`, and what there is to say of it."""

    code: str
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Placing:
    """A shelter as an answer. `enough`: for how many in all, by its scarcest `resource`; `room`: for how many more by
    the last count, below zero: so many over. Either None: not known. `km` None: its position is not known."""

    site: Site
    km: int | None
    resource: str | None
    enough: int | None
    room: int | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Part:
    """So many of the people to one shelter."""

    to: Placing
    people: int


@dataclass(frozen=True)
class Placement:
    """Every shelter once: offered, not sure (somebody must ask), or refused. `parts`: how they can be split where no
    shelter has room for all; `without`: for so many of them nothing is offered."""

    offered: list[Placing]
    unsure: list[Placing]
    refused: list[Placing]
    parts: list[Part]
    without: int
