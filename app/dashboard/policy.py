"""What the pages make of figures: admission rules in the words of the forms, positions as people type them, what stands
first. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from app.core.statements import Change
from app.counts.people import People
from app.dashboard.schemas import Accounted, Homes
from app.planning.schemas import Filling
from app.population.queries.flows import Flow
from app.population.queries.groups import GroupFigure
from app.population.schemas import ShelterFigure
from app.shelters.policy import FIELDS, NAMES, POSITION

ADULT_AGE = 18
# Of what is said of a shelter, what its history tells, in this order.
TOLD = tuple(name for name in FIELDS if name not in (*NAMES, *POSITION, "admits"))
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


def fullest_of(figures: Sequence[ShelterFigure], most: int) -> list[ShelterFigure]:
    """The fullest shelters first; those whose occupancy is not known come last."""
    return sorted(figures, key=lambda one: (one.occupancy is None, -(one.occupancy or 0), one.shelter))[:most]


def likely_to_fill(figures: Sequence[ShelterFigure], most: int) -> list[ShelterFigure]:
    """The fullest of the open shelters that are known to have room."""
    able = [one for one in figures if one.status == "open" and one.basis == "counted" and (one.free or 0) > 0]
    return fullest_of(able, most)


def next_to_fill(
    figures: Sequence[ShelterFigure], fillings: Mapping[UUID, Filling], most: int
) -> list[tuple[ShelterFigure, Filling]]:
    """Shelters that will be full within sight, and when: the soonest first."""
    found = [(one, fillings[one.place_id]) for one in figures if one.place_id in fillings]
    in_sight = [(one, when) for one, when in found if when.days is not None]
    return sorted(in_sight, key=lambda pair: (pair[1].days, pair[1].soonest, pair[0].shelter))[:most]


def largest(homes: Homes, most: int) -> list[tuple[dict[str, str] | None, Flow]]:
    """The largest flows from a home (its name; None: not known) to a place, over all homes."""
    rows = [(row.name if row.origin else None, place) for row in homes.all_rows for place in row.places]
    return sorted(rows, key=lambda one: (-one[1].people, one[1].shelter or one[1].area))[:most]


def lifted(path: Sequence[str], level: int, within: frozenset[str] | None = None) -> str:
    """The area of a level above one, or itself where it is no lower. `within`: the reader's areas; they see no part of
    an area above these, so nobody takes that part for all of it."""
    highest = 0 if within is None else next((number for number, code in enumerate(path) if code in within), 0)
    return path[min(max(level, highest), len(path) - 1)]


def told_of_changes(changes: Iterable[Change]) -> list[Change]:
    """Changes of a shelter as they are told, the newest first: of where exactly it lies and what it is called nothing,
    and of who is let in the words of the forms."""
    told: list[Change] = []
    for change in changes:
        fields = {name: change.fields[name] for name in TOLD if name in change.fields}
        if "admits" in change.fields:
            before, after = change.fields["admits"]
            fields["admission"] = (before and _admission(before), _admission(after))
        if fields:
            told.append(Change(change.at, fields))
    return told[::-1]


def _admission(rule: Mapping[str, Any] | None) -> str:
    let_in = lets_in(rule)
    return (rule or {}).get("text") or let_in if let_in == "other" else let_in


def whole_of(state: Mapping[str, Any], household_size: float) -> int | None:
    """How many people a group is, by what was said of it; None: nobody said. Households stand for people where only
    they are known."""
    said = state.get("people") or {}
    cells = said.get("cells")
    total = sum(cells.values()) if said.get("total") is None and cells else said.get("total")
    households = said.get("households") if state.get("households") is None else state["households"]
    return People(total, households=households).best(household_size)


def accounted_for(group: GroupFigure, whole: int | None) -> Accounted | None:
    """How many of a group are booked at places, and of how many nobody said where they are; None where that cannot be
    said: nobody told how many they are, some are outside the reader's areas, or more left a place than came."""
    counts = [at.people for at in group.at]
    if whole is None or any(people is None or people < 0 for people in counts):
        return None
    booked = sum(people or 0 for people in counts)
    return Accounted(whole, booked, whole - booked)
