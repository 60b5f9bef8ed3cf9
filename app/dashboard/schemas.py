"""What the coordinator's pages show beyond single figures."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.counts.matrix import Matrix
from app.places.models import Area
from app.population.queries.flows import Flow
from app.population.queries.present import Brief
from app.population.schemas import Room, ShelterFigure

Names = Mapping[UUID, dict[str, str]]  # of shelters, by language
Naming = Callable[[Collection[UUID]], Names]


@dataclass(frozen=True)
class Standing:
    """How all shelters stand: where there is room, the fullest of them, and each in brief. `called`: tells the names of
    some, of which very few are shown."""

    room: Room
    fullest: Sequence[ShelterFigure]
    briefs: Sequence[Brief]
    called: Naming


@dataclass(frozen=True)
class Sorting:
    """How a table is sorted, and where each of its headings leads."""

    by: str
    is_descending: bool
    links: dict[str, str]


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
    """Where everybody's home is, over all places in scope. `flows`: what it was made of."""

    rows: list[FromHome]
    not_known: FromHome | None
    total: int
    flows: list[Flow]


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
