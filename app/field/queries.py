"""Loading what a form needs."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Actor
from app.field.schemas import Desk, StandingGroup
from app.groups.models import Group
from app.groups.queries import group_by_code
from app.ledger.models import Report
from app.places.queries import areas_of, frame_of, list_areas
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
    """The group with this code. Its state is for those whose areas hold its home, and for who reported it."""
    group = group_by_code(session, operation_id=actor.scope.operation_id, code=code)
    if group is None:
        return None
    return StandingGroup(group.id, group.code, group.state, _is_visible(session, actor, group))


def _is_visible(session: Session, actor: Actor, group: Group) -> bool:
    home = group.state.get("origin")
    areas = areas_of(session, group.operation_id, [home] if home else [])
    if actor.scope.areas is None or any(actor.scope.holds(area.path) for area in areas.values()):
        return True
    own = col(Report.id).in_([group.id, group.stated_by]) & (col(Report.reporter_id) == actor.user_id)
    return bool(session.scalar(select(exists().where(own))))
