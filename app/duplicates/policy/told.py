"""What two reports of people who moved say, as far as it is compared. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.counts.people import People


class Position(NamedTuple):
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class End:
    """Where they came to or left: a place under the code it is booked at, with all its names, and the areas it lies
    in. No `position`: it is not known, or the place is an area."""

    id: UUID
    names: tuple[str, ...] = ()
    area_path: tuple[str, ...] = ()
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One movement as it stands. `came_at`, `left_at`: when they were at either end; `is_day_dated`: on that day, from
    then on. `home`: the codes of the area they call home, from the country down, and `home_names` what it is called;
    `label` and `group` who they are; `by` who said so with which device, None: nobody one could ask; `seen` the end
    that was seen, `from` or `to`, or both."""

    came_at: datetime
    left_at: datetime
    people: People
    to: End | None = None
    from_: End | None = None
    is_day_dated: bool = False
    group: UUID | None = None
    label: str | None = None
    home: tuple[str, ...] = ()
    home_names: tuple[str, ...] = ()
    by: tuple[object, ...] | None = None
    seen: str | None = None


def part_of(later: Told, earlier: Told) -> str | None:
    """What the later of two reports is if they tell of one journey: its departure or its arrival; None: neither saw the
    end that the other did not."""
    is_arrival = later.to is not None and earlier.from_ is not None and later.seen != "from" and earlier.seen != "to"
    is_departure = later.from_ is not None and earlier.to is not None and later.seen != "to" and earlier.seen != "from"
    if is_arrival and is_departure:
        return "arrival" if later.came_at >= earlier.came_at else "departure"
    return "arrival" if is_arrival else "departure" if is_departure else None
