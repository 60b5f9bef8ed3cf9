"""What the outbox holds."""

from sqlalchemy import func
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.core import clock
from app.outbox.models import Mail


def waiting(session: Session) -> tuple[int, float]:
    """How many mails have not left yet, and how many seconds ago the oldest of them was written.

    Mails being sent and mails that will be tried again are among them: 0 means nothing is under way.
    """
    found = select(func.count(), func.min(col(Mail.created_at))).where(col(Mail.status) == "waiting")
    count, oldest = session.execute(found).one()
    return count, max((clock.now() - oldest).total_seconds(), 0.0) if oldest else 0.0
