"""Whether a number is so large that a digit too many is likelier than so many people. Pure.

Crowds come in crises: a shelter holds twice what it was meant for, a convoy brings hundreds. A slipped finger makes ten
times as much of a number.
"""

from dataclasses import dataclass
from typing import Literal

MOST_IN_ONE_MOVEMENT = 5_000  # a hundred full buses; who sees more come sees them come over hours
MOST_COUNTED = 20_000  # the largest camp there should be (UNHCR); few who count one get there in one report
TIMES_THE_PLACES = 3  # twice as many people as places is an ordinary bad week
TIMES_THE_LAST = 8  # a digit too many makes ten times as much; since the last count some have come or gone
MANY_BEFORE = 15  # where fewer were, the next bus is many times as many
WORTH_A_LOOK = 100  # fewer are not many whatever was there before, and a wrong digit shows in the next count

By = Literal["places", "last", "report"]


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a place beside the report: how many it is meant for, and how many were there by the last count
    and what moved since. None: not known, or not the sender's to know."""

    places: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Large:
    """`by`: what a number is too large for; `most`: how many that is."""

    by: By
    most: int


def how_large(people: int, held: Held, *, is_count: bool = False, is_leaving: bool = False) -> Large | None:
    """What a number of people counted, arriving or leaving is too large for; None: it may well be.

    Who arrives is measured by who was there before only where the places are not known: a shelter that opened today
    fills.
    """
    if people < WORTH_A_LOOK:
        return None
    is_arrival = not is_count and not is_leaving
    if held.places is not None and not is_leaving and people > TIMES_THE_PLACES * held.places:
        return Large("places", held.places)
    says_much = held.last is not None and (not is_arrival or (held.places is None and held.last >= MANY_BEFORE))
    if says_much and held.last is not None and people >= TIMES_THE_LAST * held.last:
        return Large("last", held.last)
    most = MOST_COUNTED if is_count else MOST_IN_ONE_MOVEMENT
    if people > most and (held.places is None or people > held.places):
        return Large("report", most)
    return None
