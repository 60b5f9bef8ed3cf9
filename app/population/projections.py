"""Shelters, groups and bookings derived from their reports again: for a rebuild, and to compare.

What was said of shelters and groups is kept with them, so that no question about one reads the ledger; every row of
it follows from a report, and from the version that took its place.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.groups import policy as of_groups
from app.groups import service as groups
from app.groups.models import Group
from app.groups.queries import Present, presents_of
from app.ledger import service as ledger
from app.ledger.queries import same_places, standing
from app.places import service as places
from app.places.queries import list_operations
from app.shelters import policy as of_shelters
from app.shelters import service as shelters
from app.shelters.models import Shelter
from app.shelters.queries import states_of

_A_TIME = 500
# Shelters that are booked as another come first: their names go over to it.
_SHELTERS = "SELECT id FROM places WHERE kind = 'shelter' AND {} ORDER BY same_as NULLS LAST, id"
_GROUPS = "SELECT id FROM groups WHERE {} ORDER BY id"
_OF_OPERATION = "operation_id = :operation"
_COLUMNS = "report_id, first_id, {about}, operation_id, occurred_at, fields, recorded_at, replaced_at"
_SAID = """
  SELECT reports.id AS report_id, coalesce(reports.version_of, reports.id) AS first_id, reports.{column} AS {about},
    reports.operation_id, reports.occurred_at, (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each(
      CASE WHEN reports.corrects IS NULL THEN reports.content ELSE reports.content -> 'replacement' END)
      WHERE key = ANY(:{about}_fields)) AS fields, reports.recorded_at, later.recorded_at AS replaced_at
  FROM reports LEFT JOIN reports AS later ON later.corrects = reports.id
  WHERE reports.kind IN {kinds}
"""
_SHELTER_STATES = _SAID.format(column="place_id", about="shelter_id", kinds="('shelter', 'shelter_state')")
_GROUP_STATES = _SAID.format(column="group_id", about="group_id", kinds="('group')")
_STATES = {
    "shelter_states": (_SHELTER_STATES, _COLUMNS.format(about="shelter_id")),
    "group_states": (_GROUP_STATES, _COLUMNS.format(about="group_id")),
}
# Only rows that are not what was said are written: first those that are wrong go, then those that are missing come.
_RESTATE = (
    """
  WITH said AS ({said}), right_ones AS (SELECT {columns} FROM said INTERSECT SELECT {columns} FROM {table})
  DELETE FROM {table} WHERE ({about} = ANY(:ids) OR report_id IN (SELECT report_id FROM said))
    AND report_id NOT IN (SELECT report_id FROM right_ones)
""",
    """
  INSERT INTO {table} ({columns}) SELECT {columns} FROM ({said}) AS said
  WHERE NOT EXISTS (SELECT FROM {table} WHERE {table}.report_id = said.report_id)
""",
)
_FIELDS = {"shelter_id_fields": list(of_shelters.FIELDS), "group_id_fields": list(of_groups.FIELDS)}

# Where each shelter lies, and whether its report was taken back.
_REGISTERED = f"""
  SELECT shelters.id, shelters.code, coalesce(areas.code, shelters.area_code) AS area_code,
    coalesce(areas.path, shelters.area_path) AS area_path, reports.id IS NULL AS is_void
  FROM shelters LEFT JOIN reports ON (reports.id = shelters.id OR reports.version_of = shelters.id)
    AND reports.kind = 'shelter' AND {standing()}
  LEFT JOIN areas ON areas.operation_id = shelters.operation_id
    AND areas.code = coalesce(reports.area_code, reports.content ->> 'area')
"""
_PUT_RIGHT = (
    f"""
  UPDATE shelters SET area_code = said.area_code, area_path = said.area_path, is_void = said.is_void
  FROM ({_REGISTERED} WHERE shelters.operation_id = :operation) AS said
  WHERE said.id = shelters.id AND (said.area_code <> shelters.area_code OR said.area_path <> shelters.area_path
    OR said.is_void <> shelters.is_void)
""",
    """
  UPDATE places SET area_code = shelters.area_code, area_path = shelters.area_path FROM shelters
  WHERE shelters.id = places.id AND shelters.operation_id = :operation
    AND (shelters.area_code <> places.area_code OR shelters.area_path <> places.area_path)
