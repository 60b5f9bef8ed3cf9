"""What the pages make of figures: admission rules in the words of the forms, positions as people type them. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from heapq import nsmallest
from typing import Any, Literal
from uuid import UUID

from app.core.statements import Change
from app.core.text import name_in
from app.counts.people import People
from app.dashboard.schemas import Accounted
from app.formats.charts import NEAR
from app.formats.separated import Cell
from app.planning.schemas import Filling
from app.population.queries.changes import ShelterChange
from app.population.queries.group_tables import people_said
from app.population.queries.groups import GroupFigure
from app.population.queries.present import Brief
from app.population.schemas import AreaFigure, ShelterFigure
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


SHELTER_COLUMNS = (
    *("shelter", "name", "area", "area_name", "status", "people", "low", "high", "basis", "books_short", "counted_at"),
    *("method", "other_figures", "occupancy", "places", "free", "over", "came", "left"),
)


def shelter_cells(figure: ShelterFigure, language: str) -> tuple[Cell, ...]:
    """A row of the table of shelters as a file has it: what is not known is empty, and so is what is free where nobody
    was counted or that is not open, as on the page."""
    people, free = figure.people, figure.free
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
        free if free is not None and free >= 0 and figure.basis == "counted" and figure.status == "open" else None,
        None if free is None else max(0, -free),
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


def likely_to_fill(briefs: Iterable[Brief], most: int) -> list[Brief]:
    """The fullest of the open shelters that are known to have room."""
    able = [one for one in briefs if one.status == "open" and one.basis == "counted" and (one.free or 0) > 0]
    return nsmallest(most, able, key=lambda one: (-(one.occupancy or 0), one.code))


def next_to_fill(briefs: Iterable[Brief], fillings: Mapping[UUID, Filling], most: int) -> list[tuple[Brief, Filling]]:
    """Shelters that will be full within sight, and when: the soonest first."""
    found = [(one, fillings[one.id]) for one in briefs if one.id in fillings]
    in_sight = [(one, when) for one, when in found if when.days is not None]
    return sorted(in_sight, key=lambda pair: (pair[1].days, pair[1].soonest, pair[0].code))[:most]


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


def days_around(day: date, today: date) -> list[date]:
    """Thirty days with this one among them, in their order: up to today, or some beyond a day that is longer ago."""
    last = today if (today - day).days < DAYS_AT_HAND else day + DAYS_AT_HAND // 2 * DAY
    return [last - back * DAY for back in reversed(range(DAYS_AT_HAND))]


def at_hand(areas: Sequence[AreaFigure], most: int) -> list[AreaFigure]:
    """Of areas those a page lists, by code: as many levels from the topmost down as fit into so many rows, and at least
    two."""
    levels = sorted({one.level or 0 for one in areas})
    fitting = [level for level in levels if sum((one.level or 0) <= level for one in areas) <= most]
    shown = {*levels[:2], *fitting}
    return sorted((one for one in areas if (one.level or 0) in shown), key=lambda one: one.area or "")


def stands(figure: ShelterFigure | None) -> str:
    """In a word, how it stands with a shelter: "over", "near", "closed", "room", or "not_known"."""
    if figure is None:
        return "nothing"
    if figure.status == "closed":
        return "closed"
    if figure.free is None:
        return "not_known"
    if figure.free < 0:
        return "over"
    return "near" if figure.occupancy is None or figure.occupancy >= NEAR else "room"


def newly(change: ShelterChange) -> tuple[int, int, str]:
    """Where a changed shelter stands among others: what is newly over first, then nearly full, closed, new; then by how
    many people it is about."""
    then, now = stands(change.then), stands(change.now)
    known = ("over", "near", "closed")
    rank = known.index(now) if now in known and now != then else 3 if change.then is None else 4
    moved = abs((change.now.people.total or 0) - (change.then.people.total or 0 if change.then else 0))
    return rank, -moved, change.now.shelter
