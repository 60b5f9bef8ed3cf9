"""What places contribute to the areas above them. Pure.

Areas add what is shown of their places, so that parts and totals on any screen agree. A contribution is a
vector: people, low, high, places with no upper bound, shortfall, places counted, at least, uncounted,
households, then the cells of the scheme.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.places.schemas import Frame
from app.population.levels import DayChange, DayRow

Vector = tuple[int, ...]
FIXED = 9  # numbers before the cells


@dataclass(frozen=True, slots=True)
class Sum:
    """A vector by its names."""

    people: int
    low: int
    high: int
    unbounded: int
    shortfall: int
    counted: int
    at_least: int
    uncounted: int
    households: int
    cells: Vector

    @classmethod
    def of(cls, vector: Sequence[int]) -> "Sum":
        people, low, high, unbounded, shortfall, counted, at_least, uncounted, households, *cells = vector
        return cls(
            people, low, high, unbounded, shortfall, counted, at_least, uncounted, households, cells=tuple(cells)
        )


def contribution(row: DayRow | None, frame: Frame) -> Vector:
    """What one place adds to each area above it. An uncounted place adds itself to those not known, never a zero."""
    if row is None:
        return (0,) * (FIXED + frame.scheme.size)
    level = row.level
    if level.basis == "unknown":
        return (0, 0, 0, 0, 0, 0, 0, 1, 0, *(0,) * frame.scheme.size)
    shown = level.shown(frame)
    low, high = level.range(shown.total)
    return (
        shown.total,
        low,
        shown.total if high is None else high,
        int(high is None),
        shown.shortfall,
        int(level.basis == "counted"),
        int(level.basis == "at_least"),
        0,
        max(0, level.households),
        *shown.cells,
    )


def differences(before: DayRow | None, changes: Iterable[DayChange], frame: Frame) -> dict[date, Vector]:
    """By how much the daily changes of the areas above must be put right, by day; zeros left out."""
    put_right: dict[date, Vector] = {}
    stored_before = derived_before = contribution(before, frame)
    for change in changes:
        stored = contribution(change.stored, frame) if change.stored else stored_before
        derived = contribution(change.derived, frame) if change.derived else derived_before
        wrong = tuple(
            (new - new_before) - (old - old_before)
            for new, new_before, old, old_before in zip(derived, derived_before, stored, stored_before, strict=True)
        )
        if any(wrong):
            put_right[change.day] = wrong
        stored_before, derived_before = stored, derived
    return put_right


def gather(parts: Iterable[tuple[Sequence[str], dict[date, Vector]]]) -> dict[tuple[str, date], Vector]:
    """Differences of many places, added up for every area above each: area code and day → vector."""
    sums: dict[tuple[str, date], Vector] = defaultdict(tuple)
    for path, by_day in parts:
        for day, vector in by_day.items():
            for code in path:
                held = sums[code, day]
                sums[code, day] = tuple(map(sum, zip(held, vector, strict=True))) if held else vector
    return dict(sums)
