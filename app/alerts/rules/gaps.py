"""Which standards a shelter meets. Each is a gap where it does not, and a rule of its own where a coordinator wants to
be told. Too little data means unknown, never met."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.alerts.rules.states import OK, UNKNOWN, Answer, RuleLevel, Seen
from app.alerts.rules.thresholds import Thresholds
from app.population.schemas import Basis
from app.shelters.policy import CAMPS, Standards

Said = Mapping[str, Any]
Met = Literal["met", "missed", "unknown"]
Measured = tuple[float | None, bool] | None  # what there is, and whether it is enough; None: it cannot be told


@dataclass(frozen=True)
class Standard:
    """One standard at one shelter. `value` is what there is now, in the unit of `limit`: square metres or litres for
    each person, people at each toilet, per cent of the toilets; None where it cannot be worked out."""

    name: str
    limit: float
    value: float | None
    state: Met

    @property
    def is_least(self) -> bool:
        """Whether the limit is the least there should be, not the most."""
        return self.name in LEAST


def _for_each(name: str, said: Said, people: int | None, limit: float) -> Measured:
    """At least so much for each person."""
    if said.get(name) is None or people is None:
        return None
    value = said[name] / people
    return value, value >= limit


def _at_one(name: str, said: Said, people: int | None, limit: float) -> Measured:
    """At most so many people at each."""
    if said.get(name) is None or people is None:
        return None
    value = people / said[name] if said[name] else None
    return value, value is not None and value <= limit


def _accessible(name: str, said: Said, _people: int | None, limit: float) -> Measured:
    """Per cent of the toilets that somebody in a wheelchair can use. Where none works, another standard is missed."""
    if said.get(name) is None or not said.get("toilets"):
        return None
    value = 100 * said[name] / said["toilets"]
    return value, value >= limit


def _health(name: str, said: Said, people: int | None, limit: float) -> Measured:
    """People at the health post. Fewer than one is meant for may be served elsewhere: nobody knows."""
    if said.get(name) is None or people is None:
        return None
    if said[name]:
        return people, people <= limit
    return (None, False) if people > limit else None


def _size(_name: str, _said: Said, people: int | None, limit: float) -> Measured:
    return None if people is None else (people, people <= limit)


# By its name, which is that of the rule, of the threshold and mostly of the field.
GAPS: dict[str, Callable[[str, Said, int | None, float], Measured]] = {
    "covered_area_m2": _for_each,
    "site_area_m2": _for_each,
    "water_litres_per_day": _for_each,
    "taps": _at_one,
    "toilets": _at_one,
    "toilets_accessible": _accessible,
    "showers": _at_one,
    "health_post": _health,
    "camp_size": _size,
}
LEAST = {"covered_area_m2", "site_area_m2", "water_litres_per_day", "toilets_accessible"}
_OF_CAMPS = {"site_area_m2", "camp_size"}
_OF_NOBODY = {"toilets_accessible"}  # measured without people


def standards_of(said: Said, people: int | None, basis: Basis, limits: Standards) -> list[Standard]:
    """Every standard that what is said of a shelter could answer, in their order, those of camps at camps alone."""
    return [_standard(name, said, people, basis, limits) for name in GAPS if _concerns(name, said)]


def gap(name: str) -> Callable[[RuleLevel, Seen, Thresholds], Answer]:
    """The rule that one standard is met. Water below what keeps people alive is critical."""

    def rule(_held: RuleLevel, seen: Seen, limits: Thresholds) -> Answer:
        if not _concerns(name, seen.said):
            return OK
        standard = _standard(name, seen.said, seen.level.people, seen.level.basis, limits)
        if standard.state != "missed":
            return OK if standard.state == "met" else UNKNOWN
        is_thirst = name == "water_litres_per_day" and (standard.value or 0) < limits.water_to_survive
        return Answer("critical" if is_thirst else "warning", {"value": standard.value, "limit": standard.limit})

    return rule


def _concerns(name: str, said: Said) -> bool:
    return name not in _OF_CAMPS or said.get("site_type") in CAMPS


def _standard(name: str, said: Said, people: int | None, basis: Basis, limits: Standards) -> Standard:
    limit: float = getattr(limits, name)
    measured = GAPS[name](name, said, people if people and basis != "unknown" else None, limit)
    if measured is None:
        return Standard(name, limit, None, "unknown")
    value, is_enough = measured
    # Where people are only known as at least so many, a standard can be missed but not met.
    is_sure = basis == "counted" or name in _OF_NOBODY
    return Standard(name, limit, value, "missed" if not is_enough else "met" if is_sure else "unknown")
