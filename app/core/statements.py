"""What reports said of a thing over time, folded field by field. Pure.

A statement speaks of some fields as of a moment: a field absent is unchanged, null is now unknown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Change:
    """What one statement changed of a state: by field, the value before (None: not known) and after."""

    at: datetime
    fields: Mapping[str, tuple[Any, Any]]


def changes_of(statements: Iterable[Statement], *, until: datetime | None = None) -> list[Change]:
    """How a state became what it is, in order; what a statement only says again is no change, nor is a statement that
    says nothing new."""
    state: dict[str, Any] = {}
    changes: list[Change] = []
    for occurred_at, _, fields in sorted(statements, key=lambda statement: statement[:2]):
        if until is not None and occurred_at > until:
            break
        new = {name: (state.get(name), value) for name, value in fields.items() if state.get(name) != value}
        state.update(fields)
        if new:
            changes.append(Change(occurred_at, new))
    return changes
