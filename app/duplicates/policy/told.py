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
    `label` and `group` who they are; `by` who said so with which device, None: nobody one could ask."""

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
