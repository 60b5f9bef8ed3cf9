"""What a person wants to be told of: a list of their own, or what their role is told."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Actor
from app.alerts.errors import TooManySubscriptions
from app.alerts.models import Digest, Subscription
from app.alerts.policy import DIGEST_HOUR, MOST_SUBSCRIPTIONS
from app.audit import service as audit
from app.core import clock
from app.places.queries import frame_of


def subscribe(
    session: Session, *, actor: Actor, area_code: str | None, rule: str | None, severity: str, how: str
) -> None:
    """Be told of a rule, or of all, in an area or in all of one's own, from a severity on. Of the same area and rule
    what is said last holds. From the first one on nothing else is told."""
    _drop(session, actor, only_never=True)
    held = session.scalars(select(Subscription).where(*_mine(actor))).all()
    others = [one for one in held if (one.area_code, one.rule) != (area_code, rule)]
    had_digests = any(one.how == "daily" for one in held)
    if len(others) >= MOST_SUBSCRIPTIONS:
        raise TooManySubscriptions(MOST_SUBSCRIPTIONS)
    _put(session, actor, area_code=area_code, rule=rule, severity=severity, how=how)
    _note(session, actor, action="subscription.add", area=area_code, rule=rule, severity=severity, how=how)
    if how == "daily" and not had_digests:
        _begin_tomorrow(session, actor)


def unsubscribe(session: Session, *, actor: Actor, subscription_id: UUID) -> None:
    """Not be told of it any more. Where it was the last, nothing is told: that is what was asked for."""
    gone = session.scalar(
        delete(Subscription).where(*_mine(actor), col(Subscription.id) == subscription_id).returning(Subscription)
    )
    if gone is None:
        return
    said = {"area": gone.area_code, "rule": gone.rule, "severity": gone.severity, "how": gone.how}
    _note(session, actor, action="subscription.end", **said)
    if session.scalar(select(col(Subscription.id)).where(*_mine(actor)).limit(1)) is None:
        _be_told_nothing(session, actor)


def be_told_nothing(session: Session, *, actor: Actor) -> None:
    _drop(session, actor)
    _be_told_nothing(session, actor)


def be_told_as_usual(session: Session, *, actor: Actor) -> None:
    """Be told what one's role is told."""
    _drop(session, actor)
    _note(session, actor, action="subscription.end", how="as_usual")


def _be_told_nothing(session: Session, actor: Actor) -> None:
    _put(session, actor, area_code=None, rule=None, severity="critical", how="never")
    _note(session, actor, action="subscription.add", how="never")


def _put(session: Session, actor: Actor, *, area_code: str | None, rule: str | None, severity: str, how: str) -> None:
    """One row of an area and a rule, whoever else puts one at the same moment: what is said last holds."""
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


def _begin_tomorrow(session: Session, actor: Actor) -> None:
    """Where digests of today are out, the first one comes in the morning."""
    frame = frame_of(session, actor.scope.operation_id)
    now = clock.now().astimezone(frame.zone)
    if now.hour >= DIGEST_HOUR:
        out = insert(Digest).values(user_id=actor.user_id, operation_id=frame.operation_id, day=now.date())
        session.execute(out.on_conflict_do_nothing())


def _note(session: Session, actor: Actor, *, action: str, **said: Any) -> None:
    audit.record(
        session,
        action=action,
        subject=f"user:{actor.user_id}",
        actor_id=actor.user_id,
        operation_id=actor.scope.operation_id,
        **{name: value for name, value in said.items() if value is not None},
    )


def _drop(session: Session, actor: Actor, *, only_never: bool = False) -> None:
    which = [col(Subscription.how) == "never"] if only_never else []
    session.execute(delete(Subscription).where(*_mine(actor), *which))


def _mine(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Subscription.user_id) == actor.user_id,
        col(Subscription.operation_id) == actor.scope.operation_id,
    )
