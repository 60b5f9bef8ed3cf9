"""Changing what an operation is called, how it counts, and its settings.

Whoever changes any of it has the operation's turn, so one does after the other, and says what stood on the page they
looked at (`seen`): where something else stands by now, nothing is changed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.admin import policy
from app.admin.errors import ChangedMeanwhile, FrameFrozen, IsClosed
from app.counts.scheme import Scheme
from app.ledger.queries import has_reports
from app.ledger.service import take_turn
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.places.service import change_operation
from app.population.service import change_setting


def change_about(session: Session, *, actor: Actor, name: Mapping[str, str], mail_detail: str, seen: str) -> None:
    """Call an operation something else, or have its mails say more or less."""
    in_turn(session, actor, policy.about_of, seen)
    change_operation(session, **_of(actor), name=dict(name), mail_detail=mail_detail)


def change_frame(session: Session, *, actor: Actor, time_zone: str, scheme: Scheme, seen: str) -> None:
    """Count in another time zone or by other ages. FrameFrozen once there is a report."""
    in_turn(session, actor, policy.frame_of_counting, seen)
    if has_reports(session, actor.scope.operation_id):
        raise FrameFrozen
    said = {"sexes": list(scheme.sexes), "ages": list(scheme.ages)}
    change_operation(session, **_of(actor), time_zone=time_zone, scheme=said)


def change_numbers(session: Session, *, actor: Actor, numbers: Mapping[str, float], seen: str) -> list[str]:
    """Set all numbers of `policy.numbers_of`. Each setting that is another gets its dated row, and everything it may
    concern is folded again. Returns which these are."""
    frame = in_turn(session, actor, policy.numbers_of, seen)
    stands, wanted = policy.settings_of(policy.numbers_of(frame)), policy.settings_of(numbers)
    changed = [name for name in wanted if wanted[name] != stands[name]]
    for name in changed:
        change_setting(session, **_of(actor), name=name, value=wanted[name])
    return changed


def in_turn(session: Session, actor: Actor, standing: Callable[[Frame], Any], seen: str) -> Frame:
    """The frame as it stands, once nobody else can change it. ChangedMeanwhile when it is not what was seen."""
    take_turn(session, actor.scope.operation_id)
    frame = frame_of(session, actor.scope.operation_id)
    if frame.closed_at is not None:
        raise IsClosed
    if policy.stamp(standing(frame)) != seen:
        raise ChangedMeanwhile
    return frame


def _of(actor: Actor) -> dict[str, Any]:
    return {"operation_id": actor.scope.operation_id, "actor_id": actor.user_id}
