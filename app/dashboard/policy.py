"""What the pages make of figures: admission rules in the words of the forms, positions as people type them, what stands
first. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from app.dashboard.schemas import Homes
from app.formats.charts import NEAR
from app.population.queries.changes import ShelterChange
from app.population.queries.flows import Flow
from app.population.schemas import ShelterFigure

ADULT_AGE = 18
# Two numbers. Where a comma stands before fractions, something else must stand between them.
_POSITIONS = (
    re.compile(r"(-?\d{1,3}\.\d{1,15})\s*[,;\s]\s*(-?\d{1,3}\.\d{1,15})"),
    re.compile(r"(-?\d{1,3}(?:[.,]\d{1,15})?)(?:\s*;|,?\s)\s*(-?\d{1,3}(?:[.,]\d{1,15})?)"),
)
_AS_TYPED = str.maketrans("\u2212\u2013\u066b\u060c\u061b", "--.,;")  # minus and dash, signs of Arabic
_FARTHEST = (90, 180)
DAY = timedelta(days=1)
DAYS_AT_HAND = 30
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


def days_around(day: date, today: date) -> list[date]:
    """Thirty days with this one among them, in their order: up to today, or some beyond a day that is longer ago."""
    last = today if (today - day).days < DAYS_AT_HAND else day + DAYS_AT_HAND // 2 * DAY
    return [last - back * DAY for back in reversed(range(DAYS_AT_HAND))]


def fullest_of(figures: Sequence[ShelterFigure], most: int) -> list[ShelterFigure]:
    """The fullest shelters first; those whose occupancy is not known come last."""
    return sorted(figures, key=lambda one: (one.occupancy is None, -(one.occupancy or 0), one.shelter))[:most]


def stands(figure: ShelterFigure | None) -> str:
    """In a word, how it stands with a shelter: "over", "near", "closed", "room", or "not_known"."""
    if figure is None:
        return "nothing"
    if figure.status == "closed":
        return "closed"
    if figure.free is None or figure.occupancy is None:
        return "not_known"
    if figure.free < 0:
        return "over"
    return "near" if figure.occupancy >= NEAR else "room"


def newly(change: ShelterChange) -> tuple[int, int, str]:
    """Where a changed shelter stands among others: what is newly over first, then nearly full, closed, new; then by how
    many people it is about."""
    then, now = stands(change.then), stands(change.now)
    known = ("over", "near", "closed")
    rank = known.index(now) if now in known and now != then else 3 if change.then is None else 4
    moved = abs((change.now.people.total or 0) - (change.then.people.total or 0 if change.then else 0))
    return rank, -moved, change.now.shelter


def largest(homes: Homes, most: int) -> list[tuple[dict[str, str] | None, Flow]]:
    """The largest flows from a home (its name; None: not known) to a place, over all homes."""
    rows = [(row.name if row.origin else None, place) for row in homes.all_rows for place in row.places]
    return sorted(rows, key=lambda one: (-one[1].people, one[1].shelter or one[1].area))[:most]
