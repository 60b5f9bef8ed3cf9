"""Reports about reports: corrections, decisions on headcounts, two shelters that are one.

They are rare and depend on what stands, so they are taken one by one, by whoever has the turn of the operation.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.intake.errors import fault
from app.intake.schemas import Amending, CorrectionReport, DecisionReport, Result
from app.intake.service.corrections import correct
from app.intake.service.decisions import row_of_decision
from app.intake.service.post import Post, Refused, Taken
from app.intake.service.rows import digest
from app.intake.service.same_place import book_together, row_of_same_place
from app.intake.service.store import store
from app.ledger import service as ledger
from app.places.queries import is_closed


def amend(session: Session, post: Post, reports: Sequence[Amending]) -> dict[UUID, Result]:
    """Take these reports in the order sent, after everything else of their post."""
    results: dict[UUID, Result] = {}
    closed = bool(reports) and is_closed(session, post.frame.operation_id)
    for report in reports:
        standing = ledger.standing(session, [report.id]).get(report.id)
        if standing is None and closed:
            refused = fault("", "operation_closed", post.language)
            results[report.id] = Result(report.id, "rejected", errors=(refused,))
        elif standing is None:
            results[report.id] = _take(session, post, report)
        elif standing == (post.frame.operation_id, digest(report)):
            results[report.id] = Result(report.id, "duplicate")
        else:
            results[report.id] = Result(report.id, "conflict", errors=(fault("id", "other_content", post.language),))
    return results


def _take(session: Session, post: Post, report: Amending) -> Result:
    try:
        _, warned = _taken(session, post, report)
    except Refused as refusal:
        return refusal.result
    return Result(report.id, "accepted", warnings=warned)


def _taken(session: Session, post: Post, report: Amending) -> Taken:
    if isinstance(report, CorrectionReport):
        return correct(session, post, report)
    if isinstance(report, DecisionReport):
        taken = row_of_decision(session, post, report)
        store(session, post, report, taken[0])
    else:
        taken = row_of_same_place(session, post, report)
        store(session, post, report, taken[0])
        book_together(session, taken[0])
    return taken
