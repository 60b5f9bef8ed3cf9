"""Places that reports named lately, so that the next report about them need not ask what they are.

What is remembered was so at a turn of the operation (ledger.models.Turn). A report that relies on it is stored only by
a statement that still sees that turn: so nothing is ever taken on what had changed when it was stored.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from app.intake.queries import Found

_MOST = 50_000

_found: dict[tuple[UUID, str], Found] = {}
_latest: dict[UUID, UUID] = {}  # the turn we saw last: what was so at another is not worth trying


def remember(operation_id: UUID, found: Mapping[str, Found]) -> None:
    """Keep places by the word used for them."""
    if len(_found) > _MOST:
        _found.clear()
    for word, place in found.items():
        if place.turn is not None:
            _found[operation_id, word] = place
            _latest[operation_id] = place.turn


def recall(operation_id: UUID, words: Iterable[str]) -> tuple[dict[str, Found], UUID] | None:
    """These places, and the turn at which they were so. None: ask."""
    turn = _latest.get(operation_id)
    places = {word: _found.get((operation_id, word)) for word in words}
    known = {word: place for word, place in places.items() if place is not None and place.turn == turn}
    return (known, turn) if turn is not None and len(known) == len(places) else None
