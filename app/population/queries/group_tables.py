"""Tables of groups as they are asked for. There are some hundreds of them: who may know of which is asked of all, and
where their people are of those that are shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core.pagination import page as page_of
from app.places.models import Area
from app.places.queries import areas_of
from app.population.past import Past
from app.population.queries.groups import GroupFigure, Listed, groups_listed, placed
from app.population.queries.listing import sorted_by_name
from app.population.queries.ordering import Cursor, in_order, is_after
from app.shelters.policy import found_by, sought_of

_A_TIME = 200  # groups placed at once


@dataclass(frozen=True)
class GroupsWanted:
    """Of all groups those called like `search` (by their label, their code or their home), with their home in an area;
    None or empty: any."""

    search: str = ""
    home: str | None = None
    sort: str = "code"
    is_descending: bool = False


@dataclass(frozen=True)
class GroupTable:
    """A part of a table of groups, where it goes on (None: that was all), and how many were found in all. `homes`: the
    areas groups have their homes in and those around these, by code."""

    items: list[GroupFigure]
    next: str | None
    found: int
    homes: Mapping[str, Area]


def people_said(state: Mapping[str, Any]) -> int | None:
    """How many people a group was said to be; None: not known, or not as one number."""
    people = state.get("people") or {}
    total, cells = people.get("total"), people.get("cells")
    return sum(cells.values()) if total is None and cells else total


def group_table(
    session: Session, *, actor: Actor, past: Past, wanted: GroupsWanted, limit: int, after: Cursor | None = None
) -> GroupTable:
    """Groups found, in the order asked for, from behind a place in it on."""
    groups, homes = _found(session, actor, past, wanted)
    found = len(groups)
    if after is not None:
        groups = [one for one in groups if is_after(_place(one, wanted), after, is_descending=wanted.is_descending)]
    listed, last = page_of(groups, limit)
    items = placed(session, actor, listed, past)
    return GroupTable(items, None if last is None else str(_place(last, wanted)), found, homes)


def all_groups(
    session: Session, *, actor: Actor, past: Past, wanted: GroupsWanted
) -> Iterator[tuple[GroupFigure, Area | None]]:
    """All groups found, in that order, each with the area of its home; read by and by."""
    groups, homes = _found(session, actor, past, wanted)
    for start in range(0, len(groups), _A_TIME):
        for figure in placed(session, actor, groups[start : start + _A_TIME], past):
            yield figure, homes.get(figure.state.get("origin") or "")


def _found(session: Session, actor: Actor, past: Past, wanted: GroupsWanted) -> tuple[list[Listed], Mapping[str, Area]]:
    groups = groups_listed(session, actor, past)
    origins = {str(group.state["origin"]) for group in groups if group.state.get("origin")}
    homes = areas_of(session, actor.scope.operation_id, sorted(origins))
    parts = found_by(wanted.search) if wanted.search else None
    found = [one for one in groups if _is_wanted(one, homes.get(one.state.get("origin") or ""), wanted, parts)]
    around = {code for area in homes.values() for code in area.path} - origins
    homes |= areas_of(session, actor.scope.operation_id, sorted(around))
    return in_order(found, lambda one: _place(one, wanted), is_descending=wanted.is_descending), homes


def _is_wanted(group: Listed, home: Area | None, wanted: GroupsWanted, parts: list[str] | None) -> bool:
    if wanted.home is not None and (home is None or wanted.home not in home.path):
        return False
    if parts is None:
        return True
    names = [group.state.get("label"), *(home.name.values() if home else ())]
    sought = sought_of(group.code, {"aliases": [name for name in names if name]})
    return any(part in sought for part in parts)


def _place(group: Listed, wanted: GroupsWanted) -> Cursor:
    if wanted.sort == "people":
        return Cursor(group.code, people_said(group.state))
    if wanted.sort == "code":
        return Cursor.by_code(group.code)
    return Cursor(group.code, sorted_by_name({"en": group.state.get("label") or group.code}, "en"))
