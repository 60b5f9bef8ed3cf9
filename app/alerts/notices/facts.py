"""What is known of one alert when its mail is written: its shelter as it is now, and where there is room nearby.

Everything asked goes through a `Once`: a thousand mails of one night tell of the same few shelters.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.alerts.emails.schemas import Evidence, Told
from app.alerts.policy import PROTECTED, SENDS_ELSEWHERE
from app.alerts.queries import days_since
from app.core import clock
from app.core.kept import Once
from app.places.models import Area, Operation
from app.places.queries import areas_of
from app.places.schemas import Frame
from app.planning.queries import nearest_with_room
from app.population.events import events_of_days
from app.population.facts import Event, is_adopted
from app.population.queries import shelter_figure
from app.population.schemas import ShelterFigure

ROOMS = 3


def warm_up(session: Session) -> None:
    """Ask what a mail asks, about nothing: the first mail of a process would wait for its statements to be made."""
    nothing, scope = UUID(int=0), Scope(UUID(int=0), frozenset({""}))
    session.get(Operation, nothing)
    areas_of(session, nothing, [""])
    shelter_figure(session, nothing)
    days_since(session, nothing, clock.now().date())
    events_of_days(session, {nothing: [clock.now().date()]})
    nearest_with_room(session, scope=scope, lat=0.0, lon=0.0, people=None, limit=ROOMS)


def facts_of(session: Session, row: Row[Any], frame: Frame, scope: Scope, once: Once, *, in_full: bool) -> Told:
    """What is told of the alert of a notice that is due, to somebody who reads it in this scope."""
    is_brief = frame.mail_detail == "brief" or row.rule == PROTECTED
    areas = {} if is_brief else _areas(session, frame.operation_id, row.area_path[1:][-2:], once)
    figure = None
    if in_full and not is_brief:
        figure = once(row.place_id, partial(shelter_figure, session, row.place_id))
    return Told(
        alert_id=row.alert_id,
        transition_id=row.transition_id,
        rule=row.rule,
        level=row.level,
        since=row.since,
        learned_at=row.at,
        acknowledged_at=row.acknowledged_at,
        numbers=row.numbers,
        kind=row.kind,
        shelter=row.code,
        name=row.state["name"],
        areas=[areas[code].name for code in reversed(row.area_path) if code in areas],
        frame=frame,
        is_brief=is_brief,
        figure=figure,
        evidence=once(("evidence", row.place_id), partial(_evidence, session, figure, frame)) if figure else None,
        nearby=once((row.place_id, scope), partial(_nearby, session, figure, scope))
        if figure and row.level != "ok" and row.rule in SENDS_ELSEWHERE
        else None,
    )


def followed(session: Session, scope: Scope, frame: Frame, once: Once) -> list[dict[str, str]]:
    """Names of what a person follows: their areas, or the whole operation."""
    if scope.areas is None:
        return [frame.name]
    found = _areas(session, scope.operation_id, sorted(scope.areas), once)
    return [found[code].name for code in sorted(found)]


def _areas(session: Session, operation_id: UUID, codes: Sequence[str], once: Once) -> dict[str, Area]:
    return once((operation_id, *codes), partial(areas_of, session, operation_id, codes))


def _nearby(session: Session, figure: ShelterFigure, scope: Scope) -> Any:
    """The nearest with room that the reader may see and these people may enter."""
    if figure.lat is None or figure.lon is None:
        return None
    return nearest_with_room(
        session,
        scope=scope,
        lat=figure.lat,
        lon=figure.lon,
        people=figure.people.cells,
        limit=ROOMS,
        apart_from=figure.place_id,
    )


def _evidence(session: Session, figure: ShelterFigure, frame: Frame) -> Evidence | None:
    """The headcount a figure follows, and who came and left since (at the same instant counts as since)."""
    if figure.counted_at is None:
        return None
    days = days_since(session, figure.place_id, frame.day_of(figure.counted_at))
    by_day = events_of_days(session, {figure.place_id: days}).get(figure.place_id, {})
    events = [event for day in sorted(by_day) for event in by_day[day]]
    counts = [event for event in events if event.direction == 0 and is_adopted(event, frame)]
    if not counts:
        return None
    count = max(counts, key=lambda event: (event.stands_at, frame.weight_of(event.method), event.id))
    moved = [event for event in events if event.direction and event.stands_at >= count.stands_at]
    return Evidence(
        people=_best(count, frame),
        came=sum(_best(event, frame) for event in moved if event.direction == 1),
        left=sum(_best(event, frame) for event in moved if event.direction == -1),
    )


def _best(event: Event, frame: Frame) -> int:
    return event.people.best(frame.settings.household_size) or 0
