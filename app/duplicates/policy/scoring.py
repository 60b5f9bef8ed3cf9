"""How likely it is that two movements are one, told twice: points for whatever agrees or differs, added up. Pure.

Where POINTS come from: they were written down by reason first, by whoever had written the sixty pairs of
tests/duplicates and so knew them. Then they were changed on doubles that `mawa simulate` plants, seeds 1 to 5: the home
area weighs twice as much, few people count against a pair, the number alone for less, whoever reported both for much
less, and the threshold went from 4 to 3.5. No weight was learned. What the present ones reach, and where they fall
short (gates at which hundreds arrive without anybody saying who),
is printed by tests/unit/test_duplicates_measured.py, on seeds none of this has seen.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from app.core.text import mark
from app.counts.people import People
from app.duplicates.policy.comparing import Where, Who, between, cells_apart, from_one_home, numbers, where, who
from app.duplicates.policy.told import Told

WITHIN = timedelta(days=2)
AN_HOUR, SOME_HOURS, A_DAY = timedelta(hours=1), timedelta(hours=6), timedelta(days=1)
SAVED_TWICE_WITHIN = timedelta(minutes=10)
MOST_APART = 0.21  # a fifth, and what rounding adds
FEW = 15  # people: a family or two, of whom the same number comes by chance all day
SOME_HOUSEHOLDS = 3  # fewer are as many by chance
MANY = 100  # as many come seldom
ROUND = 10  # 50 is what is guessed of any bus; 52 was counted
CELLS_AS_ONE, CELLS_OF_OTHERS = 0.15, 0.4  # of people in other cells

POINTS: Mapping[str, float] = MappingProxyType(
    {
        "place_same": 1,
        "place_alias": 1,
        "place_near": -0.5,
        "place_area": -1.5,
        "place_neighbour": -2,
        "other_end": 1,
        "label_same": 4,
        "label_part": 3,
        "label_other": -4,
        "label_other_script": -2,
        "group_same": 3,
        "group_other": -1,
        "home_same": 2,
        "home_other": -4,
        "number_same": 2,
        "number_round": 1.5,
        "number_few": -1,
        "number_few_nearly": -2,
        "number_nearly": 1.5,
        "number_tenth": 1,
        "number_fifth": 0.5,
        "number_estimated": 0,
        "number_many": 1,
        "households_same": 1,
        "cells_same": 2,
        "cells_other": -3,
        "time_hour": 2,
        "time_hours": 1,
        "time_day": 0.5,
        "time_days": 0,
        "saved_twice": 1,
        "same_reporter": -3,
    }
)
POSSIBLE_FROM = 3.5

SAID: Mapping[str, str] = MappingProxyType(
    {
        "place_same": mark("The same place."),
        "place_alias": mark("Two entries that may be one place."),
        "place_near": mark("Two places near each other."),
        "place_area": mark("Two places in one area."),
        "place_neighbour": mark("Two places whose names tell them apart."),
        "other_end": mark("The same place at the other end."),
        "label_same": mark("The groups are called the same: “%(one)s”, “%(other)s”."),
        "label_part": mark("The groups are called much the same: “%(one)s”, “%(other)s”."),
        "label_other": mark("The groups are called otherwise: “%(one)s”, “%(other)s”."),
        "label_other_script": mark("The groups seem to be called otherwise: “%(one)s”, “%(other)s”."),
        "group_same": mark("The same group."),
        "group_other": mark("Two groups."),
        "home_same": mark("The same home area."),
        "home_other": mark("Another home area."),
        "number_same": mark("The same number of people."),
        "number_round": mark("The same round number of people."),
        "number_few": mark("The same number of a few people."),
        "number_few_nearly": mark("Not the same number of a few people."),
        "number_nearly": mark("Nearly as many people."),
        "number_tenth": mark("A tenth more or fewer people."),
        "number_fifth": mark("Up to a fifth more or fewer people."),
        "number_estimated": mark("So many households may be so many people."),
        "number_many": mark("So many people come seldom."),
        "households_same": mark("The same number of households."),
        "cells_same": mark("Sex and age agree."),
        "cells_other": mark("Sex and age differ."),
        "time_hour": mark("Within an hour."),
        "time_hours": mark("Within six hours."),
        "time_day": mark("Within a day."),
        "time_days": mark("Within two days."),
        "saved_twice": mark("The same person saved the same within minutes."),
        "same_reporter": mark("The same person reported both."),
    }
)


class Reason(NamedTuple):
    """One thing that agrees or differs: what it counts for, and in `said` what its sentence (SAID) names."""

    code: str
    said: Mapping[str, Any] = MappingProxyType({})

    @property
    def points(self) -> float:
        return POINTS[self.code]

    @property
    def message(self) -> str:
        return SAID[self.code]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two reports may be of the same people; what weighs most stands first."""

    reasons: tuple[Reason, ...]

    @property
    def points(self) -> float:
        return sum(reason.points for reason in self.reasons)

    @property
    def is_possible(self) -> bool:
        return self.points >= POSSIBLE_FROM


