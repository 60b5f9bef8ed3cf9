"""Reading operations, areas and places."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from app.core import db
from app.counts.scheme import Scheme
from app.places.models import Area, Operation
from app.places.schemas import EVIDENCE_WEIGHTS, AreaShown, Booking, Frame, OutlineShown, Settings

AREAS_A_PAGE = 50
TOLD_APART, MOST_OUTLINES = 40, 300  # outlines in one picture: of a level that is not the coarsest, and of all

# Ten thousand are looked through in some milliseconds; more than there are in any operation.
_FIND_AREAS = text("""
  SELECT code, level, parent, name FROM areas
  WHERE operation_id = :operation AND code > :after AND (:word = '' OR strpos(lower(code), lower(:word)) > 0
    OR EXISTS (SELECT FROM jsonb_each_text(name) AS one WHERE strpos(lower(one.value), lower(:word)) > 0))
  ORDER BY code LIMIT :limit
""")
_IS_CLOSED = text("SELECT closed_at IS NOT NULL FROM operations WHERE id = :operation")
_LATEST_SETTINGS = text(
    "SELECT DISTINCT ON (name) name, value FROM operation_settings WHERE operation_id = :operation"
    " AND (CAST(:known_on AS timestamptz) IS NULL OR recorded_at <= :known_on)"
    " ORDER BY name, recorded_at DESC, id DESC"
)
_MEMBERS = text("SELECT id, kept_id FROM places WHERE kept_id = ANY(:kept) ORDER BY id")
_PATHS = text("SELECT area_path FROM places WHERE id = ANY(:places) ORDER BY id")
_BOOKINGS = text(
    "SELECT places.id, kept.id AS kept_id, kept.area_path FROM places"
    " JOIN places AS kept ON kept.id = places.kept_id WHERE places.id = ANY(:places)"
)

# A level is drawn while so few of its outlines are in sight that they can be told apart; the coarsest always is.
_OUTLINES = text("""
  SELECT area, name, path, rings FROM (
    SELECT outlines.area, outlines.shape, outlines.level, outlines.rings, areas.name, areas.path,
      count(*) OVER (PARTITION BY outlines.level) AS many, min(outlines.level) OVER () AS coarsest
    FROM outlines LEFT JOIN areas ON areas.operation_id = outlines.operation_id AND areas.code = outlines.area
    WHERE outlines.operation_id = :operation AND west < :east AND east > :west AND south < :north AND north > :south
  ) AS seen
  WHERE many <= :told_apart OR level = coarsest ORDER BY level, shape LIMIT :limit
""")
_BOUNDS = text("""
  SELECT min(west) AS west, min(south) AS south, max(east) AS east, max(north) AS north
  FROM outlines JOIN areas ON areas.operation_id = outlines.operation_id AND areas.code = outlines.area
  WHERE outlines.operation_id = :operation
    AND (CAST(:within AS text[]) IS NULL OR areas.path && CAST(:within AS text[]))
