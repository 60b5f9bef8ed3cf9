"""The facts of one place on one day, out of that day's reports alone. Pure.

A fold follows the headcounts that anchor it and adds what moved since. There are three, alike but for what
they add up: the total (people and their doubt), the cells (sex and age), the households. A headcount of
heads alone anchors the total and leaves what was known of sex and age.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.counts.people import People, Tally
from app.places.schemas import Frame


@dataclass(frozen=True, slots=True)
class Event:
    """One report as it concerns one place. `direction`: +1 people enter, -1 they leave, 0 they were counted,
    None nothing was said of people (the shelter itself was described)."""

    id: UUID
    stands_at: datetime
    occurred_at: datetime
    direction: int | None
    people: People
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The headcount a fold stands on."""

    at: datetime
    method: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a day's reports come to. Each amount is the anchor plus what moved after it where there is an
    anchor, else what moved that day; `came` and `left` are all people who entered and left that day. Of the day's
    last report (`reported_at`) and of the last that was followed (`changed_at`; None: figures only competed)."""

    came: int
    left: int
    competed: int
    has_movements: bool
    counted: Anchor | None
    total: Tally
    composed_at: datetime | None
    cells: tuple[int, ...]
    households_counted: bool
    households: int
    changed_at: datetime | None
    reported_at: datetime


def facts_of(events: Iterable[Event], frame: Frame) -> Facts | None:
    """Facts of one place and day; None where nothing was reported. Does not depend on the order given."""
    ordered = sorted(events, key=lambda event: _order(event, frame))
    if not ordered:
        return None
    size = frame.settings.household_size
    came = left = competed = households = 0
    has_movements = households_counted = False
    counted: Anchor | None = None
    composed_at: datetime | None = None
    changed_at: datetime | None = None
    total = Tally()
    cells = (0,) * frame.scheme.size
    for event in ordered:
        if event.direction == 0 and not is_adopted(event, frame):
            competed += 1
            continue
        changed_at = event.stands_at
        if event.direction is None:
            continue
        if event.direction:
            moved = Tally.of(event.people, household_size=size)
            has_movements = True
            came += moved.total if event.direction > 0 else 0
            left += moved.total if event.direction < 0 else 0
            total += moved if event.direction > 0 else moved.leaving()
            cells = _plus(cells, cells_of(event.people, frame), event.direction)
            households += (event.people.households or 0) * event.direction
        else:
            anchor = Anchor(event.stands_at, event.method)
            counted, total = anchor, Tally.of(event.people, household_size=size)
            if event.people.cells is not None:
                composed_at, cells = anchor.at, event.people.cells
            if event.people.households is not None:
                households_counted, households = True, event.people.households
    return Facts(
        came=came,
        left=left,
        competed=competed,
        has_movements=has_movements,
        counted=counted,
        total=total,
        composed_at=composed_at,
        cells=cells,
        households_counted=households_counted,
        households=households,
        changed_at=changed_at,
        reported_at=max(event.stands_at for event in ordered),
    )


def is_adopted(event: Event, frame: Frame) -> bool:
    """Whether a headcount is followed: it has a best figure and its method weighs enough. The rest compete."""
    best = event.people.best(frame.settings.household_size)
    return best is not None and frame.weight_of(event.method) >= frame.settings.adopt_from


def cells_of(people: People, frame: Frame) -> tuple[int, ...]:
    """Cells of people who moved; whoever was not observed is of unknown sex and age."""
    if people.cells is not None:
        return people.cells
    cells = [0] * frame.scheme.size
    cells[frame.scheme.unknown] = people.best(frame.settings.household_size) or 0
    return tuple(cells)


def _order(event: Event, frame: Frame) -> tuple[datetime, bool, int, UUID]:
    """Instant, headcounts before movements, the weightier headcount last: never the order of taking."""
    return (event.stands_at, event.direction != 0, frame.weight_of(event.method), event.id)


def _plus(cells: tuple[int, ...], other: tuple[int, ...], sign: int) -> tuple[int, ...]:
    return tuple(a + sign * b for a, b in zip(cells, other, strict=True))
