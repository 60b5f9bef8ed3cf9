"""Setting up operations and their areas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core import clock
from app.counts.scheme import UNHCR, Scheme
from app.formats.outlines import Ring, box_of
from app.places.models import Area, Operation, Outline, Place
from app.places.schemas import area_place_id

_BOX = ("west", "south", "east", "north")
_LEVELS = text("SELECT code, level FROM areas WHERE operation_id = :operation AND code = ANY(:codes)")
# Reading a place by its key never waits for this, and nothing else writes the column.
_BOOK_TOGETHER = text("""
  UPDATE places SET same_as = said.kept
  FROM places AS stands
  LEFT JOIN unnest(CAST(:others AS uuid[]), CAST(:kept AS uuid[])) AS said (other, kept) ON said.other = stands.id
  WHERE places.id = stands.id AND stands.operation_id = :operation AND stands.same_as IS DISTINCT FROM said.kept
""")


@dataclass(frozen=True)
class AreaRow:
    """One administrative area as an operator supplies it. `parent` None for a country."""

    code: str
    level: int
    parent: str | None
    name: dict[str, str]
    lat: float | None = None
    lon: float | None = None


def create_operation(
    session: Session,
    *,
    code: str,
    name: dict[str, str],
    time_zone: str,
    scheme: Scheme = UNHCR,
    mail_detail: str = "full",
) -> Operation:
    """Open an operation. The unique code makes a second one with it fail in PostgreSQL."""
    operation = Operation(
        id=uuid4(),
        code=code,
        name=name,
        time_zone=time_zone,
        scheme={"sexes": list(scheme.sexes), "ages": list(scheme.ages)},
        mail_detail=mail_detail,
        created_at=clock.now(),
    )
    session.add(operation)
    session.flush()
    audit.record(session, action="operation.create", subject=code, operation_id=operation.id)
    return operation


def change_operation(session: Session, *, operation_id: UUID, actor_id: UUID | None, **said: Any) -> None:
    """Set columns of an operation (name, mail_detail, time_zone, scheme) to what is said; what is the same already is
    no change."""
    operation = session.get_one(Operation, operation_id, populate_existing=True)
    before = {name: getattr(operation, name) for name in said if getattr(operation, name) != said[name]}
    if not before:
        return
    for name in before:
        setattr(operation, name, said[name])
    session.flush()
    audit.record(
        session,
        action="operation.change",
        subject=operation.code,
        actor_id=actor_id,
        operation_id=operation_id,
        before=before,
        after={name: said[name] for name in before},
    )


def load_newer_areas(
    session: Session, *, operation: Operation, rows: Iterable[AreaRow], outlines: Mapping[str, list[Ring]], name: str
) -> tuple[int, int]:
    """The same, of an operation that is under way, with the outlines of areas. `name`: of the file they stand in.
    Returns how many areas there were, and how many areas that are there now have an outline of it."""
    many = load_areas(session, operation_id=operation.id, rows=rows)
    outlined = load_outlines(session, operation_id=operation.id, outlines=outlines)
    audit.record(session, action="areas.load", subject=operation.code, operation_id=operation.id, name=name)
    return many, outlined


def load_areas(session: Session, *, operation_id: UUID, rows: Iterable[AreaRow]) -> int:
    """Add areas, parents before children, and the place of each (people outside any shelter there).

    Areas already there keep their place and take the new names. Returns how many rows were given.
    KeyError for a parent that neither stands already above nor comes before its child.
    """
    paths: dict[str, list[str]] = {}
    areas: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: (row.level, row.code)):
        paths[row.code] = [*(paths[row.parent] if row.parent else []), row.code]
        areas.append(
            {
                "operation_id": operation_id,
                "code": row.code,
                "level": row.level,
                "parent": row.parent,
                "path": paths[row.code],
                "name": row.name,
                "lat": row.lat,
                "lon": row.lon,
            }
        )
    if not areas:
        return 0
    statement = upsert(Area)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["operation_id", "code"],
            set_={"name": statement.excluded.name, "lat": statement.excluded.lat, "lon": statement.excluded.lon},
        ),
        areas,
    )
    session.execute(
        upsert(Place).on_conflict_do_nothing(),
        [
            {
                "id": area_place_id(operation_id, area["code"]),
                "operation_id": operation_id,
                "kind": "area",
                "area_code": area["code"],
                "area_path": area["path"],
            }
            for area in areas
        ],
    )
    return len(areas)


def load_outlines(session: Session, *, operation_id: UUID, outlines: Mapping[str, list[Ring]]) -> int:
    """Keep the outlines of areas by their code, instead of those there were; one of no area here is kept as ground.
    Returns how many are of areas."""
    if not outlines:
        return 0
    asked = {"operation": operation_id, "codes": list(outlines)}
    levels = {row.code: row.level for row in session.execute(_LEVELS, asked)}
    ground = min(levels.values(), default=0)
    statement = upsert(Outline)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["operation_id", "shape"],
            set_={name: statement.excluded[name] for name in ("area", "level", "rings", *_BOX)},
        ),
        [
            {
                "operation_id": operation_id,
                "shape": shape,
                "area": shape if shape in levels else None,
                "level": levels.get(shape, ground),
                "rings": rings,
                **dict(zip(_BOX, box_of(rings), strict=True)),
            }
            for shape, rings in outlines.items()
        ],
    )
    return len(levels)


def book_together(session: Session, *, operation_id: UUID, same: Mapping[UUID, UUID]) -> None:
    """Book what is said of each of these places at the one it turned out to be, and of all others at themselves."""
    others = list(same)
    session.execute(
        _BOOK_TOGETHER, {"operation": operation_id, "others": others, "kept": [same[other] for other in others]}
    )
