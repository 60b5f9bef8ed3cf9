"""Shelters as projections: intake hands over what a report said, and the row follows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.places.models import Area, Place
from app.shelters.models import Shelter, ShelterState
from app.shelters.queries import states_of


def register(session: Session, *, shelter_id: UUID, code: str, area: Area) -> None:
    """Make the place and the shelter a report speaks of first. A code taken already fails in PostgreSQL."""
    where: dict[str, Any] = {"operation_id": area.operation_id, "area_code": area.code, "area_path": area.path}
    session.add(Place(id=shelter_id, kind="shelter", **where))
    session.flush()
    session.add(Shelter(id=shelter_id, code=code, state={}, **where))
    session.flush()


def state(
    session: Session,
    *,
    operation_id: UUID,
    shelter_id: UUID,
    report_id: UUID,
    first_id: UUID,
    occurred_at: datetime,
    recorded_at: datetime,
    fields: Mapping[str, Any] | None,
    replaces: UUID | None = None,
) -> None:
    """Note what a version said of a shelter (None: it took back the one it replaces) and bring its present state up to
    date, whatever the order of arrival."""
    concerned = {_booked_at(session, shelter_id)}
    if replaces is not None:
        replaced = update(ShelterState).where(col(ShelterState.report_id) == replaces)
        spoken_of = session.scalars(replaced.values(replaced_at=recorded_at).returning(col(ShelterState.shelter_id)))
        concerned |= {_booked_at(session, other_id) for other_id in spoken_of.all()}
    if fields is not None:
        session.add(
            ShelterState(
                report_id=report_id,
                first_id=first_id,
                shelter_id=shelter_id,
                operation_id=operation_id,
                occurred_at=occurred_at,
                fields=dict(fields),
                recorded_at=recorded_at,
            )
        )
    session.flush()
    bring_up_to_date(session, sorted(concerned))


def bring_up_to_date(session: Session, shelter_ids: Sequence[UUID]) -> None:
    """Bring shelters to what is said of them, and of those that turned out to be them."""
    wanted = select(Shelter).where(col(Shelter.id).in_(shelter_ids)).order_by(col(Shelter.id)).with_for_update()
    locked = session.scalars(wanted.execution_options(populate_existing=True)).all()
    states = states_of(session, shelter_ids)
    for shelter in locked:
        shelter.state = states.get(shelter.id, shelter.state)  # none: its report was taken back; it keeps its name
    session.flush()


def lie_in(session: Session, *, shelter_id: UUID, area: Area) -> bool:
    """Put a shelter into the area a corrected report says. Returns whether that is another than before."""
    shelter, place = session.get_one(Shelter, shelter_id), session.get_one(Place, shelter_id)
    moved = place.area_path != area.path
    for row in (shelter, place):
        row.area_code, row.area_path = area.code, area.path
    session.flush()
    return moved


def take_back(session: Session, *, shelter_id: UUID, is_void: bool) -> bool:
    """Note whether the report that registered a shelter was taken back. Returns whether that is news."""
    shelter = session.get_one(Shelter, shelter_id)
    is_news = shelter.is_void != is_void
    shelter.is_void = is_void
    session.flush()
    return is_news


def _booked_at(session: Session, shelter_id: UUID) -> UUID:
    """The shelter whose state changes: locked, so that two reports of it at once follow each other."""
    place = session.get_one(Place, shelter_id)
    kept_id = place.same_as or shelter_id
    session.get_one(Shelter, kept_id, with_for_update=True)
    return kept_id
