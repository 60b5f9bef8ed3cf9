"""Figures as they are now: by shelter, by area, for the operation.

A figure of now is the last day row of a place; came and left count only if that row is of today.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as SqlRow
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.accounts.queries import visible
from app.core import clock
from app.counts.people import Tally
from app.ledger.models import Report
from app.places.models import Area, Place
from app.places.queries import frame_of, list_areas
from app.places.schemas import Frame
from app.population.areas import FIXED, Sum
from app.population.levels import Level
from app.population.models import AreaDay, PlaceDay, PlaceNow
from app.population.schemas import AreaFigure, Basis, Page, ShelterFigure, Shown
from app.shelters.models import Shelter
from app.shelters.policy import places_for_people

# Occupancy as the rule counted it; used only to put shelters in order.
_PEOPLE = col(PlaceDay.rules)["occupancy"]["people"].as_integer()
_PLACES = col(PlaceDay.rules)["occupancy"]["places"].as_integer()
_FULLNESS = case(
    (col(PlaceDay.basis) == "unknown", None),
    (_PLACES > 0, func.greatest(_PEOPLE, 0) * 1.0 / _PLACES),
    (_PLACES == 0, _PEOPLE * 1.0),
)


def shelter_figures(
    session: Session, *, scope: Scope, limit: int | None = None, after: str | None = None
) -> Page[ShelterFigure]:
    """Every shelter in scope by code, those never counted too. `after` a code continues the list."""
    frame = frame_of(session, scope.operation_id)
    wanted = _shelters(scope).order_by(col(Shelter.code)).limit(None if limit is None else limit + 1)
    if after is not None:
        wanted = wanted.where(col(Shelter.code) > after)
    found = [_shelter_figure(row, frame) for row in session.execute(wanted)]
    if limit is not None and len(found) > limit:
        return Page(found[:limit], found[limit - 1].shelter)
    return Page(found, None)


def shelter_figure(session: Session, place_id: UUID) -> ShelterFigure | None:
    """One shelter, whatever the scope: for mails and rules, which have none."""
    row = session.execute(_joined().where(col(Shelter.id) == place_id)).one_or_none()
    return None if row is None else _shelter_figure(row, frame_of(session, row.Shelter.operation_id))


def fullest(session: Session, *, scope: Scope, limit: int) -> list[ShelterFigure]:
    """The fullest shelters first; those whose occupancy is not known come last."""
    frame = frame_of(session, scope.operation_id)
    wanted = _shelters(scope).order_by(_FULLNESS.desc().nulls_last(), col(Shelter.code)).limit(limit)
    return [_shelter_figure(row, frame) for row in session.execute(wanted)]


def area_figures(session: Session, *, scope: Scope, upto_level: int | None = None) -> list[AreaFigure]:
    """Every area in scope of any level that holds a place with something reported, its whole subtree summed."""
    frame = frame_of(session, scope.operation_id)
    areas = {area.code: area for area in list_areas(session, scope.operation_id, within=scope.areas)}
    codes = [code for code, area in areas.items() if upto_level is None or area.level <= upto_level]
    sums = _sums(session, scope.operation_id, codes, frame, each=True)
    return [_area_figure(sums[code], areas[code], frame) for code in codes if code in sums]


def operation_figure(session: Session, *, scope: Scope) -> AreaFigure:
    """Everything in scope as one figure."""
    frame = frame_of(session, scope.operation_id)
    areas = list_areas(session, scope.operation_id, within=scope.areas)
    codes = {area.code for area in areas}
    tops = [area.code for area in areas if not codes.intersection(area.path[:-1])]
    sums = _sums(session, scope.operation_id, tops, frame, each=False)
    return _area_figure(sums.get("", Sum.of((0,) * (FIXED + frame.scheme.size))), None, frame)


def last_report_at(session: Session, *, scope: Scope) -> datetime | None:
    """When something was last reported of any place in scope."""
    return session.scalar(
        select(func.max(col(PlaceDay.reported_at)))
        .join(PlaceNow, (col(PlaceNow.place_id) == col(PlaceDay.place_id)) & (col(PlaceNow.day) == col(PlaceDay.day)))
        .where(col(PlaceNow.place_id).in_(_place_ids(scope)))
    )


def today(session: Session, *, scope: Scope) -> tuple[int, int]:
    """People who came into the scope today and who left it. Moves within it count only while they are on the way:
    people who left one of its places and reach another on a later day have left, then come."""
    frame = frame_of(session, scope.operation_id)
    best = func.coalesce(col(Report.total), func.round(col(Report.households) * frame.settings.household_size))
    into, out_of = col(Report.place_id).in_(_place_ids(scope)), col(Report.from_place_id).in_(_place_ids(scope))
    same_day = col(Report.day) == col(Report.left_day)
    moved = select(func.coalesce(func.sum(best), 0)).where(
        col(Report.operation_id) == scope.operation_id, col(Report.kind) == "movement"
    )
    came = moved.where(col(Report.day) == frame.today, into, (out_of & same_day).is_not(True))
    left = moved.where(col(Report.left_day) == frame.today, out_of, (into & same_day).is_not(True))
    return int(session.scalar(came) or 0), int(session.scalar(left) or 0)


def _place_ids(scope: Scope) -> Any:
    return select(col(Place.id)).where(visible(scope, Place))


def _joined() -> Any:
    return (
        select(Shelter, col(Area.name).label("area_name"), PlaceDay)
        .join(Area, (col(Area.operation_id) == col(Shelter.operation_id)) & (col(Area.code) == col(Shelter.area_code)))
        .outerjoin(PlaceNow, col(PlaceNow.place_id) == col(Shelter.id))
        .outerjoin(PlaceDay, (col(PlaceDay.place_id) == col(Shelter.id)) & (col(PlaceDay.day) == col(PlaceNow.day)))
    )


def _shelters(scope: Scope) -> Any:
    return _joined().where(visible(scope, Shelter))


def _shelter_figure(row: SqlRow[Any], frame: Frame) -> ShelterFigure:
    shelter, day = row.Shelter, row.PlaceDay
    state = shelter.state
    places = places_for_people(state)
    people, basis, shortfall = _shown(day, frame)
    is_today = day is not None and day.day == frame.today
    came, left = (day.came, day.left) if is_today else (0, 0)
    known = people.total is not None and places is not None
    return ShelterFigure(
        place_id=shelter.id,
        shelter=shelter.code,
        name=state["name"],
        area=shelter.area_code,
        area_name=row.area_name,
        status=state.get("status"),
        lat=state.get("lat"),
        lon=state.get("lon"),
        people=people,
        basis=basis,
        shortfall=shortfall,
        counted_at=_by_now(day.counted_at) if day else None,
        method=day.counted_by if day else None,
        composition_at=_by_now(day.composition_at) if day else None,
        reported_at=_by_now(day.reported_at) if day else None,
        competing=day.competing if day else 0,
        came=came,
        left=left,
        adjusted=(people.total or 0) - day.opening - came + left if is_today else 0,
        declared=state.get("capacity"),
        blocked=state.get("blocked"),
        capacity=places,
        occupancy=people.total / places if known and people.total is not None and places else None,
        free=_free(places, people.total, basis),
    )


def _by_now(at: datetime | None) -> datetime | None:
    """A count of today without an hour stands at the day's end, which is still to come: it is shown as of now."""
    return min(at, clock.now()) if at else None


