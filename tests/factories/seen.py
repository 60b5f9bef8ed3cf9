"""What rules are shown: a shelter at the end of a day, made of as little as a case needs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.alerts.rules.states import Seen
from app.counts.people import People, Tally
from app.counts.scheme import UNHCR
from app.places.schemas import Frame, Settings
from app.population.facts import Event, Facts, facts_of
from app.population.levels import Level, advance
from app.population.schemas import Basis

FRAME = Frame(
    operation_id=UUID(int=1),
    code="coast",
    name={"en": "Coast"},
    zone=ZoneInfo("Asia/Damascus"),
    scheme=UNHCR,
    mail_detail="full",
    settings=Settings(),
)
NOON = datetime(2025, 3, 10, 9, tzinfo=UTC)
NIGHT = datetime(2025, 3, 10, 20, 59, 59, tzinfo=UTC)


def level_of(people: int, basis: Basis = "counted", **more: Any) -> Level:
    return Level(total=Tally(total=people), cells=(0,) * UNHCR.size, basis=basis)._replace(**more)


def facts_of_day(at: datetime) -> Facts:
    """Of a day on which the shelter was described and nothing else."""
    found = facts_of([Event(UUID(int=9), at, at, None, People())], FRAME)
    assert found is not None
    return found


def seen(
    *,
    people: int = 0,
    places: int | None = None,
    basis: Basis = "counted",
    said: Mapping[str, Any] | None = None,
    silent_for: timedelta = timedelta(0),
    **level: Any,
) -> Seen:
    """So many people in so many places; last heard of so long ago."""
    return Seen(
        level_of(people, basis, **level), facts_of_day(NOON), said or {}, places, "", NIGHT - silent_for, NIGHT, UNHCR
    )


def seen_after(*days: Sequence[Event], places: int | None = None, said: Mapping[str, Any] | None = None) -> Seen:
    """What these days of events come to, at the end of the last; an empty one: nothing was reported on it."""
    level, facts = Level.empty(FRAME), None
    for events in days:
        facts = facts_of(events, FRAME)
        level = advance(level, facts) if facts else level
    return Seen(level, facts, said or {}, places, "", NOON, NIGHT, UNHCR)
