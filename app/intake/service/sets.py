"""Many reports replaced in one go: taken back, or put to what an earlier version said, to the letter.

What a version stored stands again column by column: nothing is read anew, so no clock is put right twice and nothing
that was taken once is refused now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.intake.policy import clock_difference
from app.intake.schemas import READER, SamePlaceReport
from app.intake.service.corrections import A_MOMENT, follow_version
from app.intake.service.post import Post, Refused
from app.intake.service.rows import digest_of
from app.intake.service.same_place import row_of_same_place
from app.ledger import queries as reports_in
from app.ledger import service as ledger
from app.ledger.queries import Version
from app.places.schemas import Frame

ALONE = frozenset({"shelter", "shelter_state", "group", "same_place"})  # what others depend on: one after the other


@dataclass(frozen=True, slots=True)
class Change:
    """Another version, under `id`, of the report with these versions. `like`: the earlier one that stands again; None:
    the report is taken back."""

    id: UUID
    chain: Sequence[Version]
    like: Version | None

    @property
    def first(self) -> Version:
        return self.chain[0]

    @property
    def last(self) -> Version:
        return self.chain[-1]

    @property
    def said(self) -> dict[str, Any] | None:
        """What the report says then; None: nothing."""
        said = None if self.like is None or self.like.kind == "void" else self.like.said
        return None if said is None else {name: value for name, value in said.items() if name != "id"}


def replace_versions(
    session: Session, *, actor: Actor, frame: Frame, changes: Sequence[Change], reason: str, now: datetime
) -> set[UUID]:
    """Store these versions, in the name of whoever decided. Returns the ids of those that stand now: what others still
    speak of is not taken back, and two shelters become one again only if nothing contradicts it.

    The caller has the turn of the operation (ledger.service) and read the chains within it.
    """
    post = Post(actor, frame, now, clock_difference(None, now), None, has_turn=True)
    likes = ledger.rows_of(session, {change.like.id for change in changes if change.like is not None})
    rows = {change.id: _row(post, change, likes, reason) for change in changes}
    together = [change for change in changes if change.first.kind not in ALONE]
    stored = set(ledger.append(session, [rows[change.id] for change in together])) if together else set()
    for change in changes:
        if change.first.kind in ALONE and _may_stand(session, post, change):
            stored |= ledger.append(session, [rows[change.id]]).keys()
            follow_version(session, rows[change.id], _shape(change), change.first, change.last)
    touched = _touched(session, [change for change in changes if change.id in stored])
    ledger.mark(session, operation_id=frame.operation_id, touched=touched, at=now)
    return stored


def _row(post: Post, change: Change, likes: dict[UUID, ledger.Row], reason: str) -> ledger.Row:
    content = {
        "id": str(change.id),
        "kind": "correction",
        "occurred_at": post.now.isoformat(),
        "corrects": str(change.last.id),
        "reason": reason,
        "replacement": change.said,
    }
    like = likes[change.like.id] if change.like is not None and change.like.kind != "void" else None
    return replace(
        like or _void(post, change),
        id=change.id,
        recorded_at=max(post.now, change.last.recorded_at + A_MOMENT),
        content=content,
        digest=digest_of(content),
        reporter_id=post.actor.user_id,
        device=None,
        corrects=change.last.id,
        version_of=change.first.id,
    )


def _void(post: Post, change: Change) -> ledger.Row:
    return ledger.Row(
        id=change.id,
        operation_id=post.frame.operation_id,
        kind="void",
        occurred_at=post.now,
        recorded_at=post.now,
        day=post.frame.day_of(post.now),
        stands_at=post.now,
        content={},
        digest="",
        reporter_id=post.actor.user_id,
    )


def _may_stand(session: Session, post: Post, change: Change) -> bool:
    made = change.first.kind in ("shelter", "group") and change.first.id in (
        change.first.place_id,
        change.first.group_id,
    )
    if change.said is None:
        return not (made and reports_in.is_spoken_of(session, change.first.id))
    said = _shape(change)
    if isinstance(said, SamePlaceReport):
        try:
            row_of_same_place(session, post, said, corrects=change.last.id)
        except Refused:
            return False
    return said is not None


def _shape(change: Change) -> Any:
    """What the report says then, as it is read; None: nothing, or what was allowed once and is not any more."""
    try:
        return None if change.said is None else READER.validate_python({**change.said, "id": str(change.id)})
    except ValidationError:
        return None


def _touched(session: Session, changes: Sequence[Change]) -> set[tuple[UUID, date | None]]:
    """What the replaced versions had to do with, and what was decided upon, beside them or of them."""
    touched: set[tuple[UUID, date | None]] = set()
    for change in changes:
        touched |= ledger.touched_by(change.last)
    chains = [version for change in changes for version in change.chain]
    about = {first for version in chains for first in (version.about_id, version.double_of) if first is not None}
    about.update(reports_in.decided_beside(session, [change.first.id for change in changes]))
    for chain in reports_in.chains_of(session, about).values() if about else ():
        touched |= ledger.touched_by(chain[-1])
    return touched
