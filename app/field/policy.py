"""Which place a typed name means (any script, any of its names, its code), and what a corrected report says. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.text import LONGEST_NAME
from app.field.schemas import Candidate
from app.places.policy import CLOSE_ENOUGH, likeness, plain

SUGGESTED = 5
_CODE = re.compile(r"[A-Z]{2}\d+")


@dataclass(frozen=True)
class Meant:
    """The one meant, or those it might be, nearest first."""

    one: Candidate | None
    maybe: tuple[Candidate, ...] = ()


def meant_by(typed: str, candidates: Sequence[Candidate]) -> Meant:
    """Whose key or name was typed. A code in brackets behind the name settles which of two is meant."""
    if len(typed) > LONGEST_NAME:
        return Meant(None)
    by_key = {candidate.key: candidate for candidate in candidates}
    for code in [typed.strip(), *_CODE.findall(typed.upper())]:
        if code in by_key:
            return Meant(by_key[code])
    wanted = plain(typed)
    same = [one for one in candidates if any(plain(name) == wanted for name in one.names)]
    if len(same) == 1:
        return Meant(same[0])
    return Meant(None, tuple(same[:SUGGESTED]) or _nearest(wanted, candidates))


def _nearest(wanted: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those whose names are like it, nearest first."""
    scored = [(_likeness(wanted, candidate), candidate) for candidate in candidates] if wanted else []
    close = [(score, candidate) for score, candidate in scored if score >= CLOSE_ENOUGH]
    close.sort(key=lambda found: (-found[0], found[1].key))
    return tuple(candidate for _, candidate in close[:SUGGESTED])


def _likeness(wanted: str, candidate: Candidate) -> float:
    return max(likeness(wanted, plain(name)) for name in candidate.names)


_MOMENT = ("occurred_at", "left_at", "clock")  # one answer: when
_OF_THE_FORM = ("id", "kind", *_MOMENT)


def sort_of(kind: str, said: Mapping[str, Any]) -> str:
    """As what a report was entered: a movement by the end its reporter saw. Only people who left are asked when they
    arrived there."""
    if kind != "movement":
        return kind
    if not said.get("from"):
        return "arrival"
    saw_them_arrive = said.get("seen") == "to" and not said.get("left_at")
    return "arrival" if said.get("to") and saw_them_arrive else "departure"


def amended(said: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says once its form was changed: `before` is what the form says untouched, `after` what it says now.

    What was not changed stays as it was said, and so does what the form does not ask. Answers are compared whole;
    names by their language, since not every language is asked.
    """
    parts = {name: part for name, part in said.items() if name != "id"}
    for name in (before.keys() | after.keys()) - set(_OF_THE_FORM):
        if before.get(name) == after.get(name):
            continue
        parts.pop(name, None)
        if after.get(name) is not None:
            parts[name] = after[name]
    if "name" in after and before.get("name") != after["name"]:
        unasked = {key: name for key, name in (said.get("name") or {}).items() if key not in before.get("name", {})}
        parts["name"] = unasked | after["name"]
    if any(before.get(name) != after.get(name) for name in _MOMENT):
        parts = {name: part for name, part in parts.items() if name not in _MOMENT}
        parts |= {name: after[name] for name in _MOMENT if name in after}
    return parts
