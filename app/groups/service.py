"""Groups as projections: a later report with a group's code is its newer state."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.groups.models import Group


def register(
    session: Session, *, operation_id: UUID, group_id: UUID, code: str, occurred_at: datetime, fields: Mapping[str, Any]
) -> None:
    """Make the group a report speaks of first. A code taken already fails in PostgreSQL."""
    session.add(
        Group(
            id=group_id,
            operation_id=operation_id,
            code=code,
            state=dict(fields),
            stated_at=occurred_at,
            stated_by=group_id,
        )
    )
    session.flush()


def restate(
    session: Session, *, group_id: UUID, report_id: UUID, occurred_at: datetime, fields: Mapping[str, Any]
) -> None:
    """Take a later report on a group; one dated before its present state is history and changes nothing now."""
    group = session.get_one(Group, group_id, with_for_update=True)
    if (occurred_at, report_id) >= (group.stated_at, group.stated_by):
        group.state = dict(fields)
        group.stated_at, group.stated_by = occurred_at, report_id
    session.flush()
