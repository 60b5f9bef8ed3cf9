"""The facts of one place on one day, out of that day's reports alone. Pure.

A fold follows the headcounts that anchor it and adds what moved since. There are four, alike but for what
they add up: the total (people and their doubt), the cells (sex and age), the households, and children of whom somebody
said that nobody looks after them. A headcount of
heads alone anchors the total and leaves what was known of sex and age. Where people have their homes is added up
from movements alone: no headcount says it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from operator import add, sub
from typing import NamedTuple
from uuid import UUID

from app.counts.people import People, Tally
from app.places.schemas import Frame

Origins = Mapping[str, int]  # people by the code of their home area; zeros left out

NOBODY = Tally()
NOWHERE: Origins = {}


# People who moved; how many of the place's levels (the operation, then its areas from the country down) also hold the
# other end, reached on the same day: there nobody crossed a border; and their home area.
Moved = tuple[int, int, str | None]


class Event(NamedTuple):
    """One report as it concerns one place, or movements that went the same way with nobody counting in between.
    `direction`: +1 people enter, -1 they leave, 0 they were counted, None nothing was said of people: the shelter was
    described, or (`is_note`) somebody looked and did not count.

    `id` is that of the report's first version, so that a correction does not change its place in the order.
    `decided`: what a coordinator decided of a headcount, None: nothing. `shared`, `origin`: as in `Moved`; of several
    movements `moved` has each by itself instead, and `unobserved` are those of all whose sex and age nobody saw, so
    that the cells are those of the others. `arrives_at`: when those who leave stand at the other end.
    """

    id: UUID
    stands_at: datetime
    occurred_at: datetime
    direction: int | None
    people: People
    method: str | None = None
    decided: bool | None = None
    shared: int = 0
    arrives_at: datetime | None = None
    origin: str | None = None
    is_note: bool = False
    version: UUID | None = None
    moved: Sequence[Moved] = ()
    unobserved: int = 0
    unaccompanied: int | None = None


class Anchor(NamedTuple):
    """The headcount a fold stands on. `is_decided`: a coordinator adopted it."""

    at: datetime
    method: str | None
    is_decided: bool = False


class Facts(NamedTuple):
    """What a day's reports come to. Each amount is the anchor plus what moved after it where there is an
    anchor, else what moved that day; `came` and `left` are all people who entered and left that day, `crossed` those
    who crossed the border of each level: those who came, then those who left. Of the day's last report
    (`reported_at`) and of the last that was followed (`changed_at`; None: figures only competed).

    `taken` is the last adopted headcount itself; `expected` what the books had said just before it: since an earlier
    headcount of the day (`previous`), else only what had moved by then, to be added to the day before.
    """

    came: int
    left: int
    crossed: tuple[int, ...]
    competed: int
    has_movements: bool
    counted: Anchor | None
    total: Tally
    taken: Tally
    expected: Tally
    previous: Anchor | None
    composed_at: datetime | None
    cells: tuple[int, ...]
    households_counted: bool
    households: int
    unaccompanied_counted: bool
    unaccompanied: int
    origins: Origins
    changed_at: datetime | None
    reported_at: datetime


class _Day:
    """The facts of a day while its reports are gone through in their order."""

    def __init__(self, frame: Frame, levels: int, until: datetime | None) -> None:
        self.frame, self.levels, self.until = frame, levels, until
        self.came = [0] * (levels + 1)  # by how many levels hold both ends
        self.left = [0] * (levels + 1)
        self.all_came = self.all_left = self.competed = self.households = self.unaccompanied = 0
        self.has_movements = self.households_counted = self.unaccompanied_counted = False
        self.counted: Anchor | None = None
        self.previous: Anchor | None = None
        self.total = self.taken = self.expected = NOBODY
        self.composed_at: datetime | None = None
        self.cells: Sequence[int] = (0,) * frame.scheme.size
        self.origins: dict[str, int] = {}
        self.changed_at: datetime | None = None

    def move(self, event: Event, direction: int) -> None:
        moved = Tally.of(event.people, household_size=self.frame.settings.household_size)
        self.has_movements = True
        if direction > 0:
            self.all_came += moved.total
            self.total += moved
        else:
            self.all_left += moved.total
            self.total += moved.leaving()
        is_on_the_way = self.until is not None and event.arrives_at is not None and event.arrives_at > self.until
        crossed = self.came if direction > 0 else self.left
        for people, shared, origin in event.moved or ((moved.total, event.shared, event.origin),):
            crossed[0 if is_on_the_way else min(shared, self.levels)] += people
            if origin is not None:
                self.origins[origin] = self.origins.get(origin, 0) + direction * people
        self.cells = list(map(add if direction > 0 else sub, self.cells, cells_of(event, self.frame)))
        self.households += (event.people.households or 0) * direction
        self.unaccompanied += (event.unaccompanied or 0) * direction

    def crossed(self) -> tuple[int, ...]:
        """Of each level who came into it, then who left it: those for whom fewer levels hold both ends."""
        return (*accumulate(self.came[: self.levels]), *accumulate(self.left[: self.levels]))

    def count(self, event: Event) -> None:
        self.expected, self.previous = self.total, self.counted
        self.counted = Anchor(event.stands_at, event.method, event.decided is True)
        self.total = self.taken = Tally.of(event.people, household_size=self.frame.settings.household_size)
        if event.people.cells is not None:
            self.composed_at, self.cells = event.stands_at, event.people.cells
        if event.people.households is not None:
            self.households_counted, self.households = True, event.people.households
        if event.unaccompanied is not None:
            self.unaccompanied_counted, self.unaccompanied = True, event.unaccompanied

    def take(self, event: Event) -> None:
        if event.direction == 0 and not is_adopted(event, self.frame):
            self.competed += event.decided is None
            return
        if event.is_note:
            return
        self.changed_at = event.stands_at
        if event.direction:
            self.move(event, event.direction)
        elif event.direction == 0:
            self.count(event)


def facts_of(events: Iterable[Event], frame: Frame, levels: int = 1, *, until: datetime | None = None) -> Facts | None:
    """Facts of one place and day; None where nothing was reported. Does not depend on the order given.

    `levels`: how many sums the place is part of, the operation and each of its areas. `until`: the day as it stood at
    a moment; who had left by then and arrived later is on the way and has left every level.
    """
    ordered = [event for event in events if until is None or event.stands_at <= until]
    if len(ordered) > 1:
        ordered.sort(key=lambda event: order_of(event, frame))
    if not ordered:
        return None
    day = _Day(frame, levels, until)
    for event in ordered:
        day.take(event)
    return Facts(
        came=day.all_came,
        left=day.all_left,
        crossed=day.crossed(),
        competed=day.competed,
        has_movements=day.has_movements,
        counted=day.counted,
        total=day.total,
        taken=day.taken,
        expected=day.expected,
        previous=day.previous,
        composed_at=day.composed_at,
        cells=tuple(day.cells),
        households_counted=day.households_counted,
        households=day.households,
        unaccompanied_counted=day.unaccompanied_counted,
        unaccompanied=day.unaccompanied,
        origins=settled(day.origins),
        changed_at=day.changed_at,
        reported_at=ordered[-1].stands_at,
    )


def is_adopted(event: Event, frame: Frame) -> bool:
    """Whether a headcount is followed: it has a best figure, and a coordinator adopted it or, where none decided, its
    method weighs enough. The rest compete until somebody decides."""
    if event.people.best(frame.settings.household_size) is None:
        return False
    if event.decided is not None:
        return event.decided
    return frame.weight_of(event.method) >= frame.settings.adopt_from


def cells_of(event: Event, frame: Frame) -> Sequence[int]:
    """Cells of people who moved; whoever was not observed is of unknown sex and age."""
    people = event.people
    if people.cells is not None and not event.unobserved:
        return people.cells
    cells = list(people.cells or (0,) * frame.scheme.size)
    cells[frame.scheme.unknown] += event.unobserved or people.best(frame.settings.household_size) or 0
    return cells


def settled(origins: Mapping[str, int]) -> Origins:
    """Homes by code, those that come to nobody left out."""
    return origins if all(origins.values()) else {code: people for code, people in origins.items() if people}


def order_of(event: Event, frame: Frame) -> tuple[datetime, bool, int, UUID]:
    """Instant, headcounts before movements, the weightier headcount last: never the order of taking."""
    return (event.stands_at, event.direction != 0, frame.weight_of(event.method), event.id)
