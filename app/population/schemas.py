"""Figures as they are shown: never a number alone, but with its range, basis and age."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

Basis = Literal["counted", "at_least", "unknown"]
Item = TypeVar("Item")

SAFE_STEP = 10
"""Partners see totals rounded to this; fewer than this is 0 for them, since few people can be recognised."""


@dataclass(frozen=True)
class Shown:
    """People as shown: composed of both folds, never negative. `total` None where nothing is known at all.
    `is_estimated`: some were counted as households of an average size."""

    total: int | None
    low: int | None
    high: int | None
    households: int | None
    cells: dict[str, int]
    is_estimated: bool = False


@dataclass(frozen=True)
class ShelterFigure:
    """One shelter. `capacity` None: not known; `free` below zero: so many over; `effective` is what its scarcest
    resource is enough for, named by `binding`. `competing`: headcounts nobody followed or decided on;
    `is_disputed`: the last two that were followed cannot both be true. Names by language."""

    place_id: UUID
    shelter: str
    name: dict[str, str]
    area: str
    area_name: dict[str, str]
    status: str | None
    lat: float | None
    lon: float | None
    people: Shown
    basis: Basis
    shortfall: int
    counted_at: datetime | None
    method: str | None
    composition_at: datetime | None
    reported_at: datetime | None
    competing: int
    is_disputed: bool
    discrepancy: int | None
    before: int
    came: int
    left: int
    adjusted: int
    declared: int | None
    blocked: int | None
    effective: int | None
    binding: str | None
    capacity: int | None
    occupancy: float | None
    free: int | None


@dataclass(frozen=True)
class Room:
    """Where there is room, over all shelters in scope. Only counted, open shelters have free places; where nobody
    counted but more have arrived than there are places for, so many at least are over. `known`: of so many shelters any
    of this is known. `counted_at`: half of the counted figures are younger than this."""

    shelters: int
    known: int
    free: int
    with_room: int
    not_known: int
    over: int
    is_over_at_least: bool
    overfull: int
    nearly_full: int
    counted_at: datetime | None


@dataclass(frozen=True)
class AreaFigure:
    """One area with everything below it, or the whole operation (`area` None). Parts and totals agree."""

    area: str | None
    name: dict[str, str]
    level: int | None
    people: Shown
    basis: Basis
    shortfall: int
    counted: int
    at_least: int
    uncounted: int
    before: int
    came: int
    left: int
    adjusted: int

    def safe(self) -> "AreaFigure":
        """What partners may see of it, on every way: a rounded total and its basis, nothing to reckon back from."""
        total = self.people.total
        if total is not None:
            total = 0 if total < SAFE_STEP else (total + SAFE_STEP // 2) // SAFE_STEP * SAFE_STEP
        return replace(
            self,
            people=Shown(total, None, None, None, {}),
            shortfall=0,
            counted=0,
            at_least=0,
            uncounted=0,
            before=0,
            came=0,
            left=0,
            adjusted=0,
        )


@dataclass(frozen=True)
class DayFigure:
    """A shelter, an area or the operation at the end of one day. Always: before + came - left + adjusted = after.
    `found`: what the day's last adopted headcount of a shelter said, `discrepancy` more than the books."""

    day: date
    people: Shown
    basis: Basis
    shortfall: int
    before: int
    came: int
    left: int
    adjusted: int
    uncounted: int = 0
    counted_at: datetime | None = None
    method: str | None = None
    discrepancy: int | None = None
    is_disputed: bool = False
    competing: int = 0
    found: int | None = None


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of a list, and where the next part begins (None: that was all)."""

    items: list[Item]
    next: str | None
