"""Whether two reports look like two of one thing: the same truck logged by two colleagues, the same count sent twice.

Who is asked at every family can no longer hear the question that matters. So what everybody reports all day must agree
in more: few people in home, sexes and ages; round numbers, which are guesses, in the hour. Pure.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

FEW = 15  # below that it is a family or two: the same number comes by chance, all day
FEWEST = 3  # below that even home, sex and age agree by chance
ONE_IN = 20  # numbers nearly the same differ by a twentieth at most: what two who count one crowd differ by
ROUND = 10  # 50 is what is guessed of any bus; 52 was counted
SAME_NUMBER_WITHIN = timedelta(hours=3)  # a phone without network sends what it saw that much later
LIKE_NUMBER_WITHIN = timedelta(hours=1)  # of numbers that are round or nearly the same; buses shuttle every other hour
FEW_WITHIN = timedelta(minutes=30)
COUNTED_AGAIN_AFTER = timedelta(hours=1)  # who counts later wants to know whether it is still so


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of one end of a movement (`kind` arrival, departure) or of a count, as far as it is compared.

    `number` is of people, or (`in_households`) of households; `other_end` where they came from or went to; `by` whoever
    said it, and with which device.
    """

    kind: str
    at: datetime
    day: date
    is_day_dated: bool
    number: int | None
    in_households: bool = False
    cells: tuple[int, ...] | None = None
    home: str | None = None
    group: UUID | None = None
    other_end: UUID | None = None
    method: str | None = None
    by: tuple[UUID, str | None] | None = None


def may_have_alike(
    *, number: int | None, in_households: bool, is_count: bool, says_cells: bool, says_home: bool
) -> bool:
    """Whether any report could look like one that says this: of few people only where enough else is said."""
    if not number or in_households or number >= FEW:
        return bool(number)
    return says_cells and (is_count or (says_home and number >= FEWEST))


def look_alike(one: Told, other: Told) -> bool:
    """Whether these two, at the same place, may be one."""
    if not one.number or not other.number or _is_another(one, other):
        return False
    few = one.number < FEW and not one.in_households
    if one.kind == "headcount":
        agree = not few or (one.cells is not None and one.cells == other.cells)
        return one.number == other.number and agree and _in_time(one, other, COUNTED_AGAIN_AFTER)
    if few:
        return _are_one_family(one, other)
    if not is_near(one.number, other.number):
        return False
    exactly = one.number == other.number and (one.number % ROUND > 0 or _says_same(one.cells, other.cells))
    likely = exactly and not _differ(one.cells, other.cells)
    if one.is_day_dated or other.is_day_dated:
        return one.day == other.day and one.number == other.number and (likely or _from_one_home(one, other))
    return _in_time(one, other, SAME_NUMBER_WITHIN if likely else LIKE_NUMBER_WITHIN)


def likeness(one: Told, other: Told) -> tuple[bool, timedelta]:
    """What to order those by that look alike: the nearest number, then the nearest moment."""
    return one.number != other.number, abs(one.at - other.at)


def is_near(number: int, other: int) -> bool:
    """Whether two who counted one crowd may have come to these numbers."""
    return abs(number - other) * ONE_IN <= max(number, other)


def _is_another(one: Told, other: Told) -> bool:
    """Whether they say something that cannot be of the same."""
    return (
        (one.kind, one.in_households) != (other.kind, other.in_households)
        or _differ(one.group, other.group)
        or _differ(one.home, other.home)
        or _differ(one.other_end, other.other_end)
        or _differ(one.method if one.kind == "headcount" else None, other.method)
    )


def _are_one_family(one: Told, other: Told) -> bool:
    """Few people: whoever sits at a desk and enters family after family knows what they entered, so another person or
    another device must have said the same."""
    return (
        one.number == other.number
        and (one.number or 0) >= FEWEST
        and one.by != other.by
        and _says_same(one.cells, other.cells)
        and sum(count > 0 for count in one.cells or ()) > 1
        and _from_one_home(one, other)
        and not (one.is_day_dated or other.is_day_dated)
        and _in_time(one, other, FEW_WITHIN)
    )


def _in_time(one: Told, other: Told, within: timedelta) -> bool:
    if one.is_day_dated or other.is_day_dated:
        return one.day == other.day
    return abs(one.at - other.at) <= within


def _from_one_home(one: Told, other: Told) -> bool:
    return _says_same(one.home, other.home) or _says_same(one.group, other.group)


def _says_same(one: object, other: object) -> bool:
    return one is not None and one == other


def _differ(one: object, other: object) -> bool:
    """Whether both say something, and not the same."""
    return one is not None and other is not None and one != other
