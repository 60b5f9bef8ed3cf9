"""Reading groups."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.core.statements import Statement, state_of
from app.groups.models import Group, GroupState


def group_by_code(session: Session, *, operation_id: UUID, code: str) -> Group | None:
    """The group with this code, whoever asks: groups lie in no area. What may be shown is for the caller to ask."""
    wanted = select(Group).where(col(Group.operation_id) == operation_id, col(Group.code) == code)
    return session.scalars(wanted).one_or_none()


def code_of(session: Session, group_id: UUID) -> str | None:
    """The code of a group."""
    return session.scalar(select(col(Group.code)).where(col(Group.id) == group_id))


def homes_of(
    session: Session, group_ids: Sequence[UUID], *, known_on: datetime | None = None
) -> dict[UUID, str | None]:
    """Home areas of groups: now, or as had been recorded by `known_on`."""
    if known_on is None:
        rows = session.execute(select(col(Group.id), col(Group.origin)).where(col(Group.id).in_(group_ids)))
        return {row.id: row.origin for row in rows}
    said = statements_of(session, group_ids, known_on=known_on)
    return {id_: state_of(statements).get("origin") for id_, statements in said.items()}


@dataclass(frozen=True)
class Present:
    """What a group is now, by everything said of it."""

    state: dict[str, Any]
    stated_at: datetime
    origin: str | None


def presents_of(session: Session, group_ids: Sequence[UUID]) -> dict[UUID, Present]:
    """What everything said of these groups comes to, those left out of which nothing is said any more."""
    presents: dict[UUID, Present] = {}
    for id_, statements in statements_of(session, group_ids).items():
        state = state_of(statements)
        presents[id_] = Present(state, max(at for at, _, _ in statements), state.get("origin"))
    return presents


def statements_of(
    session: Session, group_ids: Sequence[UUID], *, known_on: datetime | None = None
) -> dict[UUID, list[Statement]]:
    """Everything that stands of what was said of these groups, or stood by `known_on`."""
    wanted = select(
        col(GroupState.group_id), col(GroupState.occurred_at), col(GroupState.first_id), col(GroupState.fields)
    ).where(col(GroupState.group_id).in_(group_ids))
    if known_on is None:
        wanted = wanted.where(col(GroupState.replaced_at).is_(None))
    else:
        replaced_later = col(GroupState.replaced_at).is_(None) | (col(GroupState.replaced_at) > known_on)
        wanted = wanted.where(col(GroupState.recorded_at) <= known_on, replaced_later)
    found: dict[UUID, list[Statement]] = defaultdict(list)
    for group_id, occurred_at, first_id, fields in session.execute(wanted):
        found[group_id].append((occurred_at, first_id, fields))
    return found
