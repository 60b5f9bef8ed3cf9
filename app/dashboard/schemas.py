"""What the coordinator's pages show beyond single figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from typing import Self

from app.counts.matrix import Matrix
from app.formats.charts import NEAR
from app.places.models import Area
from app.population.queries.flows import Flow
from app.population.schemas import ShelterFigure


@dataclass(frozen=True)
class Room:
    """Where there is room, over all shelters in scope. Only counted, open shelters have free places; where nobody
    counted but more have arrived than there are places for, so many at least are over."""

    shelters: int
    free: int
    with_room: int
    not_known: int
    over: int
    is_over_at_least: bool
    overfull: int
    nearly_full: int
    counted_at: datetime | None

    @classmethod
    def of(cls, figures: Sequence[ShelterFigure]) -> Self:
        """`counted_at`: half of the counted figures are younger than this."""
        known = [figure for figure in figures if figure.free is not None]
        free = [figure.free for figure in known if figure.free and figure.free > 0 and figure.status == "open"]
        over = [figure for figure in known if figure.free and figure.free < 0]
        near = [one for one in known if one.occupancy is not None and one.occupancy >= NEAR and (one.free or 0) >= 0]
        ages = [figure.counted_at for figure in figures if figure.counted_at is not None]
        return cls(
            shelters=len(figures),
            free=sum(free),
            with_room=len(free),
            not_known=sum(figure.status != "closed" for figure in figures)
            - sum(one.status != "closed" for one in known),
            over=sum(-(figure.free or 0) for figure in over),
            is_over_at_least=any(figure.basis != "counted" for figure in over),
            overfull=len(over),
            nearly_full=len(near),
            counted_at=median_low(ages) if ages else None,
        )


@dataclass(frozen=True)
class Called:
    """What a word for a place or area in a report is called. `shelter` None: an area, or outside the reader's areas."""

    shelter: str | None
    name: dict[str, str]


@dataclass(frozen=True)
class FromHome:
    """People with their homes in one area, and where they are now: the largest first, `more` places not listed.
    `origin` None: not known; then `people` may be below zero, where counts found fewer than the movements say."""

    origin: str | None
    name: dict[str, str]
    people: int
    places: list[Flow]
    more: int


@dataclass(frozen=True)
class Homes:
    """Where everybody's home is, over all places in scope. `flows`: what it was made of. `is_all`: no place was left
    out."""

    rows: list[FromHome]
    not_known: FromHome | None
    total: int
    is_all: bool
    flows: list[Flow]

    @property
    def all_rows(self) -> list[FromHome]:
        return [*self.rows, self.not_known] if self.not_known else self.rows


@dataclass(frozen=True)
class Accounted:
    """Of a group of so many (`whole`) those `booked` at places. `missing`: of so many nobody said where they are; below
    zero, so many more are booked than were said to be of it."""

    whole: int
    booked: int
    missing: int


@dataclass(frozen=True)
class Crossing:
    """Homes against the areas people are in: as many of both as a table holds, and as a picture does. `levels` are
    there to choose from, of homes and of places; `home_level` and `place_level` are chosen. `areas`: by code."""

    table: Matrix
    picture: Matrix
    areas: dict[str, Area]
    levels: tuple[list[int], list[int]]
    home_level: int
    place_level: int


@dataclass(frozen=True)
class Start:
    """Where people are who look for a place. `key`: of a shelter or an area; empty for a position that was typed, which
    has no name. `level`: of an area. `middle_of`: the area from whose middle is measured, where nobody said where the
    shelter or the area lies. `lat` None: not even that is known."""

    key: str
    name: dict[str, str]
    lat: float | None
    lon: float | None
    level: int | None = None
    middle_of: dict[str, str] | None = None

    @property
    def code(self) -> str:
        return self.key.partition(":")[2]


@dataclass(frozen=True)
class StartMeant:
    """The place that is meant, or those it might be; `is_shared`: these have just this name."""

    one: Start | None
    maybe: tuple[Start, ...] = ()
    is_shared: bool = False
