"""Capacity and the state of a shelter as of a moment. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import floor
from typing import Any, Literal, get_args
from uuid import UUID

COVERED_M2_PER_PERSON = 3.5  # Sphere shelter standard 3

SiteType = Literal[
    "planned_camp",
    "self_settled_camp",
    "collective_centre",
    "reception_centre",
    "transit_centre",
    "evacuation_centre",
    "other",
]
Building = Literal[
    "school",
    "community_hall",
    "religious_building",
    "hotel",
    "gym",
    "warehouse",
    "factory",
    "unfinished_building",
    "military_facility",
    "public_building",
    "private_building",
    "tents",
    "prefab",
    "open_air",
    "other",
]
Status = Literal["planned", "open", "restricted", "full", "closing", "closed"]
Access = Literal["open", "difficult", "cut_off", "unknown"]

BASE_FIELDS = ("capacity", "blocked", "covered_area_m2")  # what places_for_people looks at

SITE_TYPES, BUILDINGS, STATUSES = (get_args(words) for words in (SiteType, Building, Status))

Statement = tuple[datetime, UUID, Mapping[str, Any]]


def state_of(statements: Iterable[Statement], *, until: datetime | None = None) -> dict[str, Any]:
    """Fold what reports said of a shelter, field by field: the latest that speaks of a field holds.

    A statement is (occurred_at, report id, fields); a field absent is unchanged, null is now unknown.
    `until` leaves out what was true only later.
    """
    state: dict[str, Any] = {}
    for occurred_at, _, fields in sorted(statements, key=lambda statement: statement[:2]):
        if until is None or occurred_at <= until:
            state.update(fields)
    return state


def places_for_people(state: Mapping[str, Any]) -> int | None:
    """How many people the shelter is meant for: declared less blocked, else its covered space by the Sphere
    standard; None where neither is known. Never below 0."""
    declared = state.get("capacity")
    if declared is not None:
        return max(0, int(declared) - int(state.get("blocked") or 0))
    covered = state.get("covered_area_m2")
    return None if covered is None else floor(covered / COVERED_M2_PER_PERSON)


def admits(rule: Mapping[str, Any] | None, cell: str) -> bool:
    """Whether an admission rule lets people of a cell (`sex:age`) in. Unknown sex or age never breaks it."""
    patterns = (rule or {}).get("cells")
    if not patterns:
        return True
    sex, age = cell.split(":", 1)
    return any(
        (wanted_sex in ("*", sex) and wanted_age in ("*", age)) or "unknown" in (sex, age)
        for wanted_sex, wanted_age in (pattern.split(":", 1) for pattern in patterns)
    )
