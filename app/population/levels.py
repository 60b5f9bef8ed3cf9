"""The state of a place at the end of a day: facts of the day upon the level before it. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from operator import add
from typing import Any, NamedTuple

from app.counts.compose import Composition, compose
from app.counts.people import Tally
from app.places.schemas import Frame
from app.population.facts import NOBODY, NOWHERE, Anchor, Facts, Origins, settled
from app.population.schemas import Basis

Rules = Mapping[str, Any]

CONFLICT_WITHIN = timedelta(hours=48)  # two adopted headcounts so near that cannot both be true (ledger.md, 2)


class Level(NamedTuple):
    """What the folds hold of a place. Signed sums: they may go below zero; what is shown never does.

    `unaccompanied`: children of whom somebody said that nobody looks after them.
    `competing`: headcounts nobody followed and nobody decided on, of the day of the last adopted one or later.
    `discrepancy`: by how much that one found more people than the books had said (None: they had said nothing).
    `is_disputed`: it and the one before, brought up to date by what moved between, cannot both be true.
    """

    total: Tally
    cells: tuple[int, ...]
    households: int = 0
    unaccompanied: int = 0
    basis: Basis = "unknown"
    competing: int = 0
    counted_at: datetime | None = None
    counted_by: str | None = None
    composition_at: datetime | None = None
    is_decided: bool = False
    is_disputed: bool = False
    discrepancy: int | None = None
    origins: Origins = NOWHERE

    @classmethod
    def empty(cls, frame: Frame) -> "Level":
        """A place nothing was ever reported of: not zero people but an unknown number."""
        return cls(total=NOBODY, cells=(0,) * frame.scheme.size)

    def shown(self, frame: Frame) -> Composition:
        """The figure as people see it."""
        return compose(frame.scheme, cells=self.cells, total=self.total.total)

    @property
    def people(self) -> int:
        """The total of the figure as people see it, without its cells."""
        return max(0, self.total.total)

    def range(self, shown: int) -> tuple[int, int | None]:
        """Least and most people around the total shown; None: nothing bounds it, as in a place never counted."""
        high = self.total.high
        if high is None or self.basis != "counted":
            return min(self.total.low, shown), None
        return min(self.total.low, shown), max(high, shown)


class DayRow(NamedTuple):
    """One stored day of a place. Equal rows are equal in everything that follows from them."""

    day: date
    facts: Facts
    level: Level
    opening: int
    rules: Rules


class DayChange(NamedTuple):
    """What a walk found for one day: the row as stored and as it should be; None: no row."""

    day: date
    stored: DayRow | None
    derived: DayRow | None


Judge = Callable[[Rules, "Level", Facts, date], Rules]


def advance(before: Level, facts: Facts) -> Level:
    """The level after a day. An anchor replaces what was carried; otherwise the day's movements are added to it."""
    after = Level(
        total=facts.total if facts.counted else before.total + facts.total,
        cells=facts.cells if facts.composed_at else _plus(before.cells, facts.cells),
        households=facts.households if facts.households_counted else before.households + facts.households,
        unaccompanied=facts.unaccompanied + (0 if facts.unaccompanied_counted else before.unaccompanied),
        basis=_basis(before.basis, facts),
        competing=facts.competed + (0 if facts.counted else before.competing),
        counted_at=before.counted_at,
        counted_by=before.counted_by,
        composition_at=facts.composed_at or before.composition_at,
        is_decided=before.is_decided,
        is_disputed=before.is_disputed,
        discrepancy=before.discrepancy,
        origins=_together(before.origins, facts.origins),
    )
    return _counted(before, after, facts, facts.counted) if facts.counted else after


def _counted(before: Level, after: Level, facts: Facts, anchor: Anchor) -> Level:
    """What a headcount says of the books it found: by how much they were wrong, and whether it and the headcount they
    stood on can both be true."""
    books = facts.expected if facts.previous else before.total + facts.expected
    earlier = facts.previous or (
        Anchor(before.counted_at, before.counted_by, before.is_decided) if before.counted_at else None
    )
    difference = facts.taken.total - books.total
    is_near = earlier is not None and anchor.at - earlier.at <= CONFLICT_WITHIN
    is_settled = anchor.is_decided or (earlier is not None and earlier.is_decided)
    return after._replace(
        counted_at=anchor.at,
        counted_by=anchor.method,
        is_decided=anchor.is_decided,
        is_disputed=is_near and not is_settled and not facts.taken.meets(books),
        # Books that only ever said "at least" can be proved wrong by a lower number alone.
        discrepancy=difference if earlier or difference < 0 else None,
    )


def walk(
    *,
    before: DayRow | None,
    stored: Iterable[DayRow],
    fresh: Mapping[date, Facts | None],
    frame: Frame,
    judge: Judge,
) -> list[DayChange]:
    """Re-derive day rows from the first fresh day on, until one comes out as it was stored.

    `before` is the last row before the first fresh day, `stored` the rows from there on in order of days (read
    only as far as needed), `fresh` the new facts by day (None: nothing reported there any more). The last
    change may be an unchanged row: the areas need it to see what changed before it.
    """
    level = before.level if before else Level.empty(frame)
    rules: Rules = before.rules if before else {}
    last_fresh = max(fresh)
    changes: list[DayChange] = []
    for day, row in _merge(fresh, stored):
        facts = fresh.get(day, row.facts if row else None)
        derived = None
        if facts is not None:
            opening = level.people if level.basis != "unknown" else 0
            level = advance(level, facts)
            rules = judge(rules, level, facts, day)
            derived = DayRow(day, facts, level, opening, rules)
        changes.append(DayChange(day, row, derived))
        if day > last_fresh and row == derived:
            break
    return changes


def _merge(fresh: Mapping[date, Facts | None], stored: Iterable[DayRow]) -> Iterable[tuple[date, DayRow | None]]:
    """All days of both in order, each with its stored row."""
    waiting = sorted(fresh)
    for row in stored:
        while waiting and waiting[0] < row.day:
            yield waiting.pop(0), None
        if waiting and waiting[0] == row.day:
            waiting.pop(0)
        yield row.day, row
    for day in waiting:
        yield day, None


def _together(before: Origins, moved: Origins) -> Origins:
    if not moved:
        return before
    sums = dict(before)
    for code, people in moved.items():
        sums[code] = sums.get(code, 0) + people
    return settled(sums)


def _basis(before: Basis, facts: Facts) -> Basis:
    if facts.counted or before == "counted":
        return "counted"
    return "at_least" if facts.has_movements or before == "at_least" else "unknown"


def _plus(cells: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(add, cells, other))
