"""Taking reports in: form, references, clocks, the ledger, the projections; one answer for each.

A post is taken in one go. If a constraint of PostgreSQL objects (two posts making the same code at once, say)
it is taken again report by report, so that one bad report never blocks the others.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core import clock
from app.core.text import mark, render
from app.counts.people import Miscount, People
from app.groups import service as groups
from app.intake import policy, queries
from app.intake.errors import fault, faults_of
from app.intake.schemas import (
    READER,
    AnyReport,
    GroupReport,
    HeadcountReport,
    MovementReport,
    PeopleShape,
    PlaceShape,
    Result,
    ShelterReport,
    ShelterStateReport,
    Warned,
)
from app.ledger import service as ledger
from app.places import queries as places
from app.places.schemas import Frame
from app.shelters import service as shelters

SYRIA = (32.3, 37.35, 35.6, 42.4)  # south, north, west, east (domain.md); outside it only a warning

CLOCK_SHIFTED = mark("Your device's clock differs from ours by %(minutes)s minutes. The time was put right.")
IN_FUTURE = mark("The time lay in the future. It was taken as now.")
OUTSIDE_COUNTRY = mark("This position lies outside the country. Check latitude and longitude.")
SHELTER_CLOSED = mark("This shelter is booked as closed.")

_TRIES = 5  # for one report that two senders make a code for at once
_FRAME_KEPT_S = 5.0


@dataclass(frozen=True)
class Post:
    """What is the same for all reports of one post."""

    actor: Actor
    frame: Frame
    now: datetime
    difference: timedelta
    device: str | None

    @property
    def language(self) -> str:
        return self.actor.language


@dataclass
class Known:
    """What the reports of a post may refer to: places and groups by the word used for them."""

    places: dict[str, queries.Found] = field(default_factory=dict)
    groups: dict[str, tuple[UUID, str]] = field(default_factory=dict)
    areas: set[str] = field(default_factory=set)


class Refused(Exception):
    """This report cannot be taken as it is; carries its answer."""

    def __init__(self, result: Result) -> None:
        self.result = result


def take(
    session: Session,
    *,
    actor: Actor,
    reports: Sequence[Mapping[str, Any]],
    sent_at: datetime | None = None,
    device: str | None = None,
) -> list[Result]:
    """Take reports as sent (interface.md, `POST /reports`); answers come in the same order. Flushes, never commits."""
    now = clock.now()
    post = Post(actor, _frame(session, actor.scope.operation_id), now, policy.clock_difference(sent_at, now), device)
    read = [_read(report, post.language) for report in reports]
    first: dict[UUID, AnyReport] = {}
    for report in read:
        if not isinstance(report, Result):
            first.setdefault(report.id, report)
    answers = _take_together(session, post, list(first.values()))
    results: list[Result] = []
    answered: set[UUID] = set()
    for report in read:
        if isinstance(report, Result):
            results.append(report)
        elif report.id not in answered:
            answered.add(report.id)
            results.append(answers[report.id])
        else:
            results.append(_again(report, first[report.id], answers[report.id], post.language))
    return results


def _read(report: Mapping[str, Any], language: str) -> AnyReport | Result:
    try:
        return READER.validate_python(report)
    except ValidationError as error:
        return Result(_id_of(report), "rejected", errors=faults_of(error, language))


def _id_of(report: Any) -> UUID | None:
    try:
        return UUID(str(report["id"]))
    except (KeyError, TypeError, ValueError):
        return None


def _again(report: AnyReport, first: AnyReport, answer: Result, language: str) -> Result:
    """The answer to an id that comes twice in one post."""
    if _digest(report) != _digest(first):
        return Result(report.id, "conflict", errors=(fault("id", "other_content", language),))
    if answer.status == "accepted":
        return Result(report.id, "duplicate", code=answer.code)
    return answer


def _take_together(session: Session, post: Post, reports: Sequence[AnyReport]) -> dict[UUID, Result]:
    if len(reports) == 1 and isinstance(reports[0], MovementReport | HeadcountReport):
        return _take_all(session, post, reports)  # nothing PostgreSQL could object to: saves two round trips
    try:
        with session.begin_nested():
            return _take_all(session, post, reports)
    except IntegrityError:
        results: dict[UUID, Result] = {}
        for report in reports:
            results |= _take_alone(session, post, report)
        return results


def _take_alone(session: Session, post: Post, report: AnyReport) -> dict[UUID, Result]:
    for attempt in range(1, _TRIES + 1):
        try:
            with session.begin_nested():
                return _take_all(session, post, [report])
        except IntegrityError:
            if attempt == _TRIES:
                raise
    raise AssertionError("unreachable")


def _take_all(session: Session, post: Post, reports: Sequence[AnyReport]) -> dict[UUID, Result]:
    results: dict[UUID, Result] = {}
    making = [report.id for report in reports if isinstance(report, ShelterReport | GroupReport)]
    standing = ledger.standing(session, making) if making else {}
    fresh = [report for report in reports if report.id not in standing]
    known = _known(session, post, fresh)
    codes = _codes(session, post, fresh, known)
    rows: dict[UUID, ledger.Row] = {}
    notes: dict[UUID, tuple[Warned, ...]] = {}
    for report in fresh:
        try:
            rows[report.id], notes[report.id] = _row(post, known, report)
        except Refused as refusal:
            results[report.id] = refusal.result
    accepted = [report for report in fresh if report.id in rows]
    _register(session, post, known, accepted, rows, codes)
    stored = ledger.append(session, list(rows.values())) if rows else {}
    _restate(session, post, known, [report for report in accepted if report.id in stored], rows)
    standing |= ledger.standing(session, [id_ for id_ in rows if id_ not in stored]) if len(stored) < len(rows) else {}
    for report in reports:
        if report.id in stored:
            closed = stored[report.id] == "closed" and isinstance(report, MovementReport | HeadcountReport)
            warned = notes[report.id] + (_warn(post, "shelter_closed", SHELTER_CLOSED),) * closed
            results[report.id] = Result(report.id, "accepted", codes.get(report.id), warned)
        elif report.id in standing:
            results[report.id] = _stood(session, post, report, standing[report.id])
    return results


def _stood(session: Session, post: Post, report: AnyReport, standing: tuple[UUID, str]) -> Result:
    """The answer to a report whose id is in the ledger already."""
    if standing != (post.frame.operation_id, _digest(report)):
        return Result(report.id, "conflict", errors=(fault("id", "other_content", post.language),))
    code = None
    if isinstance(report, ShelterReport):
        code = queries.find_places(session, post.frame.operation_id, shelters=[str(report.id)], areas=[])[
            str(report.id)
        ].code
    elif isinstance(report, GroupReport):
        found = queries.find_groups(session, post.frame.operation_id, [report.code or str(report.id)])
        code = next((code for _, code in found.values()), None)
    return Result(report.id, "duplicate", code)


# -- what reports refer to


def _known(session: Session, post: Post, reports: Sequence[AnyReport]) -> Known:
    """Look up everything the reports name, in at most three statements."""
    shelters_named: set[str] = set()
    areas_named: set[str] = set()
    groups_named: set[str] = set()
    for report in reports:
        for place in _places_named(report):
            if place.shelter is not None:
                shelters_named.add(queries.as_reference(place.shelter))
            elif place.area is not None:
                areas_named.add(place.area)
        match report:
            case ShelterReport():
                areas_named.add(report.area)
                shelters_named |= {report.code} if report.code else set()
            case GroupReport():
                groups_named |= {report.code} if report.code else set()
                areas_named |= {report.origin} if report.origin else set()
            case MovementReport():
                groups_named |= {queries.as_reference(report.group)} if report.group else set()
                areas_named |= {report.origin} if report.origin else set()
    operation = post.frame.operation_id
    known = Known()
    if shelters_named or areas_named:
        known.places = queries.find_places(session, operation, shelters=shelters_named, areas=areas_named)
        known.areas = {found.area_code for found in known.places.values() if found.code is None}
    if groups_named:
        known.groups = queries.find_groups(session, operation, groups_named)
    return known


def _places_named(report: AnyReport) -> list[PlaceShape]:
    match report:
        case MovementReport():
            return [place for place in (report.from_, report.to) if place is not None]
        case HeadcountReport():
            return [report.place]
        case ShelterStateReport():
            return [PlaceShape(shelter=report.shelter)]
        case _:
            return []


def _codes(session: Session, post: Post, reports: Sequence[AnyReport], known: Known) -> dict[UUID, str]:
    """The codes of the shelters and groups these reports make, and what later reports of the post may call them."""
    codes: dict[UUID, str] = {}
    numbers: dict[str, int] = {}
    for report in reports:
        if not isinstance(report, ShelterReport | GroupReport):
            continue
        if report.code is None:
            letter = "S" if isinstance(report, ShelterReport) else "G"
            number = numbers.get(letter) or queries.next_number(session, post.frame.operation_id, letter)
            numbers[letter] = number + 1
            codes[report.id] = f"{letter}-{number:04d}"
        else:
            codes[report.id] = report.code
    for report in reports:
        if isinstance(report, ShelterReport) and (area := known.places.get(f"area:{report.area}")):
            if codes[report.id] not in known.places and post.actor.scope.holds(area.area_path):
                made = queries.Found(report.id, area.area_code, area.area_path, codes[report.id])
                known.places |= {str(report.id): made, codes[report.id]: made}
        elif isinstance(report, GroupReport) and codes[report.id] not in known.groups:
            known.groups |= {
                str(report.id): (report.id, codes[report.id]),
                codes[report.id]: (report.id, codes[report.id]),
            }
    return codes


def _find(post: Post, known: Known, place: PlaceShape, where: str, *, report: AnyReport) -> queries.Found:
    """The place a report names. One outside the sender's areas is not found either, unless its other end is theirs."""
    key = f"area:{place.area}" if place.area is not None else queries.as_reference(place.shelter or "")
    found = known.places.get(key)
    if found is None:
        _unknown(post, report, where, "unknown_area" if place.area is not None else "unknown_shelter")
    return found  # type: ignore[return-value]  # _unknown never returns


