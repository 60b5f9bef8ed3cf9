"""What reports said of a thing over time, folded field by field. Pure.

A statement speaks of some fields as of a moment: a field absent is unchanged, null is now unknown.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

Statement = tuple[datetime, UUID, Mapping[str, Any]]  # when it was true, the report's first id, the fields spoken of


def state_of(statements: Iterable[Statement], *, until: datetime | None = None) -> dict[str, Any]:
    """The state these statements come to, whatever the order they are given in: the latest that speaks of a field
    holds. `until` leaves out what was true only later."""
    state: dict[str, Any] = {}
    for occurred_at, _, fields in sorted(statements, key=lambda statement: statement[:2]):
        if until is None or occurred_at <= until:
            state.update(fields)
    return state
