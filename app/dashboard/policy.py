"""What the pages make of figures: admission rules in the words of the forms, positions as people type them. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from app.core.text import name_in
from app.formats.separated import Cell
from app.population.queries.group_tables import people_said
from app.population.queries.groups import GroupFigure
from app.population.schemas import ShelterFigure

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


SHELTER_COLUMNS = (
    *("shelter", "name", "area", "area_name", "status", "people", "low", "high", "basis", "books_short", "counted_at"),
    *("method", "other_figures", "occupancy", "places", "free", "over", "came", "left"),
)


def shelter_cells(figure: ShelterFigure, language: str) -> tuple[Cell, ...]:
    """A row of the table of shelters as a file has it: what is not known is empty, and so is what is free where nobody
    was counted or that is not open, as on the page."""
    people, is_known = figure.people, figure.basis == "counted" and figure.free is not None
    free = figure.free or 0
    return (
        figure.shelter,
        name_in(figure.name, language),
        figure.area,
        name_in(figure.area_name, language),
        figure.status,
        people.total,
        people.low,
        people.high,
        figure.basis,
        figure.shortfall,
        figure.counted_at.isoformat() if figure.counted_at else None,
        figure.method,
        figure.competing,
        None if figure.occupancy is None else round(figure.occupancy, 4),
        figure.capacity,
        free if is_known and free >= 0 and figure.status == "open" else None,
        max(0, -free) if is_known else None,
        figure.came,
        figure.left,
    )


GROUP_COLUMNS = ("group", "label", "people", "households", "home", "home_name", "where")


def group_cells(group: GroupFigure, home: dict[str, str], language: str) -> tuple[Cell, ...]:
    """A row of the table of groups as a file has it: what is not known is empty."""
    here = [(name_in(at.name, language), at.people) for at in group.at if at.people is None or at.people > 0]
    return (
        group.code,
        group.state.get("label"),
        people_said(group.state),
        group.state.get("households"),
        group.state.get("origin"),
        name_in(home, language),
        "; ".join(name if people is None else f"{name}: {people}" for name, people in here),
    )


def position_typed(typed: str) -> tuple[float, float] | None:
    """Latitude and longitude of what was typed in digits 0-9; None where it is no position on earth."""
    text = typed.translate(_AS_TYPED).strip()
    found = next((match for shape in _POSITIONS if (match := shape.fullmatch(text))), None)
    if found is None:
        return None
    lat, lon = (float(part.replace(",", ".")) for part in found.groups())
    return (lat, lon) if abs(lat) <= _FARTHEST[0] and abs(lon) <= _FARTHEST[1] else None
