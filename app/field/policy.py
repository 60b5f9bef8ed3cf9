"""What a corrected report says. Pure."""

from collections.abc import Mapping
from typing import Any

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
