"""What places contribute to the areas above them. Pure.

Areas add what is shown of their places, so that parts and totals on any screen agree. A change is a vector:
people, low, high, places with no upper bound, shortfall, places counted, at least, uncounted, partly estimated,
households, then the cells of the scheme; behind them people who came into the area and who left it that day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import add, sub

from app.places.schemas import Frame
from app.population.levels import DayChange, DayRow

Vector = tuple[int, ...]
FIXED = 10  # numbers before the cells
FLOWS = 2  # and behind them
OPERATION = ""  # the code under which the whole operation is summed: the first level of every place


def size_of(frame: Frame) -> int:
    """Length of a change."""
    return FIXED + frame.scheme.size + FLOWS


def levels_of(area_path: Sequence[str]) -> tuple[str, ...]:
    """The sums a place at this path of areas is part of: the operation's, then those of its areas from the country
    down."""
    return (OPERATION, *area_path)


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
    estimated: int
    households: int
    cells: Vector
    came: int
    left: int

    @classmethod
    def of(cls, vector: Sequence[int]) -> "Sum":
        people, low, high, unbounded, shortfall, counted, at_least, uncounted, estimated, households, *rest = vector
        *cells, came, left = rest
        return cls(
            people,
            low,
            high,
            unbounded,
            shortfall,
            counted,
            at_least,
            uncounted,
            estimated,
            households,
            tuple(cells),
            came,
            left,
        )

    @property
    def vector(self) -> Vector:
        """As stored: the order of `of`."""
        return (
            self.people,
            self.low,
            self.high,
            self.unbounded,
            self.shortfall,
            self.counted,
            self.at_least,
            self.uncounted,
            self.estimated,
            self.households,
            *self.cells,
            self.came,
            self.left,
        )


def contribution(row: DayRow | None, frame: Frame) -> Vector:
    """What one place adds to the level of each area above it. An uncounted place adds itself to those not known, never
    a zero."""
    if row is None:
        return (0,) * (FIXED + frame.scheme.size)
    level = row.level
    if level.basis == "unknown":
        return (0, 0, 0, 0, 0, 0, 0, 1, 0, 0, *(0,) * frame.scheme.size)
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
        int(level.total.estimated > 0),
        max(0, level.households),
        *shown.cells,
    )


def differences(
    before: DayRow | None, changes: Iterable[DayChange], frame: Frame, area_path: Sequence[str]
) -> dict[tuple[str, date], Vector]:
    """By how much the daily changes of the areas above must be put right, by area and day; zeros left out: of each day
    by how much more than the day before what is stored differs from what is derived."""
    levels = levels_of(area_path)
    put_right: dict[tuple[str, date], Vector] = {}
    stored = derived = before
    gap = nothing = contribution(None, frame)
    for change in changes:
        stored, derived, gap_before = change.stored or stored, change.derived or derived, gap
        gap = nothing if derived == stored else _minus(contribution(derived, frame), contribution(stored, frame))
        wrong = _minus(gap, gap_before)
        crossed = _minus(_crossed(change.derived, levels), _crossed(change.stored, levels))
        is_wrong = any(wrong)
        for code, came, left in zip(levels, crossed, crossed[len(levels) :], strict=False):
            if is_wrong or came or left:
                put_right[code, change.day] = (*wrong, came, left)
    return put_right


def put_right(
    before: DayRow | None,
    changes: Sequence[DayChange],
    frame: Frame,
    *,
    summed_in: Sequence[str] | None,
    area_path: Sequence[str],
) -> dict[tuple[str, date], Vector]:
    """By how much the sums of areas must change. `summed_in`: the areas that hold what is stored (None: none yet).
    Where the place lies elsewhere now, all of it leaves those and comes into the others anew: the changes must be all
    there are."""
    if summed_in is None or tuple(summed_in) == tuple(area_path):
        return differences(before, changes, frame, area_path)
    leaving = [DayChange(change.day, change.stored, None) for change in changes if change.stored]
    coming = put_in([change.derived for change in changes if change.derived])
    return gather([differences(None, leaving, frame, summed_in), differences(None, coming, frame, area_path)])


def put_in(held: Iterable[DayRow]) -> list[DayChange]:
    """These rows, as if nothing had been stored before."""
    return [DayChange(row.day, None, row) for row in held]


def _crossed(row: DayRow | None, levels: Sequence[str]) -> Vector:
    """Who came into each level on the day of a row, then who left it."""
    return (0,) * (2 * len(levels)) if row is None else row.facts.crossed


def _minus(one: Vector, other: Vector) -> Vector:
    return tuple(map(sub, one, other)) if any(other) else one


def gather(parts: Iterable[Mapping[tuple[str, date], Vector]]) -> dict[tuple[str, date], Vector]:
    """Differences of many places, added up: area code and day → vector."""
    sums: dict[tuple[str, date], Vector] = {}
    for part in parts:
        add_in(sums, part)
    return sums


def add_in(sums: dict[tuple[str, date], Vector], part: Mapping[tuple[str, date], Vector]) -> None:
    """Add differences to what others come to."""
    for key, vector in part.items():
        held = sums.get(key)
        sums[key] = tuple(map(add, held, vector)) if held else vector
