"""What tables of shelters and groups share: the address that asks for them, their headings, and the file of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response, g, stream_with_context, url_for
from sqlalchemy.orm import Session

from app.core.http import session, write_down
from app.dashboard.forms.tables import TableForm
from app.dashboard.schemas import Sorting
from app.dashboard.service import note_export
from app.dashboard.views.moments import Asked
from app.formats import separated
from app.formats.separated import Cell

MOST_FIRST = frozenset({"people", "occupancy", "free"})  # what a first press on their headings asks for


def sorting_of(endpoint: str, form: TableForm, kept: dict[str, Any], sorts: Sequence[str]) -> Sorting:
    """What each heading leads to: the other way round where the table is sorted by it, else its usual way."""
    links = {}
    for sort in sorts:
        is_descending = not form.is_descending if sort == form.by else sort in MOST_FIRST
        links[sort] = url_for(endpoint, **{**kept, "sort": f"-{sort}" if is_descending else sort})
    return Sorting(form.by, form.is_descending, links)


def without(endpoint: str, kept: dict[str, Any]) -> dict[str, str]:
    """What an empty table was asked for, each with the address that asks for all but it."""
    return {
        name: url_for(endpoint, **{other: value for other, value in kept.items() if other != name})
        for name in kept
        if name not in ("sort", "as_of", "known_on")
    }


def is_misread(asked: Asked, form: TableForm) -> bool:
    """Whether an address asks for rows there are not: a file of others would pass for them. Order is no matter."""
    return bool(asked.form.errors or form.errors.keys() - {"sort"})


def as_file(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], asked: Asked, kept: dict[str, Any]
) -> Response:
    """All rows of a table as a file, sent as they are read; written down before the first."""
    moment = [day.isoformat() if day else None for day in (asked.as_of or asked.past.cut.day, asked.known_on)]
    write_down(
        ("table", name, *sorted(kept.items())),
        lambda apart: note_export(apart, actor=g.actor, subject=name, asked=kept),
    )
    pieces = separated.pieces([*columns, "as_of", "known_on"], ([*row, *moment] for row in rows))
    answer = Response(stream_with_context(_read_to_the_end(pieces, session())), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _read_to_the_end(pieces: Iterator[str], reading: Session) -> Iterator[str]:
    """The rows are read when the request is over for everybody else, so its session is closed with the last of them."""
    try:
        yield from pieces
    finally:
        reading.close()
