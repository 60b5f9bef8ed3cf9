"""Groups as projections: a later report with a group's code is its newer state, field by field.

Whoever calls any of this has the turn of the operation (ledger.service), so nobody else changes a group meanwhile.
"""

from collections.abc import Collection, Mapping
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


def note(
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
) -> None:
    """Note what a version said of a group (None: it took back the one it replaces)."""
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


def bring_up_to_date(session: Session, group_ids: Collection[UUID]) -> list[UUID]:
    """Bring groups to what is said of them, whatever the order of arrival. Returns those whose home is another now."""
    session.flush()
    wanted = select(Group).where(col(Group.id).in_(group_ids)).order_by(col(Group.id))
    presents = presents_of(session, sorted(group_ids))
    moved: list[UUID] = []
    for group in session.scalars(wanted.execution_options(populate_existing=True)):
        present = presents.get(group.id)
        origin = None if present is None else present.origin
        if group.origin != origin:
            moved.append(group.id)
        group.is_void, group.origin = present is None, origin
        if present is not None:  # else every report was taken back: it stays what it was called
            group.state, group.stated_at = present.state, present.stated_at
    session.flush()
    return moved
