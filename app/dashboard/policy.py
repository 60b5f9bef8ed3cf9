"""Admission rules in the words of the forms, and positions as people type them. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Literal

ADULT_AGE = 18
# Two numbers. Where a comma stands before fractions, something else must stand between them.
_POSITIONS = (
    re.compile(r"(-?\d{1,3}\.\d{1,15})\s*[,;\s]\s*(-?\d{1,3}\.\d{1,15})"),
    re.compile(r"(-?\d{1,3}(?:[.,]\d{1,15})?)(?:\s*;|,?\s)\s*(-?\d{1,3}(?:[.,]\d{1,15})?)"),
)
_AS_TYPED = str.maketrans("\u2212\u2013\u066b\u060c\u061b", "--.,;")  # minus and dash, signs of Arabic
_FARTHEST = (90, 180)
_CHILDREN = re.compile(r"\*:\d+-(\d+)")


def lets_in(rule: Mapping[str, Any] | None) -> Literal["anyone", "women_and_children", "other"]:
    """Who an admission rule lets in, in one of the answers the forms offer."""
    cells, words = (rule or {}).get("cells") or [], (rule or {}).get("text")
    if not cells:
        return "other" if words else "anyone"
    ages = [_CHILDREN.fullmatch(cell) for cell in cells if cell != "female:*"]
    is_known = "female:*" in cells and all(age is not None and int(age[1]) < ADULT_AGE for age in ages)
    return "women_and_children" if is_known else "other"


def position_typed(typed: str) -> tuple[float, float] | None:
    """Latitude and longitude of what was typed in digits 0-9; None where it is no position on earth."""
    text = typed.translate(_AS_TYPED).strip()
    found = next((match for shape in _POSITIONS if (match := shape.fullmatch(text))), None)
    if found is None:
        return None
    lat, lon = (float(part.replace(",", ".")) for part in found.groups())
    return (lat, lon) if abs(lat) <= _FARTHEST[0] and abs(lon) <= _FARTHEST[1] else None
