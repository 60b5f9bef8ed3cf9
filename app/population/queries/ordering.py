"""Tables in an order people choose, and where they go on: behind a row, by what it is sorted by and its code. Pure.

What is not known comes last, whichever way a table is sorted; rows alike are in the order of their codes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, TypeVar

from app.core.pagination import BadCursor

Key = str | int | float | datetime | None
Item = TypeVar("Item")


@dataclass(frozen=True)
class Cursor:
    """A row's place in the order: its code, and what it is sorted by before that."""

    code: str
    key: Key = None
    is_of_code: bool = False

    @classmethod
    def by_code(cls, code: str) -> "Cursor":
        """Where nothing else is sorted by."""
        return cls(code, code, is_of_code=True)

    def __str__(self) -> str:
        key = self.key.isoformat() if isinstance(self.key, datetime) else self.key
        return self.code if key is None or self.is_of_code else f"{self.code} {key}"


def _whole(said: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", said):
        raise ValueError(said)
    return int(said)


def _share(said: str) -> float:
    if not isfinite(float(said)):
        raise ValueError(said)
    return float(said)


def _moment(said: str) -> datetime:
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise ValueError(said)
    return at.astimezone(UTC)


_CODE = re.compile(r"[A-Z0-9-]{1,32}")
_READ: Mapping[str, Callable[[str], Key]] = {
    "people": _whole,
    "occupancy": _share,
    "free": _whole,
    "counted_at": _moment,
}


def cursor_of(text: str, sort: str) -> Cursor | None:
    """What a cursor names in a table sorted so; None: its beginning. BadCursor for what is no such place."""
    if not text:
        return None
    code, _, said = text.partition(" ")
    try:
        key = _READ.get(sort, str)(said) if said else None
    except (ValueError, OverflowError) as error:
        raise BadCursor from error
    if not _CODE.fullmatch(code):
        raise BadCursor
    return Cursor.by_code(code) if sort == "code" else Cursor(code, key)


def in_order(items: Iterable[Item], place: Callable[[Item], Cursor], *, is_descending: bool) -> list[Item]:
    """Items by their places."""
    placed: list[tuple[Any, Item]] = sorted(((place(item), item) for item in items), key=lambda one: one[0].code)
    known = [one for one in placed if one[0].key is not None]
    known.sort(key=lambda one: one[0].key, reverse=is_descending)
    return [item for _, item in known] + [item for at, item in placed if at.key is None]


def is_after(at: Cursor, other: Cursor, *, is_descending: bool) -> bool:
    """Whether a place stands behind another."""
    one: Any = at.key
    key: Any = other.key
    if one is None or key is None:
        return one is None and (key is not None or at.code > other.code)
    if one == key:
        return at.code > other.code
    return bool(one < key if is_descending else one > key)
