"""The rules, pure: what a figure and the state of a shelter say, as of the end of a day.

A rule's state is `step` of the state stored with the previous day row and the day's value, so it does not
depend on how reports were batched. `step` is idempotent for an equal value. Unknown neither raises nor
clears: the level stays and is marked not known.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app.core import clock
from app.core.statements import Statement, state_of
from app.places.schemas import Frame
from app.population.levels import Judge, Level, Rules
from app.shelters.policy import BASE_FIELDS, places_for_people

RuleLevel = Literal["ok", "warning", "critical"]
RANK: dict[str, int] = {"ok": 0, "warning": 1, "critical": 2}

OCCUPANCY = "occupancy"


@dataclass(frozen=True)
class OccupancyThresholds:
    """Per cent of the places. A level clears lower than it starts, so that a gate is not announced twice an hour."""

    warning: float = 85
    warning_clears: float = 80
    critical: float = 100
    critical_clears: float = 95

    @classmethod
    def of(cls, frame: Frame) -> "OccupancyThresholds":
        """The operation's own where it has set them (`occupancy_warning` and so on), else the defaults."""
        said = {name.removeprefix("occupancy_"): value for name, value in frame.settings.thresholds.items()}
        return cls(**{name: said[name] for name in cls.__dataclass_fields__ if name in said})


def occupancy_level(before: RuleLevel, *, people: int, places: int, thresholds: OccupancyThresholds) -> RuleLevel:
    """The level of so many people in so many places, coming from a level. People where there is no place: critical."""
    if places == 0:
        return "critical" if people > 0 else "ok"
    per_cent = 100 * people / places
    if per_cent >= thresholds.critical or (before == "critical" and per_cent >= thresholds.critical_clears):
        return "critical"
    if per_cent >= thresholds.warning or (before != "ok" and per_cent >= thresholds.warning_clears):
        return "warning"
    return "ok"


def step_occupancy(
    before: Mapping[str, Any] | None,
    *,
    level: Level,
    people: int,
    places: int | None,
    at: datetime,
    thresholds: OccupancyThresholds,
) -> dict[str, Any]:
    """The stored state of the occupancy rule: level, whether it is known, since when, and the numbers behind it."""
    held: RuleLevel = before["level"] if before else "ok"
    reached, known = held, False
    if places is not None and level.basis != "unknown":
        reached = occupancy_level(held, people=people, places=places, thresholds=thresholds)
        known = level.basis == "counted" or (reached != "ok" and RANK[reached] >= RANK[held])
        reached = reached if known else held
    since = before["since"] if before and reached == held else at.isoformat()
    return {"level": reached, "known": known, "since": since, "people": people, "places": places}


def judge_of(frame: Frame, statements: Sequence[Statement]) -> Judge:
    """What the fold asks of each day row of a shelter. A place nothing is stated of (an area) has no rules.

    `base` is kept with the state so that a walk goes on where a field said late shows only in a later row: places
    blocked while the capacity was unknown, say.
    """
    thresholds = OccupancyThresholds.of(frame)
    instants = sorted({occurred_at for occurred_at, _, _ in statements})
    said: dict[int, tuple[int | None, dict[str, Any]] | None] = {0: None}

    def of_first(count: int) -> tuple[int | None, dict[str, Any]] | None:
        """The places there are once so many of the instants have passed, and what they follow from; None: nothing is
        stated yet."""
        if count not in said:
            state = state_of(statements, until=instants[count - 1])
            base = {name: state.get(name) for name in BASE_FIELDS}
            said[count] = (places_for_people(state), base) if state else None
        return said[count]

    def judge(before: Rules, level: Level, at: datetime, day: date) -> Rules:
        stated = of_first(bisect_right(instants, _end_of(day, frame.zone)))
        if stated is None:
            return {}
        places, base = stated
        held = before.get(OCCUPANCY)
        state = step_occupancy(held, level=level, people=level.people, places=places, at=at, thresholds=thresholds)
        return {OCCUPANCY: state | {"base": base}}

    return judge


@lru_cache
def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return clock.end_of(day, zone)
