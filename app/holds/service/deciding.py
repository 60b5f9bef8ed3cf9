"""What a coordinator decides about a set of reports; a worker then does it."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Actor
from app.audit import service as audit
from app.core import clock, db, jobs
from app.holds import queries
from app.holds.errors import NoSuchHold, NoSuchPerson, OwnHold, Settled
from app.holds.models import Hold, HoldPlace
from app.holds.queries.theirs import is_there
from app.holds.schemas import Settlement, Theirs
from app.ledger import service as ledger
from app.places.queries import frame_of


def hold(session: Session, *, actor: Actor, hold_id: UUID, theirs: Theirs, reason: str) -> None:
    """Have a set left out of the figures until it is settled. The same id again changes nothing. NoSuchPerson where
    nothing of it lies in scope."""
    if not is_there(session, Theirs(theirs.person_id, theirs.scope)):
        raise NoSuchPerson
    areas = theirs.scope.areas
    made = Hold(
        id=hold_id,
        operation_id=theirs.scope.operation_id,
        reporter_id=theirs.person_id,
        device=theirs.device,
        since=theirs.since,
        until=theirs.until,
        areas=None if areas is None else sorted(areas),
        reason=reason,
        made_by=actor.user_id,
        made_at=clock.now(),
        found=queries.count_of(session, theirs),
    )
    added = insert(Hold).values(made.model_dump()).on_conflict_do_nothing().returning(col(Hold.id))
    if session.scalar(added) is None:
        return
    _keep_figures(session, actor, theirs, made)
    _write_down(session, actor, made, action="reports.hold", reports=made.found)
    db.wake(session, jobs.HOLD)
    ledger.tell_news(session, [made.operation_id])


def settle(session: Session, *, actor: Actor, hold_id: UUID, state: Settlement) -> None:
    """Have everything a hold took out put back, or keep it out for good. Settled where that was decided before."""
    ledger.take_turn(session, actor.scope.operation_id)  # so no part of it is under way
    shown = queries.hold_of(session, actor.scope, hold_id)
    if shown is None:
        raise NoSuchHold
    if shown.state != "held":
        raise Settled
    held = session.get_one(Hold, hold_id)
    if held.reporter_id == actor.user_id:
        raise OwnHold
    held.state, held.settled_by, held.settled_at = state, actor.user_id, clock.now()
    session.flush()
    if state == "released":
        _write_down(session, actor, held, action="reports.release", reports=shown.progress.out)
    else:
        _write_down(session, actor, held, action="reports.set_aside", reports=shown.progress.out)
    db.wake(session, jobs.HOLD)


def _keep_figures(session: Session, actor: Actor, theirs: Theirs, made: Hold) -> None:
    """Keep the figures of the places concerned as they stand: with what is going to be held."""
    frame = frame_of(session, made.operation_id)
    places = queries.called(session, actor, frame, queries.places_of(session, theirs, frame=frame))
    if places:
        rows = [
            {
                "hold_id": made.id,
                "operation_id": made.operation_id,
                "place_id": one.place_id,
                "people": one.people.total,
                "basis": one.basis,
            }
            for one in places
        ]
        session.execute(insert(HoldPlace), rows)


def _write_down(session: Session, actor: Actor, held: Hold, *, action: str, reports: int) -> None:
    asked = {"device": held.device, "since": held.since, "until": held.until}
    said: dict[str, Any] = {name: str(value) for name, value in asked.items() if value is not None}
    audit.record(
        session,
        action=action,
        subject=f"user:{held.reporter_id}",
        actor_id=actor.user_id,
        operation_id=held.operation_id,
        hold=str(held.id),
        reports=reports,
        reason=held.reason,
        **said,
    )
