"""What the door asks back about reports it has just stored: warnings that need a look at the figures.

Most reports are not looked at any further: what is noticed as they are stored says whether it is worth it. However many
are, each thing is asked once for all of them.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import text
from app.core.text import mark, name_in
from app.intake import queries
from app.intake.queries.beside import places_beside
from app.intake.queries.noticed import Stored
from app.intake.schemas import MovementReport, Plain, ShelterFields, Warned
from app.intake.service.crowding import still_there, too_many, without_room
from app.intake.service.doubles import told_already
from app.intake.service.post import Asked, Look, Post, warn
from app.intake.service.registered import registered_already
from app.ledger import service as ledger
from app.places.queries import bookings_of
from app.population.past import Cut, Past
from app.population.queries.groups import Called, called_of, is_outside, whereabouts

BOOKED_AS = mark("This is booked at %(shelter)s: the two are one shelter.")
BOOKED_ELSEWHERE = mark("This group is booked at %(place)s (%(people)s people). Did they come from there?")
BOOKED_OUTSIDE = mark("This group is booked at %(place)s. Did they come from there?")

Found = dict[UUID, tuple[Warned, ...]]


def ask_back(
    session: Session,
    post: Post,
    reports: Sequence[Plain],
    rows: Mapping[UUID, ledger.Row],
    *,
    stored: Stored,
    merged: Set[UUID],
) -> Found:
    """Questions about these stored reports, by report. `stored`: what was noticed of each; `merged`: shelters named
    that are booked as another."""
    found: dict[UUID, list[Warned]] = {report.id: [] for report in reports}
    noticed = [report for report in reports if _is_worth_a_look(report, rows[report.id], stored, merged)]
    look = _look_at(session, post, noticed, rows, stored) if noticed else None
    asked = still_there(look) if look else []
    asked += _booked_as(session, post, rows, merged, found)
    asked += _elsewhere(session, post, reports, rows)
    if look:
        asked += [*without_room(session, look), *told_already(session, look), *too_many(look)]
    asked += registered_already(session, post, reports, rows)
    for id_, warned in asked:
        found[id_].append(warned)
    return {id_: tuple(warnings) for id_, warnings in found.items()}


def _is_worth_a_look(report: Plain, row: ledger.Row, stored: Stored, merged: Set[UUID]) -> bool:
    """What was told of a shelter under its other name was not noticed: it is looked for."""
    if isinstance(report, ShelterFields):
        return report.status == "closed"
    noticed = stored[report.id]
    is_booked_elsewhere = bool(merged) and (row.place_id in merged or row.from_place_id in merged)
    return noticed.has_alike or noticed.is_large or noticed.status in ("closed", "full") or is_booked_elsewhere


def _look_at(
    session: Session,
    post: Post,
    reports: Sequence[Plain],
    rows: Mapping[UUID, ledger.Row],
    stored: Stored,
) -> Look:
    """These reports with the places they are about."""
    ends = {end for report in reports for end in (rows[report.id].place_id, rows[report.id].from_place_id)}
    beside = places_beside(session, {end for end in ends if end is not None})
    return Look(post, reports, rows, beside, stored)


def _booked_as(
    session: Session, post: Post, rows: Mapping[UUID, ledger.Row], merged: Set[UUID], wanted: Iterable[UUID]
) -> Asked:
    """Who names a shelter that turned out to be another, in their areas, is told its name now."""
    ends = {id_: {rows[id_].place_id, rows[id_].from_place_id} for id_ in wanted}
    named = sorted({place for places in ends.values() for place in places if place is not None and place in merged})
    booked = queries.booked_as(session, post.actor.scope, named) if named else {}
    return [
        (id_, warn(post, "booked_as", BOOKED_AS, shelter=booked[place]))
        for id_, places in ends.items()
        for place in named
        if place in places and place in booked  # else it lies outside, or the two were set apart this very moment
    ]


def _elsewhere(session: Session, post: Post, reports: Sequence[Plain], rows: Mapping[UUID, ledger.Row]) -> Asked:
    """A group that is booked at one place and comes to another "from elsewhere": it is asked, never filled in."""
    arrivals = [
        report for report in reports if isinstance(report, MovementReport) and report.group and report.from_ is None
    ]
    if not arrivals:
        return []
    groups = sorted({group for report in arrivals if (group := rows[report.id].group_id) is not None})
    at = whereabouts(session, groups, Past.present(post.frame, Cut.of(post.frame, as_of=post.now)))
    ends = [end for report in arrivals if (end := rows[report.id].place_id) is not None]
    here = {place: booking.kept_id for place, booking in bookings_of(session, ends).items()}
    called = called_of(session, post.actor, {place for places in at.values() for place in places})
    asked: Asked = []
    for report in arrivals:
        row = rows[report.id]
        places = at.get(row.group_id, {}) if row.group_id is not None else {}
        for place, people in sorted(places.items(), key=lambda one: (-one[1], str(one[0]))):
            if people > 0 and row.place_id is not None and place != here[row.place_id]:
                asked.append((report.id, _is_booked(post, called[place], people)))
    return asked


def _is_booked(post: Post, called: Called, people: int) -> Warned:
    """Where a group is booked; of a place outside the sender's areas its name alone."""
    shelter, area, name = called
    outside = is_outside(shelter, area)
    said = {"place": name_in(name, post.language)} | ({} if outside else {"people": text.number(people, post.language)})
    warned = warn(post, "booked_elsewhere", BOOKED_OUTSIDE if outside else BOOKED_ELSEWHERE, **said)
    details = {"shelter": shelter, "area": area, "people": None if outside else people}
    return Warned(warned.code, warned.message, details)
