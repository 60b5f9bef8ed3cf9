"""Shelters as projections: intake hands over what a report said, and the row follows.

Whoever calls any of this has the turn of the operation (ledger.service), so nobody else changes a shelter meanwhile.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Actor
from app.audit import service as audit
from app.places.models import Area, Place
from app.places.queries import bookings_of
from app.shelters.models import Shelter, ShelterState
from app.shelters.policy import sought_of
from app.shelters.queries import states_of


def note_look(session: Session, *, actor: Actor, subject: str, shelters: int, **asked: Any) -> None:
    """Write down that somebody is shown where shelters lie exactly: how many, and what they asked for."""
    audit.record(
        session,
        action="position.look",
        subject=subject,
        actor_id=actor.user_id,
        operation_id=actor.scope.operation_id,
        shelters=shelters,
        **asked,
        device=actor.device or "API",
    )


def register(session: Session, *, shelter_id: UUID, code: str, area: Area) -> None:
    """Make the place and the shelter a report speaks of first. A code taken already fails in PostgreSQL."""
    where: dict[str, Any] = {"operation_id": area.operation_id, "area_code": area.code, "area_path": area.path}
    session.add(Place(id=shelter_id, kind="shelter", **where))
    session.flush()
    session.add(Shelter(id=shelter_id, code=code, state={}, **where))
    session.flush()


def note(
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
) -> set[UUID]:
    """Note what a version said of a shelter (None: it took back the one it replaces). Returns the shelters to be
    brought up to date: this one, and the one the replaced version spoke of."""
    concerned = {shelter_id}
    if replaces is not None:
        replaced = update(ShelterState).where(col(ShelterState.report_id) == replaces)
        concerned |= set(
            session.scalars(replaced.values(replaced_at=recorded_at).returning(col(ShelterState.shelter_id)))
        )
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
    return concerned


def bring_up_to_date(session: Session, shelter_ids: Collection[UUID]) -> None:
    """Bring shelters, and those they are booked as, to what is said of them and of those that turned out to be them,
    whatever the order of arrival."""
    session.flush()
    kept = {booking.kept_id for booking in bookings_of(session, list(shelter_ids)).values()}
    ids = sorted({*shelter_ids, *kept})
    wanted = select(Shelter).where(col(Shelter.id).in_(ids)).execution_options(populate_existing=True)
    states = states_of(session, ids)
    for shelter in session.scalars(wanted):
        shelter.state = states.get(shelter.id, shelter.state)  # none: its report was taken back; it keeps its name
        shelter.sought = sought_of(shelter.code, shelter.state)
    session.flush()


def lie_in(session: Session, *, shelter_id: UUID, area: Area) -> bool:
    """Put a shelter into the area a corrected report says. Returns whether that is another than before."""
    shelter = session.get_one(Shelter, shelter_id, populate_existing=True)
    place = session.get_one(Place, shelter_id, populate_existing=True)
    moved = place.area_path != area.path
    for row in (shelter, place):
        row.area_code, row.area_path = area.code, area.path
    session.flush()
    return moved


def take_back(session: Session, *, shelter_id: UUID, is_void: bool) -> bool:
    """Note whether the report that registered a shelter was taken back. Returns whether that is news."""
    shelter = session.get_one(Shelter, shelter_id, populate_existing=True)
    is_news = shelter.is_void != is_void
    shelter.is_void = is_void
    session.flush()
    return is_news