def _unknown(post: Post, report: AnyReport, where: str, code: str) -> None:
    raise Refused(Result(report.id, "unknown_reference", errors=(fault(where, code, post.language),)))


def _reject(post: Post, report: AnyReport, where: str, code: str) -> None:
    raise Refused(Result(report.id, "rejected", errors=(fault(where, code, post.language),)))


# -- from what was said to what is stored


def _row(post: Post, known: Known, report: AnyReport) -> tuple[ledger.Row, tuple[Warned, ...]]:
    """A report as the ledger keeps it. Raises Refused."""
    warnings: list[Warned] = []
    by_device = report.clock == "device"
    settled = policy.settle(report.occurred_at, filled_in_by_device=by_device, difference=post.difference, now=post.now)
    if settled.was_shifted:
        minutes = round(post.difference.total_seconds() / 60)
        warnings.append(_warn(post, "clock_shifted", CLOCK_SHIFTED, minutes=minutes))
    if settled.was_in_future:
        warnings.append(_warn(post, "in_future", IN_FUTURE))
    day = post.frame.day_of(settled.at)
    stands = {"day_dated": report.is_day_dated, "counts": isinstance(report, HeadcountReport), "zone": post.frame.zone}
    more: dict[str, Any] = {}
    match report:
        case ShelterReport():
            if report.lat is not None and report.lon is not None and not _in_country(report.lat, report.lon):
                warnings.append(_warn(post, "outside_country", OUTSIDE_COUNTRY))
            more = _of_shelter(post, known, report)
        case ShelterStateReport():
            found = _find(post, known, PlaceShape(shelter=report.shelter), "shelter", report=report)
            if not post.actor.scope.holds(found.area_path):
                _unknown(post, report, "shelter", "unknown_shelter")
            more = {"place_id": found.id}
        case GroupReport():
            if report.origin is not None and report.origin not in known.areas:
                _unknown(post, report, "origin", "unknown_area")
            group_id, _ = known.groups[report.code or str(report.id)]
            more = {"group_id": group_id, "origin": report.origin} | _people(post, report, report.people)
        case MovementReport():
            left = policy.settle(
                report.left_at or report.occurred_at,
                filled_in_by_device=by_device,
                difference=post.difference,
                now=post.now,
            ).at
            left_day = post.frame.day_of(left)
            more = _of_movement(post, known, report) | {
                "left_at": left,
                "left_day": left_day,
                "left_stands_at": policy.stand(left, day=left_day, **stands),
            }
        case HeadcountReport():
            found = _find(post, known, report.place, "place", report=report)
            if not post.actor.scope.holds(found.area_path):
                _unknown(post, report, "place", "unknown_shelter")
            more = {"place_id": found.id} | _people(post, report, report.people)
    row = ledger.Row(
        id=report.id,
        operation_id=post.frame.operation_id,
        kind=report.kind,
        occurred_at=settled.at,
        recorded_at=post.now,
        day=day,
        stands_at=policy.stand(settled.at, day=day, **stands),
        content=_content(report),
        digest=_digest(report),
        reporter_id=post.actor.user_id,
        method=report.method,
        device=post.device,
        clock_shift_s=round(post.difference.total_seconds()) if settled.was_shifted else 0,
        **more,
    )
    return row, tuple(warnings)


