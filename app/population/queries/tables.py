"""Tables of shelters as they are asked for: of now by `present`, of another moment from the figures of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.core.pagination import page as page_of
from app.population.past import Past
from app.population.queries.listing import Wanted, listed, place_of
from app.population.queries.ordering import Cursor, is_after
from app.population.queries.present import page_now, rows_now
from app.population.queries.shelters import figures_of, shelters_described
from app.population.schemas import ShelterFigure

_A_TIME = 500  # figures held in memory at once


@dataclass(frozen=True)
class Table:
    """A part of a table of shelters, where it goes on (None: that was all), and how many were found in all."""

    items: list[ShelterFigure]
    next: str | None
    found: int


def shelter_table(
    session: Session, *, scope: Scope, past: Past, wanted: Wanted, limit: int, after: Cursor | None = None
) -> Table:
    """Shelters found, in the order asked for, from behind a place in it on."""
    if past.is_present:
        rows, found_in_all = page_now(session, scope, wanted, limit + 1, after)
        listed_now, last = page_of(rows, limit)
        figures = figures_of(session, past.frame, [id_ for id_, _ in listed_now])
        return Table(figures, None if last is None else str(last[1]), found_in_all)
    found = _of_past(session, scope, past, wanted)
    items, ends = page_of([one for one in found if after is None or _is_behind(one, after, wanted)], limit)
    return Table(list(items), None if ends is None else str(place_of(ends, wanted)), len(found))


def whole_table(session: Session, *, scope: Scope, past: Past, wanted: Wanted) -> Iterator[ShelterFigure]:
    """All shelters found, in that order, read by and by."""
    if not past.is_present:
        yield from _of_past(session, scope, past, wanted)
        return
    ids = [id_ for id_, _ in rows_now(session, scope, wanted)]
    for start in range(0, len(ids), _A_TIME):
        yield from figures_of(session, past.frame, ids[start : start + _A_TIME])


def _of_past(session: Session, scope: Scope, past: Past, wanted: Wanted) -> list[ShelterFigure]:
    described = shelters_described(session, scope=scope, past=past)
    return listed([(one.figure, one.state) for one in described], wanted)


def _is_behind(figure: ShelterFigure, after: Cursor, wanted: Wanted) -> bool:
    return is_after(place_of(figure, wanted), after, is_descending=wanted.is_descending)
