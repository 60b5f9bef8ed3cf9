"""Admission rules in the words of the forms. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Literal

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
