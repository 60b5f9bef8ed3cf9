"""Which standards a shelter meets. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.population.schemas import Basis
from app.shelters.policy import COVERED_M2_PER_PERSON, LITRES_PER_PERSON, PEOPLE_PER_TOILET

State = Literal["met", "missed", "unknown"]


@dataclass(frozen=True)
class Standard:
    """One standard at one shelter. `value` is what there is now: square metres or litres for each person, people for
    each toilet; None where it cannot be worked out."""

    name: str
    limit: float
    value: float | None
    state: State


def standards_of(state: Mapping[str, Any], people: int | None, basis: Basis) -> list[Standard]:
    """Covered space, toilets and water against the standards the capacity is reckoned by. Where people are only known
    as at least so many, a standard can be missed but not met."""
    known = people if people and basis != "unknown" else None
    return [
        _at_least("covered_area_m2", COVERED_M2_PER_PERSON, state, known, basis),
        _toilets(state, known, basis),
        _at_least("water_litres_per_day", LITRES_PER_PERSON, state, known, basis),
    ]


def _at_least(name: str, limit: float, state: Mapping[str, Any], people: int | None, basis: Basis) -> Standard:
    there = state.get(name)
    if there is None or people is None:
        return Standard(name, limit, None, "unknown")
    value = there / people
    return Standard(name, limit, value, _judged(value >= limit, basis))


def _toilets(state: Mapping[str, Any], people: int | None, basis: Basis) -> Standard:
    toilets = state.get("toilets")
    if toilets is None or people is None:
        return Standard("toilets", PEOPLE_PER_TOILET, None, "unknown")
    value = people / toilets if toilets else None
    return Standard(
        "toilets", PEOPLE_PER_TOILET, value, _judged(value is not None and value <= PEOPLE_PER_TOILET, basis)
    )


def _judged(is_met: bool, basis: Basis) -> State:
    if not is_met:
        return "missed"
    return "met" if basis == "counted" else "unknown"


ADULT_AGE = 18
_CHILDREN = re.compile(r"\*:\d+-(\d+)")


def lets_in(rule: Mapping[str, Any] | None) -> Literal["anyone", "women_and_children", "other"]:
    """Who an admission rule lets in, in one of the answers the forms offer."""
    cells, words = (rule or {}).get("cells") or [], (rule or {}).get("text")
    if not cells:
        return "other" if words else "anyone"
    ages = [_CHILDREN.fullmatch(cell) for cell in cells if cell != "female:*"]
    is_known = "female:*" in cells and all(age is not None and int(age[1]) < ADULT_AGE for age in ages)
    return "women_and_children" if is_known else "other"
