"""Which shelters a table shows and in which order, told of figures. Pure; `present` says the same in SQL."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from typing import Any, Literal, Protocol, get_args

from app.core.text import name_in
from app.formats.charts import NEAR
from app.population.queries.ordering import Cursor, Key, in_order
from app.population.schemas import Room, ShelterFigure
from app.shelters.policy import found_by, sought_of

Sort = Literal["code", "name", "people", "occupancy", "free", "counted_at"]
RoomIs = Literal["over", "nearly_full", "free", "unknown"]
NO_PLACES = 1e6  # as full as if there were a millionth of a place
ACCENTS = "[\u0300-\u036f]"
SORTS, ROOMS = get_args(Sort), get_args(RoomIs)


@dataclass(frozen=True)
class Wanted:
    """Of all shelters those called like `search`, of a kind, a status and with room as said; None or empty: any.
    `language`: of the names they are sorted by."""

    search: str = ""
    kind: str | None = None
    status: str | None = None
    room: str | None = None
    sort: str = "code"
    is_descending: bool = False
    language: str = "en"


def has_room_known(figure: ShelterFigure) -> bool:
    """Whether it is known how many places are free, or how many people are over: of a shelter nobody counted only once
    more have arrived than there are places for."""
    return figure.free is not None


def _is_over(figure: ShelterFigure) -> bool:
    return has_room_known(figure) and (figure.free or 0) < 0


def _is_nearly_full(figure: ShelterFigure) -> bool:
    is_near = figure.occupancy is not None and figure.occupancy >= NEAR
    return has_room_known(figure) and is_near and (figure.free or 0) >= 0


def _is_free(figure: ShelterFigure) -> bool:
    return has_room_known(figure) and (figure.free or 0) > 0 and figure.status == "open"


def _is_unknown(figure: ShelterFigure) -> bool:
    return figure.status != "closed" and not has_room_known(figure)


ROOM: Mapping[str, Callable[[ShelterFigure], bool]] = {
    "over": _is_over,
    "nearly_full": _is_nearly_full,
    "free": _is_free,
    "unknown": _is_unknown,
}
"""Only counted, open shelters have free places; of a closed one nothing needs to be known."""


class Stands(Protocol):
    """What of a shelter tells whether there is room: of its figure, or in brief."""

    @property
    def status(self) -> str | None: ...
    @property
    def basis(self) -> str: ...
    @property
    def free(self) -> int | None: ...
    @property
    def occupancy(self) -> float | None: ...
    @property
    def counted_at(self) -> datetime | None: ...


def room_of(shelters: Collection[Stands]) -> Room:
    """Where there is room in all of these: `ROOM`, each looked at once."""
    known = free = with_room = not_known = over = overfull = nearly_full = 0
    is_over_at_least = False
    ages: list[datetime] = []
    for one in shelters:
        if one.counted_at is not None:
            ages.append(one.counted_at)
        left = one.free
        if left is None:
            not_known += one.status != "closed"
            continue
        known += 1
        if left < 0:
            over, overfull = over - left, overfull + 1
            is_over_at_least |= one.basis != "counted"
        else:
            nearly_full += one.occupancy is not None and one.occupancy >= NEAR
            if left and one.status == "open":
                free, with_room = free + left, with_room + 1
    return Room(
        shelters=len(shelters),
        known=known,
        free=free,
        with_room=with_room,
        not_known=not_known,
        over=over,
        is_over_at_least=is_over_at_least,
        overfull=overfull,
        nearly_full=nearly_full,
        counted_at=median_low(ages) if ages else None,
    )


def is_wanted(figure: ShelterFigure, state: Mapping[str, Any], wanted: Wanted) -> bool:
    """Whether a table asked so shows a shelter."""
    if wanted.search:
        sought = sought_of(figure.shelter, state)
        if not any(part in sought for part in found_by(wanted.search)):
            return False
    return (
        wanted.kind in (None, state.get("site_type"))
        and wanted.status in (None, figure.status)
        and (wanted.room is None or ROOM[wanted.room](figure))
    )


def sorted_by_name(names: dict[str, str], language: str) -> str:
    """A name as it is sorted by: without accents and capitals."""
    return re.sub(ACCENTS, "", unicodedata.normalize("NFKD", name_in(names, language)).lower())


def fullness(figure: ShelterFigure) -> float | None:
    """What a table sorts by how full shelters are: people where there are no places come before all others."""
    if figure.capacity == 0 and figure.people.total and figure.basis != "unknown":
        return NO_PLACES * figure.people.total
    return figure.occupancy


def place_of(figure: ShelterFigure, wanted: Wanted) -> Cursor:
    """Where a shelter stands in a table."""
    keys: dict[str, Key] = {
        "people": figure.people.total,
        "occupancy": fullness(figure),
        "free": figure.free,
        "counted_at": figure.counted_at,
    }
    if wanted.sort == "code":
        return Cursor.by_code(figure.shelter)
    if wanted.sort == "name":
        return Cursor(figure.shelter, sorted_by_name(figure.name, wanted.language))
    return Cursor(figure.shelter, keys[wanted.sort])


def listed(described: Iterable[tuple[ShelterFigure, Mapping[str, Any]]], wanted: Wanted) -> list[ShelterFigure]:
    """Of these shelters, each with everything said of it, those asked for in the order asked for."""
    found = [figure for figure, state in described if is_wanted(figure, state, wanted)]
    return in_order(found, lambda figure: place_of(figure, wanted), is_descending=wanted.is_descending)
