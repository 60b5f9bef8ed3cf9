"""A coordinator follows a headcount or sets it aside; a movement counts, or tells again of the same people."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.intake.schemas import DecisionReport
from app.intake.service.post import Post, Taken, reject, unknown
from app.intake.service.rows import row_without_people
from app.intake.service.whose import is_in_scope
from app.ledger.queries import Version, first_version_of, versions_of
from app.places.queries import bookings_of


def row_of_decision(session: Session, post: Post, report: DecisionReport) -> Taken:
    """A decision as the ledger keeps it: about a report through all its versions. Raises Refused."""
    if not post.actor.may("decide"):
        reject(post, report, "", "coordinators_only")
    if report.headcount is None:
        return _on_movements(session, post, report)
    first, last = _named(session, post, report, "headcount", report.headcount)
    if first.kind != "headcount":
        if not is_in_scope(session, post.actor, first, last):
            unknown(post, report, "headcount", "unknown_report")
        reject(post, report, "headcount", "not_a_headcount")
    if last.place_id is None:
        reject(post, report, "headcount", "already_void")
    booked = bookings_of(session, [last.place_id])[last.place_id]
    if not post.actor.scope.holds(booked.area_path):
        unknown(post, report, "headcount", "unknown_report")
    if report.adopt and not last.has_best:
        reject(post, report, "headcount", "no_figure_to_adopt")
    return row_without_people(post, report, kind="decision", about_id=first.id, adopt=report.adopt)


def _on_movements(session: Session, post: Post, report: DecisionReport) -> Taken:
    """Whether the one that was told later counts. Both must concern whoever decides."""
    firsts: list[Version] = []
    for where, id_ in (("movement", report.movement), ("double_of", report.double_of)):
        assert id_ is not None
        first, last = _named(session, post, report, where, id_)
        if not is_in_scope(session, post.actor, first, last):
            unknown(post, report, where, "unknown_report")
        if first.kind != "movement":
            reject(post, report, where, "not_a_movement")
        firsts.append(first)
    later, earlier = firsts
    is_later = (later.recorded_at, later.id) > (earlier.recorded_at, earlier.id)
    if not is_later or report.double_of != earlier.id:
        reject(post, report, "double_of", "told_later")
    return row_without_people(post, report, kind="decision", about_id=later.id, adopt=report.counts)


def _named(session: Session, post: Post, report: DecisionReport, where: str, id_: UUID) -> tuple[Version, Version]:
    """The first version and the last of a report that is named."""
    first_id = first_version_of(session, operation_id=post.frame.operation_id, report_id=id_)
    if first_id is None:
        unknown(post, report, where, "unknown_report")
    chain = versions_of(session, first_id)
    return chain[0], chain[-1]
