"""How two reports compare in one respect: where, who, whence, how many, when. Pure."""

from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import product

from app.counts.people import People
from app.duplicates.policy.told import End, Position, Told
from app.duplicates.policy.words import Name, is_one_word, name_of
from app.places.policy import are_within

NEAR_WITHIN_KM = 1.0  # also two positions of one site: its gate, and where somebody read them off a map
ASKED_LATELY = 50_000  # pairs of names
A_DAY = timedelta(days=1)
SMALLEST_HOUSEHOLD, LARGEST_HOUSEHOLD = 0.6, 1.6  # of the average: what several households together come to


class Where(StrEnum):
    SAME = "same"
    ALIAS = "alias"
    NEAR = "near"
    AREA = "area"
    NEIGHBOUR = "neighbour"  # called the same but for its number or its side: somebody tells them apart
    ELSEWHERE = "elsewhere"


class Who(StrEnum):
    SAME = "same"
    PART = "part"  # one says more than the other
    UNSAID = "unsaid"
    OTHER = "other"
    OTHER_SCRIPT = "other_script"  # as far as can be told across two scripts


def where(one: End, other: End) -> Where:
    """How two ends lie to each other."""
    if one.id == other.id:
        return Where.SAME
    is_near = None if one.position is None or other.position is None else _is_near(one.position, other.position)
    is_in_one_area = one.area_path[-1:] == other.area_path[-1:]
    if is_near is False or (is_near is None and not _is_within(one.area_path, other.area_path)):
        return Where.ELSEWHERE
    names = list(product(one.names, other.names))
    if any(_called(*both) is Where.ALIAS for both in names):
        return Where.ALIAS if is_near or is_in_one_area else Where.AREA
    if any(_called(*both) is Where.NEIGHBOUR for both in names):
        return Where.NEIGHBOUR
    return Where.NEAR if is_near else Where.AREA


@lru_cache(maxsize=ASKED_LATELY)
def _called(one: str, other: str) -> Where | None:
    """What two names alone say of their sites. The same shelters are compared each time a page is drawn."""
    first, second = name_of(one), name_of(other)
    if not _is_one_site(first, second):
        return None
    return Where.ALIAS if first.one_of == second.one_of else Where.NEIGHBOUR


def _is_near(one: Position, other: Position) -> bool:
    return are_within(NEAR_WITHIN_KM, *one, *other)


def _is_one_site(one: Name, other: Name) -> bool:
    """Whether two names of sites are one but for what tells several apart."""
    is_one_kind = bool(one.kinds) == bool(other.kinds) and (one.kinds <= other.kinds or other.kinds <= one.kinds)
    return is_one_kind and bool(one.proper) and _left_over(one, other) == ([], [])


def who(one: str | None, other: str | None) -> Who:
    """How two labels compare."""
    if not one or not other:
        return Who.UNSAID
    first, second = name_of(one), name_of(other)
    if first.one_of and second.one_of and first.one_of != second.one_of:
        return Who.OTHER
    if not first.proper or not second.proper or first.one_of != second.one_of:
        return Who.UNSAID
    rest, others = _left_over(first, second)
    if not rest and not others:
        return Who.SAME
    if not rest or not others:
        return Who.PART
    return Who.OTHER if first.is_latin == second.is_latin else Who.OTHER_SCRIPT


def _left_over(one: Name, other: Name) -> tuple[list[str], list[str]]:
    """The words of each that the other has not."""
    rest, others = [], list(other.proper)
    for word in one.proper:
        match = next((another for another in others if is_one_word(word, another)), None)
        if match is None:
            rest.append(word)
        else:
            others.remove(match)
    return rest, others


def from_one_home(one: Told, other: Told) -> bool | None:
    """Whether both name one home area, or one within the other; None: one of them names none."""
    if one.home and other.home:
        return _is_within(one.home, other.home)
    if not one.home_names or not other.home_names:
        return None
    names = product(one.home_names, other.home_names)
    return any(who(first, second) in (Who.SAME, Who.PART) for first, second in names)


def _is_within(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shared = min(len(one), len(other))
    return shared > 0 and one[:shared] == other[:shared]


def numbers(one: People, other: People, household_size: float) -> tuple[float, bool]:
    """By what part of the larger two numbers differ, and whether they are of one unit; households are compared with
    people by the average, within what households come to."""
    if one.total is not None and other.total is not None:
        return apart(one.total, other.total), True
    if one.households and other.households:
        return apart(one.households, other.households), True
    people, households = (one.total, other.households) if one.total is not None else (other.total, one.households)
    mean = (people or 0) / ((households or 1) * household_size)
    return (0.0 if SMALLEST_HOUSEHOLD <= mean <= LARGEST_HOUSEHOLD else 1.0), False


def apart(one: int, other: int) -> float:
    return abs(one - other) / max(one, other, 1)


def cells_apart(one: People, other: People) -> float | None:
    """What part of all people stands in other cells; None: one of them does not say."""
    if one.cells is None or other.cells is None:
        return None
    differ = sum(abs(first - second) for first, second in zip(one.cells, other.cells, strict=True))
    return differ / max(1, sum(one.cells) + sum(other.cells))


def between(one: Told, other: Told, *, leaving: bool) -> timedelta:
    """How long from the one to the other at the end that both speak of; none within a day that is all that was said."""
    first, last = sorted(((told.left_at if leaving else told.came_at), told.is_day_dated) for told in (one, other))
    until = first[0] + (A_DAY if first[1] else timedelta(0))
    return max(timedelta(0), last[0] - until)
