"""From stored numbers to figures as people see them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.places.schemas import Frame
from app.population.areas import Sum
from app.population.levels import DayRow
from app.population.schemas import Basis, Shown
from app.shelters.policy import places_for_people

NOBODY_SAID = Shown(None, None, None, None, {}, is_estimated=False)


@dataclass(frozen=True)
class DayOf:
    """What one day did to a place: people before it, who came and who left, and what else changed the figure."""

    before: int
    came: int
    left: int
    adjusted: int


def people_of(row: DayRow | None, frame: Frame) -> tuple[Shown, Basis, int]:
    """People of a place as shown, the basis, and the shortfall of the books."""
    if row is None or row.level.basis == "unknown":
        return NOBODY_SAID, "unknown", 0
    level = row.level
    composed = level.shown(frame)
    low, high = level.range(composed.total)
    shown = Shown(
        total=composed.total,
        low=low,
        high=high,
        households=level.households if level.households > 0 else None,
        cells=frame.scheme.named(composed.cells),
        is_estimated=level.total.estimated > 0,
    )
    return shown, level.basis, composed.shortfall


def day_of(row: DayRow, frame: Frame) -> DayOf:
    """Always: before + came - left + adjusted = after."""
    after = row.level.shown(frame).total if row.level.basis != "unknown" else 0
    came, left = row.facts.came, row.facts.left
    return DayOf(row.opening, came, left, after - row.opening - came + left)


def people_in(total: Sum, frame: Frame) -> tuple[Shown, Basis]:
    """People of an area as shown, and the basis: at least, where one of its places is uncounted."""
    if total.counted + total.at_least == 0:
        return NOBODY_SAID, "unknown"
    shown = Shown(
        total=total.people,
        low=total.low,
        high=None if total.unbounded or total.uncounted else total.high,
        households=total.households or None,
        cells=frame.scheme.named(total.cells),
        is_estimated=total.estimated > 0,
    )
    return shown, "at_least" if total.at_least or total.uncounted else "counted"


def free_places(state: Mapping[str, Any], people: int | None, basis: Basis) -> int | None:
    """Places left, below zero: so many over. A place nobody counted is never free, though it may be over."""
    places = places_for_people(state)
    if places is None or people is None or (basis != "counted" and people < places):
        return None
    return places - people


def added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]
