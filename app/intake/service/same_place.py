"""Two shelters turn out to be one: what is said of either is booked at the one that is kept."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.intake.schemas import PlaceShape, SamePlaceReport
from app.intake.service.post import Post, Taken, reject, unknown
from app.intake.service.references import find, known_of
from app.intake.service.rows import row_without_people
from app.ledger import queries as reports_in
from app.ledger import service as ledger
from app.places import service as places
from app.places.queries import bookings_of, members_of
from app.shelters import service as shelters


def row_of_same_place(session: Session, post: Post, report: SamePlaceReport, *, corrects: UUID | None = None) -> Taken:
    """Two shelters as the ledger keeps them: each still stands for itself, so that a chain of them has one end.
    `corrects`: the version this one replaces, whose say does not count any more. Raises Refused."""
    if not post.actor.may("decide"):
        reject(post, report, "", "coordinators_only")
    known = known_of(session, post, [report])
    keep, other = (
        find(post, known, PlaceShape(shelter=word), where, report=report)
        for where, word in (("keep", report.keep), ("other", report.other))
    )
    for where, found in (("keep", keep), ("other", other)):
        if not post.actor.scope.holds(found.area_path):
            unknown(post, report, where, "unknown_shelter")
    booked = reports_in.same_places(session, post.frame.operation_id, leaving_out=corrects)
    if other.id in booked:
        reject(post, report, "other", "booked_elsewhere_already")
    kept_id = booked.get(keep.id, keep.id)
    if kept_id == other.id:
        reject(post, report, "other", "same_shelter")
    if keep.id in booked:
        reject(post, report, "keep", "booked_elsewhere_already")
    return row_without_people(post, report, kind="same_place", place_id=keep.id, from_place_id=other.id)


def book_together(session: Session, row: ledger.Row, *also: UUID) -> None:
    """Follow what stands of shelters that are one: bookings, states, and everything the fold must look at again."""
    touched = {place for place in (row.place_id, row.from_place_id, *also) if place is not None}
    before = {booking.kept_id for booking in bookings_of(session, list(touched)).values()}
    same = reports_in.same_places(session, row.operation_id)
    places.book_together(session, operation_id=row.operation_id, same=same)
    after = {booking.kept_id for booking in bookings_of(session, list(touched)).values()}
    shelters.bring_up_to_date(session, sorted(touched | before | after))
    concerned = touched | before | after
    concerned |= set(members_of(session, list(concerned)))
    ledger.mark_surroundings(session, operation_id=row.operation_id, places=concerned, at=row.recorded_at)
