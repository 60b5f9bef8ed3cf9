"""Changing where the rules begin, in an operation or at one shelter. Whoever changes it says what they had seen."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.admin import policy
from app.admin.errors import ChangedMeanwhile
from app.admin.service.operation import in_turn
from app.alerts.queries import own_limits
from app.alerts.service import set_own_limits
from app.population.service import change_setting


def change_rules(session: Session, *, actor: Actor, settings: Mapping[str, Any], seen: str) -> list[str]:
    """Set the settings of `policy.rules_of`. Each that is another gets its dated row, and every shelter is looked at
    again. Returns which these are."""
    stands = policy.rules_of(in_turn(session, actor, policy.rules_of, seen))
    changed = [name for name in settings if settings[name] != stands[name]]
    for name in changed:
        change_setting(
            session,
            operation_id=actor.scope.operation_id,
            actor_id=actor.user_id,
            name=name,
            value=settings[name],
        )
    return changed


def change_shelter_rules(
    session: Session, *, actor: Actor, shelter_id: UUID, limits: Mapping[str, float], seen: str
) -> None:
    """Have the rules begin elsewhere at one shelter; what is not among the limits is as in the operation."""
    in_turn(session, actor, lambda _frame: None, policy.stamp(None))
    stands = own_limits(session, [shelter_id]).get(shelter_id, {})
    if policy.stamp(stands) != seen:
        raise ChangedMeanwhile
    if limits != stands:
        set_own_limits(session, actor=actor, shelter_id=shelter_id, before=stands, limits=limits)
