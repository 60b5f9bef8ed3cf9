"""What the door asks back about reports it has just stored: warnings that need a look at the figures."""

from collections.abc import Iterable, Mapping, Sequence, Set
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import text
from app.core.text import mark, name_in
from app.intake import queries
from app.intake.schemas import HeadcountReport, MovementReport, Plain, ShelterFields, Warned
from app.intake.service.post import Post, warn
from app.ledger import service as ledger
from app.places.queries import bookings_of
from app.population.past import Cut, Past
from app.population.queries import shelter_figure
from app.population.queries.groups import Called, called_of, is_outside, whereabouts

SHELTER_CLOSED = mark("This shelter is booked as closed.")
BOOKED_AS = mark("This is booked at %(shelter)s: the two are one shelter.")
BOOKED_ELSEWHERE = mark("This group is booked at %(place)s (%(people)s people). Did they come from there?")
BOOKED_OUTSIDE = mark("This group is booked at %(place)s. Did they come from there?")
PEOPLE_ON_THE_BOOKS = mark("%(people)s people are still booked there. Say where they went.")

Found = dict[UUID, tuple[Warned, ...]]


def ask_back(
    session: Session,
    post: Post,
    reports: Sequence[Plain],
    rows: Mapping[UUID, ledger.Row],
    *,
    statuses: Mapping[UUID, str | None],
    merged: Set[UUID],
) -> Found:
    """Questions about these stored reports, by report. `statuses`: of the shelter each speaks of; `merged`: shelters
    named that are booked as another."""
    found: dict[UUID, list[Warned]] = {report.id: [] for report in reports}
    for report in reports:
        if statuses[report.id] == "closed" and isinstance(report, MovementReport | HeadcountReport):
            found[report.id] += _is_closed(session, post, rows[report.id])
        if isinstance(report, ShelterFields) and report.status == "closed":
            found[report.id] += _still_there(session, post, rows[report.id])
    for one in (_booked_as(session, post, rows, merged, found), _elsewhere(session, post, reports, rows)):
        for id_, warned in one:
            found[id_].append(warned)
    return {id_: tuple(warnings) for id_, warnings in found.items()}


def _is_closed(session: Session, post: Post, row: ledger.Row) -> list[Warned]:
    """A shelter in the sender's areas is closed; of one outside nothing is told but its name."""
    scope, place = post.actor.scope, row.place_id
    if scope.areas is not None and place and not scope.holds(bookings_of(session, [place])[place].area_path):
        return []
    return [warn(post, "shelter_closed", SHELTER_CLOSED)]


def _still_there(session: Session, post: Post, row: ledger.Row) -> list[Warned]:
    """Closing a shelter that has people on the books is taken, but where did they go?"""
    kept = bookings_of(session, [row.place_id])[row.place_id].kept_id if row.place_id is not None else None
    figure = shelter_figure(session, kept) if kept is not None else None
    people = figure.people.total if figure is not None else None
    if not people:
        return []
    said = text.number(people, post.language)
    return [warn(post, "people_on_the_books", PEOPLE_ON_THE_BOOKS, people=said)]


def _booked_as(
    session: Session, post: Post, rows: Mapping[UUID, ledger.Row], merged: Set[UUID], wanted: Iterable[UUID]
) -> list[tuple[UUID, Warned]]:
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


def _elsewhere(
    session: Session, post: Post, reports: Sequence[Plain], rows: Mapping[UUID, ledger.Row]
) -> list[tuple[UUID, Warned]]:
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
    asked: list[tuple[UUID, Warned]] = []
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
