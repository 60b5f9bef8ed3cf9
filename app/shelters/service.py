"""Shelters as projections: intake hands over what a report said, and the row follows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.places.models import Area, Place
from app.shelters.models import Shelter, ShelterState
from app.shelters.policy import state_of
from app.shelters.queries import statements_of


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
    occurred_at: datetime,
    fields: Mapping[str, Any],
) -> None:
    """Note what a report said of a shelter and bring its present state up to date, whatever the order of arrival."""
    shelter = session.get_one(Shelter, shelter_id, with_for_update=True)
    session.add(
        ShelterState(
            report_id=report_id,
            shelter_id=shelter_id,
            operation_id=operation_id,
            occurred_at=occurred_at,
            fields=dict(fields),
        )
    )
    session.flush()
    shelter.state = state_of(statements_of(session, [shelter_id])[shelter_id])
    session.flush()
