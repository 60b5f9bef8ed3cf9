"""Storing one report about a report, with what it makes the fold look at again."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.intake.errors import fault
from app.intake.schemas import Amending, Result
from app.intake.service.post import Post, Refused
from app.ledger import service as ledger
from app.ledger.queries import versions_of


def store(session: Session, post: Post, report: Amending, row: ledger.Row) -> None:
    """Book a report; a decision has what it is about looked at again, as it stands. Refused where another operation
    has just stored something under its id."""
    if row.id not in ledger.append(session, [row]):
        errors = (fault("id", "other_content", post.language),)
        raise Refused(Result(report.id, "conflict", errors=errors))
    if row.about_id is not None:
        said = row.content.get("replacement") or row.content
        both = (row.about_id, UUID(said["double_of"])) if said.get("double_of") else (row.about_id,)
        touched = set().union(*(ledger.touched_by(versions_of(session, first)[-1]) for first in both))
        ledger.mark(session, operation_id=row.operation_id, touched=touched, at=row.recorded_at)
