"""Whether a report that is stored is for somebody."""

from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.intake import queries
from app.ledger import queries as reports_in
from app.ledger.queries import Version
from app.places import queries as places
from app.population.queries.groups import is_known_to


def is_in_scope(session: Session, actor: Actor, first: Version, last: Version) -> bool:
    """Whether what a report is about lies in this person's areas: its ends, the headcount a decision is about, the
    home or places of a group, the area of a figure. That two shelters are one concerns who is responsible for both."""
    scope = actor.scope
    if scope.areas is None:
        return True
    if first.kind == "group":
        known = queries.find_groups(session, scope.operation_id, [str(first.group_id)])
        return any(is_known_to(session, actor, code) for _, code in known.values())
    if first.kind == "figure":
        codes = [version.area_code for version in (first, last) if version.area_code]
        areas = places.areas_of(session, scope.operation_id, codes).values()
        return any(scope.holds(area.path) for area in areas)
    about = [first, last]
    for version in (first, last):
        if version.about_id is not None:
            about += reports_in.versions_of(session, version.about_id)
    ends = {place for version in about for place in (version.place_id, version.from_place_id) if place}
    if first.kind == "same_place":
        return all(scope.holds(path) for path in places.own_paths(session, sorted(ends)))
    booked = places.bookings_of(session, sorted(ends)).values() if ends else ()
    return any(scope.holds(booking.area_path) for booking in booked)


def is_there_for(session: Session, actor: Actor, first: Version, last: Version) -> bool:
    """Whether somebody who may ask for a report is shown it: it is about their areas. What one said of a group stays
    one's own, for a group lies in no area."""
    is_own_of_group = first.kind == "group" and first.reporter_id == actor.user_id
    return is_own_of_group or is_in_scope(session, actor, first, last)
