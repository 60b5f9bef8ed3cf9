"""Changing a setting of an operation: a dated row, and everything it may change is folded again."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core import clock, db
from app.ledger import service as ledger
from app.places.models import OperationSetting
from app.places.queries import frame_of


def change_setting(session: Session, *, operation_id: UUID, actor_id: UUID | None, name: str, value: Any) -> None:
    """Set what places.schemas.Settings calls `name` from now on. What was known before keeps the value it had then."""
    before = getattr(frame_of(session, operation_id).settings, name)
    now = clock.now()
    db.record_at(session, now)
    session.add(OperationSetting(id=uuid4(), operation_id=operation_id, name=name, value=value, recorded_at=now))
    session.flush()
    ledger.mark_everything(session, operation_id=operation_id, at=now)
    changed = {"before": before, "after": value}
    if isinstance(value, dict):
        parts = [part for part in {**before, **value} if before.get(part) != value.get(part)]
        changed = {when: {part: said[part] for part in parts if part in said} for when, said in changed.items()}
    audit.record(
        session, action="setting.change", subject=name, actor_id=actor_id, operation_id=operation_id, **changed
    )
