"""Figures as they are shown: never a number alone, but with its range, basis and age."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

Basis = Literal["counted", "at_least", "unknown"]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Shown:
    """People as shown: composed of both folds, never negative. `total` None where nothing is known at all."""

    total: int | None
    low: int | None
    high: int | None
    households: int | None
    cells: dict[str, int]


@dataclass(frozen=True)
class ShelterFigure:
    """One shelter now. `capacity` None: not known; `free` below zero: so many over. Names by language."""

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
    came: int
    left: int
    adjusted: int
    declared: int | None
    blocked: int | None
    capacity: int | None
    occupancy: float | None
    free: int | None


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


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of a list, and where the next part begins (None: that was all)."""

    items: list[Item]
    next: str | None
