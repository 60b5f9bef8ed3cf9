"""Loading what a form needs."""

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.field.schemas import Desk, StandingGroup
from app.groups.queries import group_by_code
from app.places.queries import frame_of, list_areas
from app.population.queries.groups import is_known_to
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


def standing_group(session: Session, *, actor: Actor, code: str) -> StandingGroup | None:
    """The group with this code. Its state is for those who may know of it."""
    group = group_by_code(session, operation_id=actor.scope.operation_id, code=code)
    if group is None:
        return None
    return StandingGroup(group.id, group.code, group.state, is_known_to(session, actor, group.code))
