"""Resolving what reports refer to: shelters, groups and areas by code or id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.places.schemas import area_place_id

_PLACES = text("""
  SELECT code AS key, id, places.area_code, places.area_path, code, same_as IS NOT NULL AS is_merged
  FROM shelters JOIN places USING (id) WHERE shelters.operation_id = :operation AND code = ANY(:codes)
  UNION ALL
  SELECT id::text, id, places.area_code, places.area_path, code, same_as IS NOT NULL
  FROM shelters JOIN places USING (id) WHERE shelters.operation_id = :operation AND id = ANY(:ids)
  UNION ALL
  SELECT 'area:' || code, NULL, code, path, NULL, false FROM areas
  WHERE operation_id = :operation AND code = ANY(:areas)
""")
_GROUPS = text("""
  SELECT code AS key, id, code FROM groups WHERE operation_id = :operation AND code = ANY(:codes)
  UNION ALL
  SELECT id::text, id, code FROM groups WHERE operation_id = :operation AND id = ANY(:ids)
""")
_BOOKED_AS = text(
    "SELECT places.id, kept.code FROM places JOIN shelters AS kept ON kept.id = places.same_as"
    " WHERE places.id = ANY(:places)"
)
_LOCK_CODES = text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:operation AS text), 0))")
_LAST_CODE = {
    "S": text(
        r"SELECT max(substr(code, 3)::int) FROM shelters WHERE operation_id = :operation AND code ~ '^S-\d{4,8}$'"
    ),
    "G": text(r"SELECT max(substr(code, 3)::int) FROM groups WHERE operation_id = :operation AND code ~ '^G-\d{4,8}$'"),
}


@dataclass(frozen=True)
class Found:
    """A place reports may name. `code` None: an area. `is_merged`: it is booked as another shelter."""

    id: UUID
    area_code: str
    area_path: list[str]
    code: str | None
    is_merged: bool = False


def find_places(
    session: Session, operation_id: UUID, *, shelters: Iterable[str], areas: Iterable[str]
) -> dict[str, Found]:
    """Places by the word used for them: a shelter's code or id, or `area:` and a P-code. Unknown ones are left out."""
    words = _codes_and_ids(shelters) | {"operation": operation_id, "areas": list(areas)}
    rows = session.execute(_PLACES, words)
    return {
        key: Found(id_ or area_place_id(operation_id, area_code), area_code, path, code, is_merged)
        for key, id_, area_code, path, code, is_merged in rows
    }


def booked_as(session: Session, place_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of shelters that turned out to be another: the code of that one."""
    return {row.id: row.code for row in session.execute(_BOOKED_AS, {"places": list(place_ids)})}


def find_groups(session: Session, operation_id: UUID, groups: Iterable[str]) -> dict[str, tuple[UUID, str]]:
    """Groups by the word used for them: id and code."""
    rows = session.execute(_GROUPS, _codes_and_ids(groups) | {"operation": operation_id})
    return {row.key: (row.id, row.code) for row in rows}


def as_reference(word: str) -> str:
    """A code as it is, an id as PostgreSQL writes it, so that one thing has one name."""
    id_ = _id_in(word)
    return word if id_ is None else str(id_)


def _codes_and_ids(words: Iterable[str]) -> dict[str, Any]:
    codes: list[str] = []
    ids: list[UUID] = []
    for word in words:
        id_ = _id_in(word)
        codes.append(word) if id_ is None else ids.append(id_)
    return {"codes": codes, "ids": ids}


def _id_in(word: str) -> UUID | None:
    """An id is written in 36 characters; a code has at most 32, so 32 hexadecimal digits are a code."""
    if len(word) != 36:
        return None
    try:
        return UUID(word)
    except ValueError:
        return None


def lock_codes(session: Session, operation_id: UUID) -> None:
    """Let one post at a time make shelters and groups in an operation, until it commits: two in different order
    would lock each other up over ids and codes, and two at once would take the same number."""
    session.execute(_LOCK_CODES, {"operation": str(operation_id)})


def next_number(session: Session, operation_id: UUID, letter: str) -> int:
    """The number after the highest code made so far. Two posts may take the same: only one gets through."""
    last: Any = session.scalar(_LAST_CODE[letter], {"operation": operation_id})
    return (last or 0) + 1
