"""What the rest of the app needs to know of an operation, as plain values."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.core import clock
from app.counts.scheme import Scheme

Method = Literal[
    "registration",
    "full_count",
    "household_listing",
    "sample_survey",
    "site_visit",
    "structure_count",
    "key_informant",
    "secondary_report",
]

# Checchi et al. 2013, Int J Health Geographics 12:4, for 10, 6, 4 and 1; the rest our choice (domain.md).
EVIDENCE_WEIGHTS: dict[str, int] = {
    "registration": 10,
    "full_count": 10,
    "household_listing": 8,
    "sample_survey": 6,
    "site_visit": 4,
    "structure_count": 4,
    "key_informant": 4,
    "secondary_report": 1,
}


@dataclass(frozen=True)
class Settings:
    """Settings of an operation as of one moment. `thresholds` overrides the defaults of the rules by name;
    `gaps_alerted` are the standards of which somebody wants to be told."""

    adopt_from: int = 4
    evidence_weights: dict[str, int] = field(default_factory=lambda: dict(EVIDENCE_WEIGHTS))
    household_size: float = 5.0
    thresholds: dict[str, float] = field(default_factory=dict)
    gaps_alerted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """The frame an operation counts in: its zone, scheme and settings. Rarely changes; cheap to pass around."""

    operation_id: UUID
    code: str
    name: dict[str, str]
    zone: ZoneInfo
    scheme: Scheme
    mail_detail: str
    settings: Settings
    closed_at: datetime | None = None

    def day_of(self, instant: datetime) -> date:
        return clock.day_of(instant, self.zone)

    def instant(self, moment: datetime | date) -> datetime:
        """A moment as it was asked about: a date means its end."""
        return moment if isinstance(moment, datetime) else clock.end_of(moment, self.zone)

    @property
    def today(self) -> date:
        return self.day_of(clock.now())

    def weight_of(self, method: str | None) -> int:
        """Evidence weight of a counting method; 0 where none is said."""
        return self.settings.evidence_weights.get(method or "", 0)


@dataclass(frozen=True, slots=True)
class Booking:
    """Where what is said of a place is booked: itself, or the shelter it turned out to be; and the areas that lies
    in, from the country down. `is_void`: a shelter whose report was taken back. Nobody is sent there any more; people
    reported there at that very moment still are."""

    kept_id: UUID
    area_path: tuple[str, ...]
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class AreaShown:
    """An area in a list. `parent`: the code of the one above; None for a country."""

    code: str
    level: int
    parent: str | None
    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class OutlineShown:
    """An outline (formats.outlines says how `rings` are written) with its area; None: ground around them."""

    area: str | None
    name: dict[str, str] | None
    path: list[str] | None
    rings: list[list[int]]


@dataclass(frozen=True)
class Candidate:
    """Something a person may mean by a name: its key, and everything it is called."""

    key: str
    names: tuple[str, ...]


@lru_cache(maxsize=10_000)
def area_place_id(operation_id: UUID, area_code: str) -> UUID:
    """The place of people in an area outside any shelter: made from its code, so every process knows it."""
    return uuid5(operation_id, f"area:{area_code}")