def _of_shelter(post: Post, known: Known, report: ShelterReport) -> dict[str, Any]:
    area = _find(post, known, PlaceShape(area=report.area), "area", report=report)
    if not post.actor.scope.holds(area.area_path):
        _unknown(post, report, "area", "unknown_area")
    if report.code and known.places[report.code].id != report.id:
        _reject(post, report, "code", "code_taken")
    return {"place_id": report.id}


def _of_movement(post: Post, known: Known, report: MovementReport) -> dict[str, Any]:
    ends = {
        name: _find(post, known, place, name, report=report)
        for name, place in (("from", report.from_), ("to", report.to))
        if place is not None
    }
    if not any(post.actor.scope.holds(found.area_path) for found in ends.values()):
        _unknown(post, report, next(iter(ends)), "unknown_shelter")
    if len({found.id for found in ends.values()}) < len(ends):
        _reject(post, report, "to", "same_place")
    if report.origin is not None and report.origin not in known.areas:
        _unknown(post, report, "origin", "unknown_area")
    group_id = None
    if report.group is not None:
        group = known.groups.get(queries.as_reference(report.group))
        if group is None:
            _unknown(post, report, "group", "unknown_group")
        else:
            group_id = group[0]
    people = _people(post, report, report.people)
    if not people["total"] and not (people["total"] is None and people["households"]):
        _reject(post, report, "people.total", "no_best_figure")
    return people | {
        "place_id": ends["to"].id if "to" in ends else None,
        "from_place_id": ends["from"].id if "from" in ends else None,
        "group_id": group_id,
        "origin": report.origin,
    }


