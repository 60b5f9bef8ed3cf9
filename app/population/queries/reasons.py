"""Why a figure is so: the reports behind it, in the order of the fold, with what each of them did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.counts.people import Tally
from app.ledger.queries import standing
from app.population.events import events_of_days
from app.population.facts import Event, is_adopted, order_of
from app.population.levels import DayRow
from app.population.past import Past, rows_at
from app.population.queries.shown import people_of
from app.population.schemas import Basis, Shown

FIRST = date(1900, 1, 1)  # nothing is reported of earlier days (intake)

Effect = Literal["anchors", "adds", "takes", "competes", "set_aside", "describes", "notes"]

# What else there is to say of reports and of what was decided about them. Decisions: the one that holds. Looked up by
# CASE: behind the walls PostgreSQL takes `coalesce` for leaky and would use no index (ARCHITECTURE 70).
_TOLD = {
    known_on: text(f"""
  SELECT reports.id, reports.kind, reports.content, reports.recorded_at, reports.corrects, reports.device,
    reporter.email AS reporter, reports.reporter_id, decision.content AS decision, decision.recorded_at AS decided_at,
    decider.email AS decided_by
  FROM reports JOIN users AS reporter ON reporter.id = reports.reporter_id
  LEFT JOIN LATERAL (SELECT content, decision.recorded_at, decision.reporter_id FROM reports AS decision
    WHERE reports.kind = 'headcount' AND decision.kind = 'decision'
      AND decision.about_id = CASE WHEN reports.version_of IS NULL THEN reports.id ELSE reports.version_of END
      AND {standing("decision", known_on=known_on)}
    ORDER BY decision.occurred_at DESC, coalesce(decision.version_of, decision.id) DESC LIMIT 1) AS decision ON true
  LEFT JOIN users AS decider ON decider.id = decision.reporter_id
  WHERE reports.id = ANY(:versions)
""")
    for known_on in (False, True)
}
_DAYS = text("SELECT day FROM place_days WHERE place_id = :place AND day BETWEEN :first AND :last")
_PLACES_IN = text("""
  SELECT places.id, shelters.code AS shelter,
    coalesce(shelters.state -> 'name', areas.name) AS name
  FROM place_now JOIN places ON places.id = place_now.place_id
  LEFT JOIN shelters ON shelters.id = places.id
  JOIN areas ON areas.operation_id = places.operation_id AND areas.code = places.area_code
  WHERE places.operation_id = :operation ORDER BY shelters.code NULLS LAST, places.area_code
""")


@dataclass(frozen=True)
class Decided:
    """What a coordinator decided of a headcount, and why."""

    adopt: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Step:
    """One report and what it did to the total of its place. `id` is that of the first version, `version` of the one
    that counts. `before` and `after` are the books (they may go below zero); `discrepancy` is what a headcount found
    beyond them."""

    id: UUID
    version: UUID
    kind: str
    effect: Effect
    at: datetime
    is_day_dated: bool
    recorded_at: datetime
    people: dict[str, Any] | None
    method: str | None
    said: Mapping[str, Any]
    reporter: str
    reporter_id: UUID
    device: str | None
    is_correction: bool
    before: int | None
    after: int | None
    discrepancy: int | None
    decided: Decided | None


@dataclass(frozen=True)
class Steps:
    """Reports of a place, in the order of the fold. `earlier`: the day before them, or theirs, with more."""

    listed: list[Step]
    earlier: date | None


@dataclass(frozen=True)
class Part:
    """A place as part of an area's figure. `shelter` None: people in the area outside any shelter."""

    shelter: str | None
    area: str
    name: dict[str, str]
    people: Shown
    basis: Basis
    shortfall: int


def steps_of(
    session: Session,
    *,
    place_id: UUID,
    past: Past,
    most: int,
    until: date | None = None,
    everything: bool = False,
    whole_days: bool = True,
) -> Steps:
    """The newest reports a place's figure rests on: from the day of the last headcount on that told the total or sex
    and age, or (`everything`) from the first day on. From `until` back, until there are `most`, or more of them, for no
    day is cut in two; where `whole_days` do not matter, no more."""
    row = rows_at(session, past, [place_id])[place_id]
    first = FIRST if everything or row is None else _first_day(row, past)
    last = past.cut.day if until is None else min(until, past.cut.day)
    asked = {"place": place_id, "first": first, "last": last}
    changed = {change.day for change in past.days.get(place_id, ()) if first <= change.day <= last}
    days = sorted({*session.scalars(_DAYS, asked), *changed}, reverse=True)
    events, reached = _newest(session, place_id, days, past, most)
    if not events:
        return Steps([], None)
    opening = _before(session, place_id, days[reached - 1], past)
    walked = _walk(events, opening, past)
    listed = walked if whole_days else walked[-most:]
    versions = {"versions": [walk.event.version for walk in listed], "known_on": past.cut.known_on}
    told = {one.id: one for one in session.execute(_TOLD[past.cut.known_on is not None], versions)}
    steps = [_step(walk, told[walk.event.version or walk.event.id]) for walk in listed]
    if len(listed) < len(walked):
        return Steps(steps, past.frame.day_of(listed[0].event.stands_at))
    return Steps(steps, days[reached] if reached < len(days) else None)