""")


def members_of(session: Session, kept: Sequence[UUID]) -> dict[UUID, UUID]:
    """Every place whose reports are booked at one of these, with the one it is booked at."""
    return {row.id: row.kept_id for row in session.execute(_MEMBERS, {"kept": list(kept)})}


def bookings_of(session: Session, place_ids: Sequence[UUID]) -> dict[UUID, Booking]:
    """Where what is said of these places is booked."""
    rows = session.execute(_BOOKINGS, {"places": list(place_ids)})
    return {row.id: Booking(row.kept_id, tuple(row.area_path)) for row in rows}


def own_paths(session: Session, place_ids: Sequence[UUID]) -> list[list[str]]:
    """Where each of these places lies by itself, whatever it is booked as."""
    return list(session.scalars(_PATHS, {"places": list(place_ids)}))


def operation_by_code(session: Session, code: str) -> Operation | None:
    return session.scalars(select(Operation).where(col(Operation.code) == code)).one_or_none()


def list_operations(session: Session) -> Sequence[Operation]:
    return session.scalars(select(Operation).order_by(col(Operation.code))).all()


def frame_of(session: Session, operation_id: UUID, *, known_on: datetime | None = None) -> Frame:
    """Zone, scheme and settings of an operation: the present ones, or those recorded by `known_on`. NoResultFound for
    an unknown id."""
    return db.once(session, (frame_of, operation_id, known_on), lambda: _frame(session, operation_id, known_on))


def _frame(session: Session, operation_id: UUID, known_on: datetime | None) -> Frame:
    operation = session.get_one(Operation, operation_id)
    said: dict[str, Any] = {
        row.name: row.value
        for row in session.execute(_LATEST_SETTINGS, {"operation": operation_id, "known_on": known_on})
    }
    return Frame(
        operation_id=operation.id,
        code=operation.code,
        name=operation.name,
        zone=ZoneInfo(operation.time_zone),
        scheme=Scheme(tuple(operation.scheme["sexes"]), tuple(operation.scheme["ages"])),
        mail_detail=operation.mail_detail,
        settings=Settings(
            adopt_from=said.get("adopt_from", Settings.adopt_from),
            evidence_weights=EVIDENCE_WEIGHTS | said.get("evidence_weights", {}),
            household_size=said.get("household_size", Settings.household_size),
            thresholds=said.get("thresholds", {}),
            gaps_alerted=tuple(said.get("gaps_alerted", ())),
        ),
        closed_at=operation.closed_at,
    )


def is_closed(session: Session, operation_id: UUID) -> bool:
    """Whether an operation takes no reports any more."""
    return bool(session.scalar(_IS_CLOSED, {"operation": operation_id}))


def areas_of(session: Session, operation_id: UUID, codes: Sequence[str]) -> dict[str, Area]:
    """The areas with these codes, by code; unknown ones are left out."""
    rows = session.scalars(select(Area).where(col(Area.operation_id) == operation_id, col(Area.code).in_(codes)))
    return {area.code: area for area in rows}


def list_areas(session: Session, operation_id: UUID, *, within: frozenset[str] | None = None) -> Sequence[Area]:
    """Areas of an operation in the order of their codes; `within`: only these and what lies below them."""
    wanted = select(Area).where(col(Area.operation_id) == operation_id).order_by(col(Area.level), col(Area.code))
    if within is not None:
        wanted = wanted.where(col(Area.path).overlap(sorted(within)))  # type: ignore[attr-defined]  # ARRAY operator
    return db.once(session, (list_areas, operation_id, within), lambda: session.scalars(wanted).all())


def find_areas(session: Session, operation_id: UUID, *, word: str = "", after: str = "") -> list[AreaShown]:
    """Areas by code after this one, those with a word in their code or a name: a page, and one more if there is."""
    asked = {"operation": operation_id, "word": word, "after": after, "limit": AREAS_A_PAGE + 1}
    return [AreaShown(**row) for row in session.execute(_FIND_AREAS, asked).mappings()]


def count_areas(session: Session, operation_id: UUID) -> int:
    wanted = select(func.count()).select_from(Area).where(col(Area.operation_id) == operation_id)
    return session.scalar(wanted) or 0


def count_operations(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Operation)) or 0


def outlines_in(session: Session, operation_id: UUID, box: tuple[float, float, float, float]) -> list[OutlineShown]:
    """The outlines that may be seen between west, south, east and north; the coarser levels first."""
    asked: dict[str, Any] = dict(zip(("west", "south", "east", "north"), box, strict=True))
    asked |= {"operation": operation_id, "told_apart": TOLD_APART, "limit": MOST_OUTLINES}
    return [OutlineShown(**row) for row in session.execute(_OUTLINES, asked).mappings()]


def bounds_of(
    session: Session, operation_id: UUID, within: frozenset[str] | None
) -> tuple[float, float, float, float] | None:
    """Between which longitudes and latitudes the outlines of areas lie: west, south, east, north. `within`: of these
    and what lies below them. None where there are none."""
    asked = {"operation": operation_id, "within": None if within is None else sorted(within)}
    west, south, east, north = session.execute(_BOUNDS, asked).one()
    return None if west is None else (west, south, east, north)
