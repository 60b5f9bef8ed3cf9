"""Reading groups."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.groups.models import Group


def group_by_code(session: Session, *, operation_id: UUID, code: str) -> Group | None:
    """The group with this code, whoever asks: groups lie in no area. What may be shown is for the caller to ask."""
    wanted = select(Group).where(col(Group.operation_id) == operation_id, col(Group.code) == code)
    return session.scalars(wanted).one_or_none()
