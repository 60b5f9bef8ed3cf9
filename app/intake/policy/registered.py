"""Whether a new shelter or group looks like one that is registered already: one site under two spellings is the
commonest cause of double counting. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.intake.policy.alike import FEW, is_near
from app.places.policy import plain
from app.places.policy.names import heard, written_alike

WRITTEN_ALIKE_FROM = 0.8  # of pairs of letters; half of them offer a name to who types it, and would ask at each school
HEARD_ALIKE_FROM = 0.7  # of two that sound the same: East and West do, where no vowel counts
FEWEST_CONSONANTS = 3
WITHIN_KM = 0.3  # two positions of one site: taken at the gate and at the far fence, or under a roof
FEWEST_HOUSEHOLDS = 3

_TELLS_APART = re.compile(r"\d+|\b\w\b")  # School 2 is not School 3, nor hall A hall B


def is_one_name(one: str, other: str) -> bool:
    """Whether two names of places, in whatever script, may be one."""
    one, other = plain(one), plain(other)
    if _TELLS_APART.findall(one) != _TELLS_APART.findall(other):
        return False
    if one == other:
        return bool(one)
    is_heard = len(heard(one)) >= FEWEST_CONSONANTS and heard(one) == heard(other)
    if one.isascii() != other.isascii():
        return is_heard
    return written_alike(one, other) >= (HEARD_ALIKE_FROM if is_heard else WRITTEN_ALIKE_FROM)


def share_a_name(names: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any of these may be any of those."""
    known = list(others)
    return any(is_one_name(name, other) for name in names for other in known)


def are_one_group(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two groups from the same home, as they were described, may be the same people: called alike, or as many
    displaced on the same day."""
    fled, others_fled = one.get("displaced_on"), other.get("displaced_on")
    people, others = _people(one), _people(other)
    if (fled and others_fled and fled != others_fled) or (people and others and not is_near(people, others)):
        return False
    if one.get("label") and other.get("label") and is_one_name(one["label"], other["label"]):
        return True
    households = one.get("households") or 0
    as_many = (people == others and (people or 0) >= FEW) or (
        households == other.get("households") and households >= FEWEST_HOUSEHOLDS
    )
    return bool(fled and others_fled and as_many)


def _people(said: Mapping[str, Any]) -> int | None:
    people = said.get("people") or {}
    total: int | None = people.get("total")
    return sum(people["cells"].values()) if total is None and people.get("cells") else total