class Pair(NamedTuple):
    """Two reports by their ids."""

    one: UUID
    other: UUID
    likeness: Likeness


def likeness(one: Told, other: Told, *, household_size: float) -> Likeness | None:
    """How likely two reports are of the same people; None: they cannot be, of two places, days or numbers."""
    places = list(_places(one, other))
    if not places or "" in places:
        return None
    gap = between(one, other, leaving=one.to is None or other.to is None)
    differ, is_one_unit = numbers(one.people, other.people, household_size)
    if gap > WITHIN or differ > MOST_APART:
        return None
    found = [Reason(code) for code in places]
    found += _who(one, other)
    found += _number(one.people, other.people, differ, household_size, is_one_unit=is_one_unit)
    found.append(Reason(_time(gap)))
    if one.by is not None and one.by == other.by:
        is_same = one.people == other.people and one.group == other.group and gap <= SAVED_TWICE_WITHIN
        is_told_apart = differ > 0 or max(one.people.best(household_size) or 0, 0) < FEW
        found.append(Reason("saved_twice" if is_same and not is_told_apart else "same_reporter"))
    return Likeness(tuple(sorted(found, key=lambda reason: -abs(reason.points))))


def most_likely(pairs: Iterable[Pair]) -> list[Pair]:
    """Of possible pairs those of which neither report has a likelier partner: who tells something again tells one thing
    again, and another pair is found when this is decided. The likeliest first, equals as given."""
    possible = [pair for pair in pairs if pair.likeness.is_possible]
    best: dict[UUID, float] = {}
    for pair in possible:
        for report in (pair.one, pair.other):
            best[report] = max(pair.likeness.points, best.get(report, POSSIBLE_FROM))
    mutual = [pair for pair in possible if pair.likeness.points >= max(best[pair.one], best[pair.other])]
    return sorted(mutual, key=lambda pair: -pair.likeness.points)


def _places(one: Told, other: Told) -> Iterator[str]:
    """What the ends that both speak of come to; an empty word where they are two places."""
    codes = {Where.ELSEWHERE: ""}
    pairs = [(one.to, other.to), (one.from_, other.from_)]
    ends = [where(first, second) for first, second in pairs if first is not None and second is not None]
    for number, end in enumerate(ends):
        if number and end in (Where.SAME, Where.ALIAS):
            yield "other_end"
        else:
            yield codes.get(end, f"place_{end}")


def _who(one: Told, other: Told) -> Iterator[Reason]:
    if one.group is not None and one.group == other.group:
        yield Reason("group_same")
    else:
        called = who(one.label, other.label)
        if called is not Who.UNSAID:
            yield Reason(f"label_{called}", {"one": one.label, "other": other.label})
        if one.group is not None and other.group is not None:
            yield Reason("group_other")
    is_one_home = from_one_home(one, other)
    if is_one_home is not None:
        yield Reason("home_same" if is_one_home else "home_other")


def _number(one: People, other: People, differ: float, household_size: float, *, is_one_unit: bool) -> Iterator[Reason]:
    number, others = one.best(household_size) or 0, other.best(household_size) or 0
    are_as_many = (one.households or 0) >= SOME_HOUSEHOLDS and one.households == other.households
    if are_as_many:
        yield Reason("households_same")
    if number != others and min(number, others) < FEW:
        yield Reason("number_few_nearly")
    elif not is_one_unit:
        yield Reason("number_estimated")
    elif differ > 0:
        steps = ((0.05, "number_nearly"), (0.1, "number_tenth"), (1, "number_fifth"))
        yield Reason(next(code for most, code in steps if differ <= most))
    elif None in (one.total, other.total) and are_as_many:
        pass
    elif number < FEW or None in (one.total, other.total):
        yield Reason("number_few")
    else:
        yield Reason("number_round" if number % ROUND == 0 else "number_same")
    if min(number, others) >= MANY:
        yield Reason("number_many")
    cells = cells_apart(one, other)
    if cells is not None and cells <= CELLS_AS_ONE:
        yield Reason("cells_same")
    elif cells is not None and cells >= CELLS_OF_OTHERS:
        yield Reason("cells_other")


def _time(gap: timedelta) -> str:
    steps = ((AN_HOUR, "time_hour"), (SOME_HOURS, "time_hours"), (A_DAY, "time_day"), (WITHIN, "time_days"))
    return next(code for most, code in steps if gap <= most)
