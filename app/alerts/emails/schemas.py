"""What a mail is made of: what is to be told, and what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.places.schemas import Frame
from app.planning.schemas import Nearby
from app.population.schemas import ShelterFigure


@dataclass(frozen=True)
class Evidence:
    """What a counted figure stands on: the headcount followed, and who came and left since."""

    people: int
    came: int
    left: int


@dataclass(frozen=True)
class Told:
    """One alert to tell one person of, as of its last transition. `areas` are the names it lies in, the nearest first;
    `figure` is None where
    the mail is kept brief; `nearby` is None where nobody asked (an end, no position)."""

    alert_id: UUID
    transition_id: UUID
    rule: str
    level: str
    since: datetime
    learned_at: datetime
    acknowledged_at: datetime | None
    numbers: Mapping[str, Any]
    kind: str
    shelter: str
    name: dict[str, str]
    areas: list[dict[str, str]]
    frame: Frame
    is_brief: bool
    figure: ShelterFigure | None = None
    evidence: Evidence | None = None
    nearby: list[Nearby] | None = None


@dataclass(frozen=True)
class Reader:
    """Whom a mail is for: language, and what they follow (names of areas, of the operation where it is all)."""

    language: str
    follows: list[dict[str, str]]


@dataclass(frozen=True)
class Written:
    """A mail ready to be put into the outbox."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Room:
    """A shelter with free places, as a row."""

    name: str
    detail: str
    free: str
    distance: str


@dataclass(frozen=True)
class Bar:
    """People of one sex in an age bracket, and the length of their bar, per cent of its column."""

    count: str
    length: int


@dataclass(frozen=True)
class Ages:
    """Who is there, as a table: rows are sexes, columns ages (or people, where the brackets of the scheme do not
    part children from adults). And as bars: each bracket with one for each of the sexes of the rows."""

    caption: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]
    not_known: str
    bars: list[tuple[str, list[Bar]]]


@dataclass(frozen=True)
class Line:
    """One alert in a list of many."""

    tone: str
    severity: str
    sentence: str
    detail: str
    link: str


@dataclass(frozen=True)
class Section:
    """One alert, said. Empty parts are left out by the templates."""

    tone: str
    severity: str
    headline: str
    link: str
    needs_sign_in: bool = True
    where: str = ""
    people: tuple[str, str, str] = ("", "", "")
    range: str = ""
    places: tuple[str, str, str] = ("", "", "")
    when: tuple[str, ...] = ()
    rooms: tuple[Room, ...] = ()
    rooms_note: str = ""
    sure: tuple[str, ...] = ()
    ages: Ages | None = None
