"""What a person wants to be told of: a list of their own, or what their role is told."""

from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Actor
from app.alerts.errors import TooManySubscriptions
from app.alerts.models import Subscription
from app.alerts.policy import MOST_SUBSCRIPTIONS


def subscribe(
    session: Session, *, actor: Actor, area_code: str | None, rule: str | None, severity: str, how: str
) -> None:
    """Be told of a rule, or of all, in an area or in all of one's own, from a severity on. Of the same area and rule
    what is said last holds. From the first one on nothing else is told."""
    _drop(session, actor, only_never=True)
    held = select(col(Subscription.area_code), col(Subscription.rule)).where(*_mine(actor))
    others = [one for one in session.execute(held) if tuple(one) != (area_code, rule)]
    if len(others) >= MOST_SUBSCRIPTIONS:
        raise TooManySubscriptions(MOST_SUBSCRIPTIONS)
    said = insert(Subscription).values(
        id=uuid4(),
        operation_id=actor.scope.operation_id,
        user_id=actor.user_id,
        area_code=area_code,
        rule=rule,
        severity=severity,
        how=how,
    )
    key = ["user_id", "operation_id", "area_code", "rule"]
    session.execute(said.on_conflict_do_update(index_elements=key, set_={"severity": severity, "how": how}))


def unsubscribe(session: Session, *, actor: Actor, subscription_id: UUID) -> None:
    """Not be told of it any more. Where it was the last, nothing is told: that is what was asked for."""
    gone = delete(Subscription).where(*_mine(actor), col(Subscription.id) == subscription_id)
    was_there = session.scalar(gone.returning(col(Subscription.id))) is not None
    if was_there and session.scalar(select(col(Subscription.id)).where(*_mine(actor)).limit(1)) is None:
        _be_told_nothing(session, actor)


def be_told_nothing(session: Session, *, actor: Actor) -> None:
    _drop(session, actor)
    _be_told_nothing(session, actor)


def be_told_as_usual(session: Session, *, actor: Actor) -> None:
    """Be told what one's role is told."""
    _drop(session, actor)


def _be_told_nothing(session: Session, actor: Actor) -> None:
    session.add(
        Subscription(
            id=uuid4(),
            operation_id=actor.scope.operation_id,
            user_id=actor.user_id,
            severity="critical",
            how="never",
        )
    )
    session.flush()


def _drop(session: Session, actor: Actor, *, only_never: bool = False) -> None:
    which = [col(Subscription.how) == "never"] if only_never else []
    session.execute(delete(Subscription).where(*_mine(actor), *which))


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Subscription.user_id) == actor.user_id,
        col(Subscription.operation_id) == actor.scope.operation_id,
    )