def _free(places: int | None, people: int | None, basis: Basis) -> int | None:
    """Places left, below zero: so many over. A place nobody counted is never free, though it may be over."""
    if places is None or people is None or (basis != "counted" and people < places):
        return None
    return places - people


def _shown(day: PlaceDay | None, frame: Frame) -> tuple[Shown, Basis, int]:
    if day is None or day.basis == "unknown":
        return Shown(None, None, None, None, {}), "unknown", 0
    level = Level(total=Tally(*day.total), cells=tuple(day.cells), households=day.households, basis=_basis(day.basis))
    composed = level.shown(frame)
    low, high = level.range(composed.total)
    households = day.households if day.households > 0 else None
    shown = Shown(composed.total, low, high, households, frame.scheme.named(composed.cells))
    return shown, level.basis, composed.shortfall


def _basis(stored: str) -> Basis:
    return "counted" if stored == "counted" else "at_least" if stored == "at_least" else "unknown"


def _sums(session: Session, operation_id: UUID, codes: Sequence[str], frame: Frame, *, each: bool) -> dict[str, Sum]:
    """The running sums of areas: by code, or (`each` false) all of them together under the empty code."""
    if not codes:
        return {}
    elements = [func.sum(col(AreaDay.change)[position + 1]) for position in range(FIXED + frame.scheme.size)]
    wanted = select(*elements).where(col(AreaDay.operation_id) == operation_id, col(AreaDay.area_code).in_(codes))
    if not each:
        row = session.execute(wanted).one()
        return {} if row[0] is None else {"": Sum.of([int(value) for value in row])}
    by_code = wanted.add_columns(col(AreaDay.area_code)).group_by(col(AreaDay.area_code))
    return {row[-1]: Sum.of([int(value) for value in row[:-1]]) for row in session.execute(by_code)}


def _area_figure(total: Sum, area: Area | None, frame: Frame) -> AreaFigure:
    anything = total.counted + total.at_least > 0
    basis: Basis = "unknown"
    if anything:
        basis = "at_least" if total.at_least or total.uncounted else "counted"
    people = Shown(None, None, None, None, {})
    if anything:
        people = Shown(
            total=total.people,
            low=total.low,
            high=None if total.unbounded or total.uncounted else total.high,
            households=total.households or None,
            cells=frame.scheme.named(total.cells),
        )
    return AreaFigure(
        area=area.code if area else None,
        name=area.name if area else frame.name,
        level=area.level if area else None,
        people=people,
        basis=basis,
        shortfall=total.shortfall,
        counted=total.counted,
        at_least=total.at_least,
        uncounted=total.uncounted,
    )
