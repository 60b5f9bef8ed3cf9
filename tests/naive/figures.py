"""What the naive model answers with, and the arithmetic of one place."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from tests.naive.sums import CELLS, WEIGHTS, Cells, Report, best_of, has_best, is_adopted


@dataclass(frozen=True)
class Event:
    """What one report does at one place: `sign` +1 came, -1 left, 0 counted, None about the shelter, or a note.
    `other` is the place at the other end, `other_at` when those people stood there, `is_same_day` whether that was the
    same day."""

    at: datetime
    day: date
    sign: int | None
    report: Report
    adopt: bool | None = None
    other: str | None = None
    other_at: datetime | None = None
    is_same_day: bool = True

    @property
    def order(self) -> tuple[datetime, bool, int, UUID]:
        """Instant, headcounts before movements, evidence weight ascending, id."""
        weight = WEIGHTS.get(self.report.get("method") or "", 0)
        return (self.at, self.sign != 0, weight, UUID(self.report["id"]))

    @property
    def is_followed(self) -> bool:
        """A decision says so, or without one the evidence weight does; never without a best figure."""
        return has_best(self.report) and (is_adopted(self.report) if self.adopt is None else self.adopt)


@dataclass(frozen=True)
class Figure:
    """A place at the end of a day."""

    total: int
    low: int
    high: int | None
    cells: Cells
    shown: int
    shown_cells: Cells
    shortfall: int
    households: int
    basis: str
    competing: int
    counted_at: datetime | None
    counted_by: str | None
    composition_at: datetime | None
    is_disputed: bool
    discrepancy: int | None
    origins: dict[str, int]
    opening: int
    came: int
    left: int


@dataclass(frozen=True)
class AreaSum:
    """An area at the end of a day: what is shown of its places, added up."""

    people: int = 0
    low: int = 0
    high: int = 0
    unbounded: int = 0
    shortfall: int = 0
    counted: int = 0
    at_least: int = 0
    uncounted: int = 0
    estimated: int = 0
    households: int = 0
    cells: tuple[int, ...] = (0,) * len(CELLS)
    came: int = 0
    left: int = 0


def people_of(last: Event | None, after: list[Event]) -> int:
    return (best_of(last.report) if last else 0) + sum((event.sign or 0) * best_of(event.report) for event in after)


def _before_last(adopted: list[Event], moves: list[Event]) -> tuple[Event | None, list[Event]]:
    """What the books stood on just before the last adopted headcount."""
    earlier, after = since(adopted[:-1], moves)
    return earlier, [event for event in after if event.order < adopted[-1].order]


def discrepancy_of(adopted: list[Event], moves: list[Event]) -> int | None:
    """By how much the last adopted headcount found more than the books; books that said "at least" can only be found
    too high."""
    if not adopted:
        return None
    earlier, after = _before_last(adopted, moves)
    found = best_of(adopted[-1].report) - people_of(earlier, after)
    return found if earlier or found < 0 else None


def is_disputed(adopted: list[Event], moves: list[Event]) -> bool:
    """Two adopted headcounts within 48 h whose ranges do not meet, the earlier brought up to date; until someone has
    decided on one of them."""
    if len(adopted) < 2:
        return False
    earlier, last = adopted[-2:]
    if last.at - earlier.at > timedelta(hours=48) or last.adopt is not None or earlier.adopt is not None:
        return False
    after = _before_last(adopted, moves)[1]
    low, high = range_of(people_of(earlier, after), earlier, after)
    last_low, last_high = range_of(best_of(last.report), last, [])
    infinity = float("inf")
    return max(low, last_low) > min(infinity if high is None else high, infinity if last_high is None else last_high)


def since(anchors: list[Event], moves: list[Event]) -> tuple[Event | None, list[Event]]:
    """The last of the headcounts and the movements after it; without one, all movements."""
    if not anchors:
        return None, moves
    return anchors[-1], [event for event in moves if event.order > anchors[-1].order]


def range_of(total: int, last: Event | None, after: list[Event]) -> tuple[int, int | None]:
    """Offsets in quadrature, for people leaving with the two sides exchanged; an open side opens the sum."""
    below = above = 0
    is_bottomless = is_boundless = False
    for event in [last, *after] if last else after:
        people, best = event.report["people"], best_of(event.report)
        under = over = 0
        is_open = False
        if "low" in people or "high" in people:
            under = best - people.get("low", 0)
            is_open = "high" not in people
            over = 0 if is_open else people["high"] - best
        if event.sign == -1:
            below, above, is_bottomless = below + over**2, above + under**2, is_bottomless or is_open
        else:
            below, above, is_boundless = below + under**2, above + over**2, is_boundless or is_open
    low = 0 if is_bottomless else max(0, math.floor(total - math.sqrt(below)))
    return low, None if is_boundless else max(0, math.ceil(total + math.sqrt(above)))