def _newest(session: Session, place_id: UUID, days: Sequence[date], past: Past, most: int) -> tuple[list[Event], int]:
    """What happened on the first so many of these days that it makes `most` or more, in the order of the fold; and how
    many days that took. Asked for few days at first: on one there may be hundreds of reports, or one."""
    events: list[Event] = []
    reached, at_once = 0, 1
    while reached < len(days) and len(events) < most:
        found = events_of_days(session, {place_id: days[reached : reached + at_once]}, past.bookings).get(place_id, {})
        for day in days[reached : reached + at_once]:
            if len(events) < most:
                events += [event for event in found.get(day, ()) if event.stands_at <= past.cut.as_of]
                reached += 1
        at_once = min(4 * at_once, 16)
    return sorted(events, key=lambda event: order_of(event, past.frame)), reached


def parts_of(session: Session, *, scope: Scope, area: str | None, past: Past) -> list[Part]:
    """The places an area's figure, or the operation's, is the sum of: those anything was reported of."""
    found = session.execute(_PLACES_IN, {"operation": scope.operation_id}).all()
    booked = past.bookings.of(session, [place.id for place in found])
    places = [
        place
        for place in found
        if place.id in booked
        and scope.holds(booked[place.id].area_path)
        and (area is None or area in booked[place.id].area_path)
    ]
    rows = rows_at(session, past, [place.id for place in places])
    parts: list[Part] = []
    for place in places:
        row = rows[place.id]
        if row is not None:
            people, basis, shortfall = people_of(row, past.frame)
            area_code = booked[place.id].area_path[-1]
            parts.append(Part(place.shelter, area_code, place.name, people, basis, shortfall))
    return parts


def _first_day(row: DayRow, past: Past) -> date:
    anchors = [at for at in (row.level.counted_at, row.level.composition_at) if at is not None]
    return past.frame.day_of(min(anchors)) if row.level.counted_at else FIRST


def _before(session: Session, place_id: UUID, first: date, past: Past) -> int | None:
    """The books before a day; None: there were none."""
    row = rows_at(session, past.ending(first - timedelta(days=1)), [place_id])[place_id]
    return None if row is None or row.level.basis == "unknown" else row.level.total.total


@dataclass(frozen=True, slots=True)
class _Walked:
    """A report with what it did, and the books before and after it."""

    event: Event
    effect: Effect
    before: int | None
    after: int | None


def _walk(events: Sequence[Event], opening: int | None, past: Past) -> list[_Walked]:
    walked: list[_Walked] = []
    books = opening
    for event in events:
        effect = _effect(event, past)
        before = books
        if effect in ("anchors", "adds", "takes"):
            counted = Tally.of(event.people, household_size=past.frame.settings.household_size).total
            books = counted if effect == "anchors" else (books or 0) + (counted if effect == "adds" else -counted)
        walked.append(_Walked(event, effect, before, books))
    return walked


def _effect(event: Event, past: Past) -> Effect:
    if event.is_note:
        return "notes"
    if event.direction is None:
        return "describes"
    if event.direction:
        return "adds" if event.direction > 0 else "takes"
    if is_adopted(event, past.frame):
        return "anchors"
    return "competes" if event.decided is None else "set_aside"


def _step(walked: _Walked, row: Any) -> Step:
    event, effect, before, after = walked.event, walked.effect, walked.before, walked.after
    said = row.content["replacement"] if row.corrects else row.content
    found = None if effect != "anchors" or before is None or after is None else after - before
    decision = None if row.decision is None else row.decision.get("replacement", row.decision)
    return Step(
        id=event.id,
        version=row.id,
        kind=row.kind,
        effect=effect,
        at=event.occurred_at,
        is_day_dated=said.get("precision") in ("day", "about"),
        recorded_at=row.recorded_at,
        people=said.get("people"),
        method=event.method,
        said=said,
        reporter=row.reporter,
        reporter_id=row.reporter_id,
        device=row.device,
        is_correction=row.corrects is not None,
        before=before,
        after=after,
        discrepancy=found,
        decided=decision and Decided(decision["adopt"], decision["reason"], row.decided_by, row.decided_at),
    )
