"""Closing an operation: nothing is reported in it any more and nobody is told anything; all of it can still be read."""

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.audit import service as audit
from app.core import clock
from app.ledger.service import take_turn
from app.places.models import Operation


def close(session: Session, *, actor: Actor) -> None:
    """Close the operation somebody acts in; one that is closed stays as it is. Whoever is reporting at this moment with
    the operation's turn is waited for."""
    operation = _in_turn(session, actor)
    if operation.closed_at is None:
        operation.closed_at = clock.now()
        _note(session, actor, operation, action="operation.close")


def reopen(session: Session, *, actor: Actor) -> None:
    """Take reports again."""
    operation = _in_turn(session, actor)
    if operation.closed_at is not None:
        operation.closed_at = None
        _note(session, actor, operation, action="operation.reopen")


def _in_turn(session: Session, actor: Actor) -> Operation:
    """A turn of its own, so that no report is stored any more on what was remembered before (intake)."""
    take_turn(session, actor.scope.operation_id)
    return session.get_one(Operation, actor.scope.operation_id, populate_existing=True)


def _note(session: Session, actor: Actor, operation: Operation, *, action: str) -> None:
    session.flush()
    audit.record(
        session, action=action, subject=operation.code, actor_id=actor.user_id, operation_id=actor.scope.operation_id
    )
