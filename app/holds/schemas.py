"""A set of reports, and what is shown of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from app.accounts.policy import Scope
from app.population.schemas import Basis, Shown

Settlement = Literal["released", "set_aside"]


@dataclass(frozen=True)
class Theirs:
    """What one person sent, in a scope. `device` None: with any; empty: without naming one. `since` and `until` are
    times of recording, both included."""

    person_id: UUID
    scope: Scope
    device: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class SentReport:
    """One thing a person sent, as they said it. `first_id`: the report it is a version of; `is_correction`: of a report
    that is not of the set itself, `is_anothers`: but somebody else's. `is_void`: it counts no longer; `hold_id`:
    because of this hold."""

    id: UUID
    first_id: UUID
    recorded_at: datetime
    occurred_at: datetime
    is_day_dated: bool
    kind: str
    is_correction: bool
    is_anothers: bool
    device: str | None
    is_void: bool
    hold_id: UUID | None
    place_id: UUID | None
    from_place_id: UUID | None
    people: int | None


@dataclass(frozen=True)
class Device:
    """A device as a person's reports name it (empty: they name none), with how many of their latest came from it."""

    name: str
    reports: int
    last_at: datetime


@dataclass(frozen=True)
class AtPlace:
    """What some reports say of one place: how many they are, who came and left by them, how often they counted. The
    figure there is now, and (of a hold) what it was when the hold was made; `was_basis` None: not known."""

    place_id: UUID
    shelter: str | None
    area: str | None
    name: dict[str, str]
    reports: int
    came: int
    left: int
    counts: int
    people: Shown
    basis: Basis
    was: int | None = None
    was_basis: str | None = None


@dataclass(frozen=True)
class Progress:
    """How far a hold is. `out`: reports that do not count because of it; of those it had taken out, `back` count again,
    `left` were corrected by somebody meanwhile, `kept` are held by another hold too. `saying`: the people those that
    are out speak of, added up."""

    out: int
    back: int
    left: int
    kept: int
    saying: int

    @property
    def taken(self) -> int:
        return self.out + self.back + self.left + self.kept


@dataclass(frozen=True)
class HoldShown:
    """A hold for people to read."""

    id: UUID
    person_id: UUID
    person: str
    device: str | None
    since: datetime | None
    until: datetime | None
    areas: list[str] | None
    reason: str
    made_by: str
    made_at: datetime
    found: int
    state: str
    settled_by: str | None
    settled_at: datetime | None
    looked_until: datetime | None
    done_at: datetime | None
    progress: Progress

    @property
    def is_at_work(self) -> bool:
        """Whether a first round is still under way, of holding or of putting back."""
        return self.done_at is None and (self.state == "released" or self.looked_until is None)


@dataclass(frozen=True)
class LeftOut:
    """What figures leave out because it is held for review: reports, and the people they speak of."""

    reports: int
    saying: int