def _people(post: Post, report: AnyReport, shape: PeopleShape | None) -> dict[str, Any]:
    if shape is None:
        return {}
    try:
        people = People.of(post.frame.scheme, **shape.model_dump())
    except Miscount as miscount:
        _reject(post, report, f"people.{miscount.part}", miscount.code)
        raise
    return {
        "total": people.total,
        "low": people.low,
        "high": people.high,
        "households": people.households,
        "cells": people.cells,
    }


def _content(report: AnyReport) -> dict[str, Any]:
    """The report as sent, after parsing: what was not said is left out."""
    return report.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _digest(report: AnyReport) -> str:
    return hashlib.sha256(json.dumps(_content(report), sort_keys=True).encode()).hexdigest()


def _warn(post: Post, code: str, message: str, **details: Any) -> Warned:
    return Warned(code, render(message, post.language, **details), details)


def _in_country(lat: float, lon: float) -> bool:
    south, north, west, east = SYRIA
    return south <= lat <= north and west <= lon <= east


# -- the projections


def _register(
    session: Session,
    post: Post,
    known: Known,
    reports: Sequence[AnyReport],
    rows: Mapping[UUID, ledger.Row],
    codes: Mapping[UUID, str],
) -> None:
    """Make new shelters and groups, in the order of their codes, so that two posts cannot lock each other up."""
    making = [report for report in reports if report.id in codes]
    areas = places.areas_of(session, post.frame.operation_id, [r.area for r in making if isinstance(r, ShelterReport)])
    for report in sorted(making, key=lambda report: (report.kind, codes[report.id])):
        if isinstance(report, ShelterReport):
            shelters.register(session, shelter_id=report.id, code=codes[report.id], area=areas[report.area])
        elif isinstance(report, GroupReport) and rows[report.id].group_id == report.id:
            groups.register(
                session,
                operation_id=post.frame.operation_id,
                group_id=report.id,
                code=codes[report.id],
                occurred_at=rows[report.id].occurred_at,
                fields=report.said(),
            )


def _restate(
    session: Session, post: Post, known: Known, reports: Sequence[AnyReport], rows: Mapping[UUID, ledger.Row]
) -> None:
    """Hand what was said on to the shelters and groups, in the order of their ids."""
    for report in sorted(
        reports, key=lambda report: (str(rows[report.id].place_id or rows[report.id].group_id), str(report.id))
    ):
        row = rows[report.id]
        if isinstance(report, ShelterReport | ShelterStateReport) and row.place_id is not None:
            shelters.state(
                session,
                operation_id=post.frame.operation_id,
                shelter_id=row.place_id,
                report_id=report.id,
                occurred_at=row.occurred_at,
                fields=report.said(),
            )
        elif isinstance(report, GroupReport) and row.group_id is not None:
            groups.restate(
                session, group_id=row.group_id, report_id=report.id, occurred_at=row.occurred_at, fields=report.said()
            )


# -- the frame of an operation is asked for at every post and changes almost never

_frames: dict[UUID, tuple[float, Frame]] = {}


def _frame(session: Session, operation_id: UUID) -> Frame:
    """Zone and scheme are frozen by the first report, so a copy a few seconds old is right."""
    kept = _frames.get(operation_id)
    if kept is None or time.monotonic() - kept[0] > _FRAME_KEPT_S:
        kept = (time.monotonic(), places.frame_of(session, operation_id))
        _frames[operation_id] = kept
    return kept[1]
