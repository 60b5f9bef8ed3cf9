"""All rules asked of one place: at the end of each of its days, for the fold, and now."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from app.alerts.rules.gaps import GAPS, gap
from app.alerts.rules.occupancy import OCCUPANCY, occupancy
from app.alerts.rules.present import (
    INFLOW,
    SILENCE,
    admission,
    discrepancy,
    inflow,
    is_hosting,
    people_in_closed_shelter,
    shortfall,
    silence,
    silent_from,
    unaccompanied_children,
)
from app.alerts.rules.states import Answer, RuleLevel, Seen, step
from app.alerts.rules.thresholds import Thresholds
from app.core import clock
from app.core.statements import Statement, state_of
from app.places.schemas import Frame
from app.population.facts import Facts
from app.population.levels import DayRow, Level, Rules
from app.shelters.policy import BASE_FIELDS, places_for_people

# None: nothing new is known, the state stays.
Rule = Callable[[RuleLevel, Seen, Thresholds], Answer | None]

RULES: dict[str, Rule] = {
    OCCUPANCY: occupancy,
    INFLOW: inflow,
    SILENCE: silence,
    "discrepancy": discrepancy,
    "shortfall": shortfall,
    "unaccompanied_children": unaccompanied_children,
    "people_in_closed_shelter": people_in_closed_shelter,
    "admission": admission,
    **{name: gap(name) for name in GAPS},
}


class _Stated(NamedTuple):
    """What a shelter is said to be as of a moment, the places that makes, and a mark of all that rules look at."""

    said: Mapping[str, Any]
    places: int | None
    base: str


class PlaceJudge:
    """The rules for one place. A place nothing is stated of (an area) has none. What is well is not stored, occupancy
    apart, whose numbers lists are sorted by.

    `base` is kept with the state of occupancy so that a walk goes on where a field said late shows only in a later
    row: places blocked while the capacity was unknown, say.
    """

    def __init__(
        self, frame: Frame, statements: Sequence[Statement], limits: Thresholds, gaps: Collection[str]
    ) -> None:
        self.frame, self.limits = frame, limits
        self.rules = {name: rule for name, rule in RULES.items() if name not in GAPS or name in gaps}
        self._statements = statements
        self._instants = sorted({occurred_at for occurred_at, _, _ in statements})
        self._stated: dict[int, _Stated | None] = {0: None}

    def __call__(self, before: Rules, level: Level, facts: Facts, day: date) -> Rules:
        """The states at the end of a day on which something was reported."""
        until = _end_of(day, self.frame.zone)
        return self._states(before, self._seen(level, facts, facts.reported_at, until), facts.changed_at)

    def within(self, before: Rules, level: Level, facts: Facts, moment: datetime) -> Rules:
        """The states in the middle of a day: after what was reported by then, of the shelter as it was then."""
        return self._states(before, self._seen(level, facts, facts.reported_at, moment), facts.changed_at)

    def untold(self, row: DayRow, at: datetime) -> set[str]:
        """The rules that cannot be told at a moment, `row` being the last."""
        is_today = row.day >= self.frame.day_of(at)
        until = _end_of(row.day, self.frame.zone) if is_today else at
        seen = self._seen(row.level, row.facts if is_today else None, row.facts.reported_at, until)
        if seen is None:
            return set()
        answers = {name: rule("ok", seen, self.limits) for name, rule in self.rules.items()}
        return {name for name, answer in answers.items() if answer is not None and answer.level is None}

    def now(self, row: DayRow, at: datetime) -> Rules:
        """The states at a moment, `row` being the last: those of today, or what a day without reports makes of them."""
        if row.day >= self.frame.day_of(at):
            return row.rules
        return self._states(row.rules, self._seen(row.level, None, row.facts.reported_at, at), at)

    def changes_at(self, row: DayRow, states: Rules, at: datetime) -> datetime | None:
        """When these states will change if nothing is reported; None: they will not."""
        moments: list[datetime] = []
        seen = self._seen(row.level, None, row.facts.reported_at, at)
        if seen and SILENCE not in states and is_hosting(seen):
            moments.append(silent_from(seen, self.limits))
        if INFLOW in states:
            moments.append(_end_of(row.day, self.frame.zone))
        return min(moments, default=None)

    def _seen(self, level: Level, facts: Facts | None, heard_at: datetime, until: datetime) -> Seen | None:
        """What the rules are shown; None: nothing had been stated of the place by then."""
        stated = self._of(until)
        if stated is None:
            return None
        return Seen(level, facts, stated.said, stated.places, stated.base, heard_at, until, self.frame.scheme)

    def _states(self, before: Rules, seen: Seen | None, changed_at: datetime | None) -> Rules:
        if seen is None:
            return {}
        states: dict[str, Any] = {}
        for name, rule in self.rules.items():
            held = before.get(name)
            answer = rule(held["level"] if held else "ok", seen, self.limits)
            state = held if answer is None else step(held, answer, changed_at or seen.heard_at)
            if state is not None and (state["level"] != "ok" or name == OCCUPANCY):
                states[name] = state
        states[OCCUPANCY]["base"] = seen.base
        return states

    def _of(self, until: datetime) -> _Stated | None:
        """What had been stated by a moment; None: nothing yet."""
        count = bisect_right(self._instants, until)
        if count not in self._stated:
            said = state_of(self._statements, until=self._instants[count - 1])
            self._stated[count] = _Stated(said, places_for_people(said), _base(said)) if said else None
        return self._stated[count]


def judge_of(frame: Frame, statements: Sequence[Statement], own: Mapping[str, float]) -> PlaceJudge:
    """The judge of a place of which this is stated. `own`: thresholds of its own, by name."""
    settings = frame.settings
    return PlaceJudge(frame, statements, Thresholds.of(settings.thresholds, own), settings.gaps_alerted)


def _base(said: Mapping[str, Any]) -> str:
    return blake2b(to_json([said.get(name) for name in BASE_FIELDS]), digest_size=8).hexdigest()


@lru_cache
def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return clock.end_of(day, zone)
