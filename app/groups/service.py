"""Groups as projections: a later report with a group's code is its newer state, field by field."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from app.groups.models import Group, GroupState
from app.groups.queries import presents_of


def register(session: Session, *, operation_id: UUID, group_id: UUID, code: str, at: datetime) -> None:
    """Make the group a report speaks of first. A code taken already fails in PostgreSQL."""
    session.add(Group(id=group_id, operation_id=operation_id, code=code, state={}, stated_at=at))
    session.flush()


def restate(
    session: Session,
    *,
    operation_id: UUID,
    group_id: UUID,
    report_id: UUID,
    first_id: UUID,
    occurred_at: datetime,
    recorded_at: datetime,
    fields: Mapping[str, Any] | None,
    replaces: UUID | None = None,
) -> bool:
    """Note what a version said of a group (None: it took back the one it replaces) and bring the group up to date,
    whatever the order of arrival. Returns whether its home is another now."""
    before = session.get_one(Group, group_id, with_for_update=True).origin
    if replaces is not None:
        replaced = update(GroupState).where(col(GroupState.report_id) == replaces)
        session.execute(replaced.values(replaced_at=recorded_at))
    if fields is not None:
        session.add(
            GroupState(
                report_id=report_id,
                first_id=first_id,
                group_id=group_id,
                operation_id=operation_id,
                occurred_at=occurred_at,
                fields=dict(fields),
                recorded_at=recorded_at,
            )
        )
    session.flush()
    bring_up_to_date(session, [group_id])
    return session.get_one(Group, group_id).origin != before


def bring_up_to_date(session: Session, group_ids: Sequence[UUID]) -> None:
    """Bring groups to what is said of them."""
    wanted = select(Group).where(col(Group.id).in_(group_ids)).order_by(col(Group.id)).with_for_update()
    locked = session.scalars(wanted.execution_options(populate_existing=True)).all()
    presents = presents_of(session, group_ids)
    for group in locked:
        present = presents.get(group.id)
        group.is_void = present is None
        group.origin = None
        if present is not None:  # else every report was taken back: it stays what it was called
            group.state, group.stated_at, group.origin = present.state, present.stated_at, present.origin
    session.flush()
