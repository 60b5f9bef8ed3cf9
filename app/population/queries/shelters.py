"""Figures of shelters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as SqlRow
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import visible
from app.core.statements import state_of
from app.places.models import Area, Place
from app.places.queries import areas_of, frame_of
from app.places.schemas import Booking, Frame
from app.population.levels import DayRow
from app.population.models import PlaceDay, PlaceNow
from app.population.past import Past, rows_at
from app.population.queries.shown import day_of, free_places, people_of
from app.population.rows import day_row_of
from app.population.schemas import Page, ShelterFigure
from app.shelters.models import Shelter
from app.shelters.policy import Standards, binding_of, places_for_people
from app.shelters.queries import statements_under


def shelter_figures(
    session: Session, *, scope: Scope, limit: int | None = None, after: str | None = None, past: Past | None = None
) -> Page[ShelterFigure]:
    """Every shelter in scope by code, those never counted too. `after` a code continues the list."""
    frame = frame_of(session, scope.operation_id)
    further = None if limit is None else limit + 1
    if past is not None:
        described = shelters_described(session, scope=scope, past=past, limit=further, after=after)
        return _page([one.figure for one in described], limit)
    wanted = _shelters(scope).order_by(col(Shelter.code)).limit(further)
    if after is not None:
        wanted = wanted.where(col(Shelter.code) > after)
    return _page([_present(row, frame) for row in session.execute(wanted)], limit)


def shelter_figure(session: Session, place_id: UUID) -> ShelterFigure | None:
    """One shelter now, whatever the scope: for mails and rules, which have none."""
    row = session.execute(_joined().where(col(Shelter.id) == place_id)).one_or_none()
    return None if row is None else _present(row, frame_of(session, row.Shelter.operation_id))


def figures_of(session: Session, frame: Frame, ids: Sequence[UUID]) -> list[ShelterFigure]:
    """These shelters now, in this order."""
    found = {row.Shelter.id: row for row in session.execute(_joined().where(col(Shelter.id).in_(ids)))}
    return [_present(found[id_], frame) for id_ in ids if id_ in found]


@dataclass(frozen=True)
class Described:
    """A shelter with its figure and everything said of it, each as of the moment asked."""

    figure: ShelterFigure
    state: Mapping[str, Any]


def place_at(session: Session, *, scope: Scope, code: str, past: Past) -> Booking | None:
    """Where the shelter with a code was booked, if that lay in scope. None: there was no such shelter then, or its
    report had been taken back and nobody is booked there."""
    named = session.scalar(
        select(col(Shelter.id)).where(col(Shelter.operation_id) == scope.operation_id, col(Shelter.code) == code)
    )
    booking = None if named is None else past.bookings.of(session, [named]).get(named)
    if booking is None or not scope.holds(booking.area_path):
        return None
    is_gone = booking.is_void and rows_at(session, past, [booking.kept_id])[booking.kept_id] is None
    return None if is_gone else booking


def shelter_at(session: Session, *, scope: Scope, code: str, past: Past) -> Described | None:
    """One shelter in scope by its code; of one that had turned out to be another, that other."""
    booking = place_at(session, scope=scope, code=code, past=past)
    if booking is None:
        return None
    shelter = session.get_one(Shelter, booking.kept_id)
    return described_at(session, past, [shelter], {shelter.id: booking})[0]


def last_report_at(session: Session, *, scope: Scope, past: Past | None = None) -> datetime | None:
    """Of when the last report of any place in scope is, or of the shelters of a past alone; of a past the last one by
    then."""
    is_past = past is not None and not past.is_present
    wanted = _last_stored(past) if past is not None and is_past else select(func.max(col(PlaceNow.reported_at)))
    if past is not None and past.shelters is not None:
        wanted = wanted.where(col(PlaceNow.place_id).in_(past.shelters))
    stored = session.scalar(wanted.where(visible(scope, PlaceNow)))
    others = _last_derived(session, scope, past) if past is not None else ()
    return max((at for at in (stored, *others) if at is not None), default=None)


def _last_stored(past: Past) -> Any:
    """The last report by a day, of all places but those that differ then from what is stored."""
    days = select(col(PlaceDay.reported_at)).where(
        col(PlaceDay.place_id) == col(PlaceNow.place_id), col(PlaceDay.day) <= past.cut.day
    )
    last = days.order_by(col(PlaceDay.day).desc()).limit(1).lateral()
    wanted = select(func.max(last.c.reported_at)).select_from(PlaceNow).join(last, true())
    return wanted.where(col(PlaceNow.place_id).not_in(list(past.rows)))


def _last_derived(session: Session, scope: Scope, past: Past) -> list[datetime]:
    """The last report of each place in scope that differs then from what is stored."""
    rows = {place: row for place, row in past.rows.items() if row is not None and past.holds(place)}
    booked = past.bookings.of(session, rows)
    return [
        row.facts.reported_at for place, row in rows.items() if place in booked and scope.holds(booked[place].area_path)
    ]


def shelters_described(
    session: Session, *, scope: Scope, past: Past, limit: int | None = None, after: str | None = None
) -> list[Described]:
    """Shelters of a past by code: those that were known, in the areas they were known to lie in, as they were
    described."""
    shelters, booked = _known(session, scope=scope, past=past, limit=limit, after=after)
    return described_at(session, past, shelters, booked)


def shelters_of_kind(session: Session, *, scope: Scope, past: Past, kind: str) -> dict[UUID, Booking]:
    """Of the shelters of a past those that were of a kind (`SITE_TYPES`), each with where it lay."""
    shelters, booked = _known(session, scope=scope, past=past)
    states = _states(session, past, shelters)
    return {one.id: booked[one.id] for one in shelters if states[one.id].get("site_type") == kind}


def _known(
    session: Session, *, scope: Scope, past: Past, limit: int | None = None, after: str | None = None
) -> tuple[Sequence[Shelter], Mapping[UUID, Booking]]:
    """Shelters of a past by code, and where shelters were booked then."""
    wanted = select(col(Shelter.id)).where(col(Shelter.operation_id) == scope.operation_id).order_by(col(Shelter.code))
    if after is not None:
        wanted = wanted.where(col(Shelter.code) > after)
    found = [id_ for id_ in session.scalars(wanted) if past.holds(id_)]
    booked = past.bookings.of(session, found)
    own = {id_ for id_, booking in booked.items() if booking.kept_id == id_ and scope.holds(booking.area_path)}
    void = rows_at(session, past, [id_ for id_ in own if booked[id_].is_void])
    listed = [id_ for id_ in found if id_ in own and (id_ not in void or void[id_] is not None)]
    described = select(Shelter).where(col(Shelter.id).in_(listed[:limit])).order_by(col(Shelter.code))
    return session.scalars(described).all(), booked


def described_at(
    session: Session, past: Past, shelters: Sequence[Shelter], booked: Mapping[UUID, Booking]
) -> list[Described]:
    """Shelters where they were known to lie, as they were described, with their figures."""
    ids = [shelter.id for shelter in shelters]
    rows = rows_at(session, past, ids)
    states = _states(session, past, shelters)
    codes = {id_: booked[id_].area_path[-1] for id_ in ids}
    areas = areas_of(session, past.frame.operation_id, sorted(set(codes.values())))
    found: list[Described] = []
    for shelter in shelters:
        state = states[shelter.id]
        area = areas[codes[shelter.id]]
        figure = _figure(shelter, state, area.code, area.name, rows[shelter.id], frame=past.frame, day=past.cut.day)
        found.append(Described(figure, state))
    return found


def _states(session: Session, past: Past, shelters: Sequence[Shelter]) -> dict[UUID, Mapping[str, Any]]:
    """Everything said of each by the moment asked."""
    if past.is_present:
        return {shelter.id: shelter.state for shelter in shelters}
    members = past.bookings.members(session, [shelter.id for shelter in shelters])
    said = statements_under(session, members, known_on=past.cut.known_on)
    return {
        shelter.id: {"name": shelter.state["name"], **state_of(said.get(shelter.id, ()), until=past.cut.as_of)}
        for shelter in shelters
    }


def _page(found: Sequence[ShelterFigure], limit: int | None) -> Page[ShelterFigure]:
    if limit is not None and len(found) > limit:
        return Page(list(found[:limit]), found[limit - 1].shelter)
    return Page(list(found), None)


def _joined() -> Any:
    return (
        select(Shelter, col(Area.name).label("area_name"), PlaceDay)
        .join(Area, (col(Area.operation_id) == col(Shelter.operation_id)) & (col(Area.code) == col(Shelter.area_code)))
        .outerjoin(PlaceNow, col(PlaceNow.place_id) == col(Shelter.id))
        .outerjoin(PlaceDay, (col(PlaceDay.place_id) == col(Shelter.id)) & (col(PlaceDay.day) == col(PlaceNow.day)))
    )


def _shelters(scope: Scope) -> Any:
    """Shelters in scope, those left out that turned out to be another, or that were taken back and hold nothing."""
    is_listed = ~col(Shelter.is_void) | col(PlaceNow.day).is_not(None)
    stands_for_itself = col(Place.same_as).is_(None)
    return (
        _joined()
        .join(Place, col(Place.id) == col(Shelter.id))
        .where(visible(scope, Shelter), stands_for_itself, is_listed)
    )


def _present(row: SqlRow[Any], frame: Frame) -> ShelterFigure:
    day = None if row.PlaceDay is None else day_row_of(row.PlaceDay)
    shelter = row.Shelter
    return _figure(shelter, shelter.state, shelter.area_code, row.area_name, day, frame=frame, day=frame.today)


def _figure(
    shelter: Shelter,
    state: Mapping[str, Any],
    area: str,
    area_name: dict[str, str],
    row: DayRow | None,
    *,
    frame: Frame,
    day: Any,
) -> ShelterFigure:
    """A shelter with its last row by a day; what happened on a day is told only of that day."""
    people, basis, shortfall = people_of(row, frame)
    places = places_for_people(state)
    binding = binding_of(state, Standards.of(frame.settings.thresholds))
    that_day = day_of(row, frame) if row is not None and row.day == day else None
    level = row.level if row is not None else None
    is_known = people.total is not None and bool(places)
    return ShelterFigure(
        place_id=shelter.id,
        shelter=shelter.code,
        name=state["name"],
        area=area,
        area_name=area_name,
        status=state.get("status"),
        lat=state.get("lat"),
        lon=state.get("lon"),
        people=people,
        basis=basis,
        shortfall=shortfall,
        counted_at=level.counted_at if level else None,
        method=level.counted_by if level else None,
        composition_at=level.composition_at if level else None,
        reported_at=row.facts.reported_at if row else None,
        competing=level.competing if level else 0,
        is_disputed=level.is_disputed if level else False,
        discrepancy=level.discrepancy if level else None,
        before=that_day.before if that_day else people.total or 0,
        came=that_day.came if that_day else 0,
        left=that_day.left if that_day else 0,
        adjusted=that_day.adjusted if that_day else 0,
        declared=state.get("capacity"),
        blocked=state.get("blocked"),
        effective=binding[1] if binding else None,
        binding=binding[0] if binding else None,
        capacity=places,
        occupancy=(people.total or 0) / places if is_known and places else None,
        free=free_places(state, people.total, basis),
    )
