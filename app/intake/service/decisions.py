"""A coordinator follows a headcount, or sets it aside."""

from sqlalchemy.orm import Session

from app.intake.schemas import DecisionReport
from app.intake.service.post import Post, Taken, reject, unknown
from app.intake.service.rows import row_without_people
from app.intake.service.whose import is_in_scope
from app.ledger.queries import first_version_of, versions_of
from app.places.queries import bookings_of


def row_of_decision(session: Session, post: Post, report: DecisionReport) -> Taken:
    """A decision as the ledger keeps it: about the headcount through all its versions. Raises Refused."""
    if not post.actor.may("decide"):
        reject(post, report, "", "coordinators_only")
    first_id = first_version_of(session, operation_id=post.frame.operation_id, report_id=report.headcount)
    if first_id is None:
        unknown(post, report, "headcount", "unknown_report")
    chain = versions_of(session, first_id)
    last = chain[-1]
    if chain[0].kind != "headcount":
        if not is_in_scope(session, post.actor, chain[0], last):
            unknown(post, report, "headcount", "unknown_report")
        reject(post, report, "headcount", "not_a_headcount")
    if last.place_id is None:
        reject(post, report, "headcount", "already_void")
    booked = bookings_of(session, [last.place_id])[last.place_id]
    if not post.actor.scope.holds(booked.area_path):
        unknown(post, report, "headcount", "unknown_report")
    if report.adopt and not last.has_best:
        reject(post, report, "headcount", "no_figure_to_adopt")
    return row_without_people(post, report, kind="decision", about_id=first_id, adopt=report.adopt)
