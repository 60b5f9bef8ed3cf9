"""Loading what a form needs."""

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.field.schemas import Desk
from app.places.queries import frame_of, list_areas
from app.shelters.queries import list_shelters


def desk_of(session: Session, *, actor: Actor, language: str) -> Desk:
    """The desk of one person in their operation."""
    scope = actor.scope
    areas = list_areas(session, scope.operation_id)
    return Desk(
        frame=frame_of(session, scope.operation_id),
        areas=areas,
        own_areas=[area for area in areas if scope.holds(area.path)],
        shelters=list_shelters(session, scope=scope),
        language=language,
    )
