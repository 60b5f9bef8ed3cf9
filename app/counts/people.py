"""People: what one count says, and the signed sum the fold is made of.

A count carries a best figure, a range, households and cells; any part may be absent. `People` is what
was said. `Tally` is what adds up: a plain vector with names, so that sums do not depend on order.
"""

from dataclasses import dataclass
from math import isqrt
from operator import add
from typing import NamedTuple, Self

from app.counts.scheme import Scheme


class Miscount(ValueError):
    """Figures that contradict each other. `code` and `part` name what and where, for the sender."""

    def __init__(self, code: str, part: str) -> None:
        super().__init__(f"{code} at {part}")
        self.code, self.part = code, part


@dataclass(frozen=True, slots=True)
class People:
    """One count as observed. Absent parts are None; cells, where given, are complete and sum to the total."""

    total: int | None = None
    low: int | None = None
    high: int | None = None
    households: int | None = None
    cells: tuple[int, ...] | None = None

    @classmethod
    def of(
        cls,
        scheme: Scheme,
        *,
        total: int | None = None,
        low: int | None = None,
        high: int | None = None,
        households: int | None = None,
        cells: dict[str, int] | None = None,
    ) -> Self:
        """Build from what was sent.

        A total above its cells puts the rest into `unknown:unknown`; cells without a total are their own
        total. Raises Miscount: `unknown_cell`, `cells_above_total`, `low_above_total`, `high_below_total`,
        `high_below_low`, `nobody` (no part given).
        """
        vector = None
        if cells is not None:
            for key in cells:
                if key not in scheme.positions:
                    raise Miscount("unknown_cell", f"cells.{key}")
            observed = sum(cells.values())
            total = observed if total is None else total
            if observed > total:
                raise Miscount("cells_above_total", "total")
            values = list(scheme.vector(cells))
            values[scheme.unknown] += total - observed
            vector = tuple(values)
        if total is None and low is None and high is None and households is None:
            raise Miscount("nobody", "total")
        if low is not None and total is not None and low > total:
            raise Miscount("low_above_total", "low")
        if high is not None and total is not None and high < total:
            raise Miscount("high_below_total", "high")
        if low is not None and high is not None and high < low:
            raise Miscount("high_below_low", "high")
        return cls(total, low, high, households, vector)

    def best(self, household_size: float) -> int | None:
        """The best figure: the total, or households times the operation's average size; None for a bare range."""
        if self.total is not None:
            return self.total
        if self.households is not None:
            return round(self.households * household_size)
        return None


class Tally(NamedTuple):
    """A signed sum of people with the uncertainty it gathered.

    Offsets below and above the best figure are kept as sums of squares (independent errors add in
    quadrature); `low_open` and `high_open` count parts without a bound on that side, `estimated` parts that were
    counted as households.
    """

    total: int = 0
    low_squares: int = 0
    high_squares: int = 0
    low_open: int = 0
    high_open: int = 0
    estimated: int = 0

    @classmethod
    def of(cls, people: People, *, household_size: float) -> Self:
        """What a count brings into a place. A bare best figure is taken as exact; with only one end of the
        range said, low is 0 and high is open; a range beside what the households come to is widened to hold it.
        ValueError without a best figure."""
        best = people.best(household_size)
        if best is None:
            raise ValueError("a range without a best figure cannot be added")
        estimated = int(people.total is None)
        if people.low is None and people.high is None:
            return cls(total=best, estimated=estimated)
        low = min(people.low or 0, best)
        above = 0 if people.high is None else max(0, people.high - best)
        return cls(best, (best - low) ** 2, above**2, 0, int(people.high is None), estimated)

    def __add__(self, other: "Tally") -> "Tally":  # type: ignore[override]  # a vector, which does not grow longer
        return Tally._make(map(add, self, other))

    def leaving(self) -> "Tally":
        """The same people going out: the best figure is taken away, the two sides of doubt change places."""
        return Tally(-self.total, self.high_squares, self.low_squares, self.high_open, self.low_open, self.estimated)

    def meets(self, other: "Tally") -> bool:
        """Whether there is a number both could be."""
        highs = [high for high in (self.high, other.high) if high is not None]
        return not highs or max(self.low, other.low) <= min(highs)

    @property
    def low(self) -> int:
        """Least number of people this may be; never below 0."""
        return 0 if self.low_open else max(0, self.total - _root(self.low_squares))

    @property
    def high(self) -> int | None:
        """Most people this may be; None where nothing bounds it."""
        return None if self.high_open else max(0, self.total + _root(self.high_squares))


def _root(squares: int) -> int:
    """Square root rounded up, so that a range is never drawn narrower than it is."""
    root = isqrt(squares)
    return root if root * root == squares else root + 1