""",
)
_MISPLACED = text(f"""
  SELECT said.code FROM ({_REGISTERED}) AS said JOIN shelters ON shelters.id = said.id
  JOIN places ON places.id = said.id
  WHERE (shelters.area_path, shelters.is_void) <> (said.area_path, said.is_void) OR places.area_path <> said.area_path
  ORDER BY said.code
""")


def rebuild(session: Session) -> Iterator[None]:
    """Replace what is kept of shelters, groups and bookings by what their reports say, a part in each step.

    Each part is right by itself and takes the turn of its operation: a caller that commits after each keeps whoever
    reports waiting for one part, not for all.
    """
    for operation in [operation.id for operation in list_operations(session)]:
        ledger.take_turn(session, operation)
        for statement in _PUT_RIGHT:
            session.execute(text(statement), {"operation": operation})
        places.book_together(session, operation_id=operation, same=same_places(session, operation))
        yield
        for ids in _batches(session, _SHELTERS, operation):
            ledger.take_turn(session, operation)
            _restate(session, "shelter_states", "shelter_id", ids)
            shelters.bring_up_to_date(session, ids)
            yield
        for ids in _batches(session, _GROUPS, operation):
            ledger.take_turn(session, operation)
            _restate(session, "group_states", "group_id", ids)
            groups.bring_up_to_date(session, ids)
            yield


def _restate(session: Session, table: str, about: str, ids: Sequence[UUID]) -> None:
    """What was said of these shelters or groups, as their reports have it."""
    derived, columns = _STATES[table]
    said = f"SELECT * FROM ({derived}) AS derived WHERE {about} = ANY(:ids)"
    session.flush()
    for statement in _RESTATE:
        session.execute(
            text(statement.format(said=said, columns=columns, table=table, about=about)), {**_FIELDS, "ids": list(ids)}
        )
    session.expire_all()


def verify(session: Session) -> list[str]:
    """What is kept of shelters, groups and bookings that their reports do not say, in words. Changes nothing."""
    found = [
        f"{table}: {wrong} rows are not what the reports say"
        for table, (derived, columns) in _STATES.items()
        if (wrong := session.scalar(text(_different(table, derived, columns)), _FIELDS))
    ]
    found += [
        f"shelter {code}: its area or its end is not what its report says" for code in session.scalars(_MISPLACED)
    ]
    for operation in list_operations(session):
        booked = {
            row.id: row.same_as
            for row in session.execute(
                text("SELECT id, same_as FROM places WHERE operation_id = :id AND same_as IS NOT NULL"),
                {"id": operation.id},
            )
        }
        if booked != same_places(session, operation.id):
            found.append(f"operation {operation.code}: bookings of shelters that are one are not what was reported")
    for ids in _batches(session, _SHELTERS):
        wanted = select(col(Shelter.id), col(Shelter.code), col(Shelter.state), col(Shelter.sought))
        rows = session.execute(wanted.where(col(Shelter.id).in_(ids))).all()
        stored = {row.id: row.state for row in rows}
        found += [
            f"shelter {row.code}: it is not found by its names"
            for row in rows
            if row.sought != of_shelters.sought_of(row.code, row.state)
        ]
        said = states_of(session, ids)
        found += [f"shelter {id_}: its state is not what was said of it" for id_ in said if said[id_] != stored[id_]]
    for ids in _batches(session, _GROUPS):
        presents = presents_of(session, ids)
        found += [
            f"group {group.code}: its state is not what was said of it"
            for group in session.scalars(select(Group).where(col(Group.id).in_(ids)).order_by(col(Group.id)))
            if (group.is_void, group.origin) != _end_of(presents.get(group.id))
            or (group.id in presents and presents[group.id].state != group.state)
        ]
    return found


def _end_of(present: Present | None) -> tuple[bool, str | None]:
    return present is None, present.origin if present is not None else None


def _different(table: str, derived: str, columns: str) -> str:
    derived, stored = f"SELECT {columns} FROM ({derived}) AS derived", f"SELECT {columns} FROM {table}"
    return f"SELECT count(*) FROM (({derived} EXCEPT {stored}) UNION ALL ({stored} EXCEPT {derived})) AS wrong"


def _batches(session: Session, statement: str, operation: UUID | None = None) -> Iterator[Sequence[UUID]]:
    of_operation = {} if operation is None else {"operation": operation}
    ids = list(session.scalars(text(statement.format(_OF_OPERATION if of_operation else "true")), of_operation))
    for start in range(0, len(ids), _A_TIME):
        yield ids[start : start + _A_TIME]
