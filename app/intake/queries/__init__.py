"""Resolving what reports refer to: shelters, groups and areas by code or id."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.places.schemas import area_place_id

_PLACES = text("""
  WITH at AS MATERIALIZED (SELECT (SELECT turn FROM turns WHERE operation_id = :operation) AS turn)
  SELECT code, places.id, places.area_code, kept.area_path, code, places.same_as IS NOT NULL, is_void, turn,
    places.area_path
  FROM at, shelters JOIN places USING (id) JOIN places AS kept ON kept.id = places.kept_id
  WHERE shelters.operation_id = :operation AND code = ANY(:codes)
  UNION ALL
  SELECT places.id::text, places.id, places.area_code, kept.area_path, code, places.same_as IS NOT NULL, is_void, turn,
    places.area_path
  FROM at, shelters JOIN places USING (id) JOIN places AS kept ON kept.id = places.kept_id
  WHERE shelters.operation_id = :operation AND places.id = ANY(:ids)
  UNION ALL
  SELECT 'area:' || code, NULL, code, path, NULL, false, false, turn, path FROM at, areas
  WHERE operation_id = :operation AND code = ANY(:areas)
""")
_GROUPS = text("""
  SELECT code AS key, id, code FROM groups WHERE operation_id = :operation AND code = ANY(:codes)
  UNION ALL
  SELECT id::text, id, code FROM groups WHERE operation_id = :operation AND id = ANY(:ids)
""")
_BOOKED_AS = text(
    "SELECT places.id, kept.code, kept.area_path FROM places JOIN shelters AS kept ON kept.id = places.same_as"
    " WHERE places.id = ANY(:places)"
)
# Numbers of codes of our form. Those we make ourselves are at most as many as there are rows, whatever was written by
# hand: a shelter that somebody called S-99999999 does not make the next one S-100000000.
_NUMBERED = r"""
  WITH numbered AS (
    SELECT substr(code, 3)::int AS number FROM {table} WHERE operation_id = :operation AND code ~ '^{letter}-\d{{4,8}}$'
  ), made AS (
    SELECT coalesce(max(number), 0) AS last FROM numbered
    WHERE number <= (SELECT count(*) FROM {table} WHERE operation_id = :operation)
  )
  SELECT last, ARRAY(SELECT number FROM numbered WHERE number > last) AS by_hand FROM made
"""
_NUMBERS = {
    letter: text(_NUMBERED.format(table=table, letter=letter)) for letter, table in (("S", "shelters"), ("G", "groups"))
}


@dataclass(frozen=True)
class Found:
    """A place reports may name. `code` None: an area. `area_path`: where it lies; of one that `is_merged`, booked as
    another shelter, where that lies, and `own_path` where it seemed to lie itself. `is_void`: the report that
    registered it was taken back. `turn`: when it was so (ledger.models.Turn)."""

    id: UUID
    area_code: str
    area_path: list[str]
    code: str | None
    is_merged: bool = False
    is_void: bool = False
    turn: UUID | None = None
    own_path: list[str] | None = None


def find_places(
    session: Session, operation_id: UUID, *, shelters: Iterable[str], areas: Iterable[str]
) -> dict[str, Found]:
    """Places by the word used for them: a shelter's code or id, or `area:` and a P-code. Unknown ones are left out."""
    words = _codes_and_ids(shelters) | {"operation": operation_id, "areas": list(areas)}
    rows = session.execute(_PLACES, words)
    return {
        key: Found(id_ or area_place_id(operation_id, area_code), area_code, *more)
        for key, id_, area_code, *more in rows
    }


def booked_as(session: Session, scope: Scope, place_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of shelters that turned out to be another in scope: the code of that one."""
    rows = session.execute(_BOOKED_AS, {"places": list(place_ids)})
    return {row.id: row.code for row in rows if scope.holds(row.area_path)}


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


def free_codes(session: Session, operation_id: UUID, letter: str) -> Iterator[str]:
    """Codes that are free, S-0001 and on, each after the highest made so far; numbers written by hand are left out."""
    last, by_hand = session.execute(_NUMBERS[letter], {"operation": operation_id}).one()
    taken = set(by_hand)
    return (f"{letter}-{number:04d}" for number in count(last + 1) if number not in taken)
