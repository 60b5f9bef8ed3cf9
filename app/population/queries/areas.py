"""Figures of areas and of the operation: running sums of their daily changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from app.accounts.policy import Scope
from app.places.models import Area
from app.places.queries import frame_of, list_areas
from app.places.schemas import Frame
from app.population.areas import FLOWS, OPERATION, Sum, Vector, size_of
from app.population.models import AreaDay
from app.population.past import Past
from app.population.queries.shown import added, people_in
from app.population.schemas import AreaFigure


@dataclass(frozen=True)
class Standing:
    """An area at the end of a day: its sum, with who came and left on that day alone, and people before it."""

    total: Sum
    before: int


def area_figures(
    session: Session, *, scope: Scope, upto_level: int | None = None, past: Past | None = None
) -> list[AreaFigure]:
    """Every area in scope of any level that holds a place with something reported, its whole subtree summed."""
    frame = frame_of(session, scope.operation_id)
    areas = {area.code: area for area in list_areas(session, scope.operation_id, within=scope.areas)}
    codes = [code for code, area in areas.items() if upto_level is None or area.level <= upto_level]
    found = standings(session, frame, codes, past)
    return [
        _figure(found[code], areas[code], frame)
        for code in codes
        if code in found and (found[code].total.counted or found[code].total.at_least or found[code].total.uncounted)
    ]


def operation_figure(session: Session, *, scope: Scope, past: Past | None = None) -> AreaFigure:
    """Everything in scope as one figure. For someone with several areas, who moves between two of them has left one
    and come into the other."""
    frame = frame_of(session, scope.operation_id)
    found = standings(session, frame, top_codes(session, scope), past).values()
    vector = [0] * size_of(frame)
    for standing in found:
        vector = added(vector, standing.total.vector)
    return _figure(Standing(Sum.of(vector), sum(standing.before for standing in found)), None, frame)


def top_codes(session: Session, scope: Scope) -> list[str]:
    """The areas that make up a scope: the whole operation, or those not inside another of them."""
    if scope.areas is None:
        return [OPERATION]
    areas = list_areas(session, scope.operation_id, within=scope.areas)
    codes = {area.code for area in areas}
    return [area.code for area in areas if not codes.intersection(area.path[:-1])]


def standings(session: Session, frame: Frame, codes: Sequence[str], past: Past | None) -> dict[str, Standing]:
    """Sums of areas at the end of a day, by code; areas nothing was ever reported in are left out."""
    if not codes:
        return {}
    day = past.cut.day if past else frame.today
    size = size_of(frame)
    levels = [func.sum(col(AreaDay.change)[position + 1]) for position in range(size - FLOWS)]
    that_day, earlier = col(AreaDay.day) == day, col(AreaDay.day) < day
    flows = [func.sum(col(AreaDay.change)[position + 1]).filter(that_day) for position in range(size - FLOWS, size)]
    wanted = (
        select(*levels, *flows, func.sum(col(AreaDay.change)[1]).filter(earlier), col(AreaDay.area_code))
        .where(col(AreaDay.operation_id) == frame.operation_id, col(AreaDay.area_code).in_(codes))
        .where(col(AreaDay.day) <= day)
        .group_by(col(AreaDay.area_code))
    )
    stored = session.execute(wanted) if past is None or past.shelters is None else ()
    sums: dict[str, Vector] = {row[-1]: tuple(int(value or 0) for value in row[:-1]) for row in stored}
    for (code, changed), vector in (past.changes if past else {}).items():
        if code in codes and changed <= day:
            held = sums.get(code, (0,) * (size + 1))
            sums[code] = tuple(added(held, _of_day(vector, changed, day)))
    return {code: Standing(Sum.of(vector[:-1]), vector[-1]) for code, vector in sums.items()}


def _of_day(vector: Vector, changed: date, day: date) -> Vector:
    """A change as part of a standing: who crossed the border on another day is no part of it."""
    flows = vector[-FLOWS:] if changed == day else (0,) * FLOWS
    return (*vector[:-FLOWS], *flows, vector[0] if changed < day else 0)


def _figure(standing: Standing, area: Area | None, frame: Frame) -> AreaFigure:
    total = standing.total
    people, basis = people_in(total, frame)
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
        before=standing.before,
        came=total.came,
        left=total.left,
        adjusted=total.people - standing.before - total.came + total.left,
    )
