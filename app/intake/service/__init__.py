"""Taking reports in: form, references, clocks, the ledger, the projections; one answer for each.

A post is taken in one go. If a constraint of PostgreSQL objects (two posts making the same code at once, say)
it is taken again report by report, so that one bad report never blocks the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core import clock, db, meters, requests
from app.core.kept import Kept
from app.intake import policy, queries
from app.intake.errors import fault, faults_of
from app.intake.queries import noticed
from app.intake.schemas import (
    AMENDING,
    READER,
    Amending,
    FigureReport,
    GroupReport,
    HeadcountReport,
    MovementReport,
    NoteReport,
    Plain,
    Result,
    ShelterFields,
    ShelterReport,
    Warned,
)
from app.intake.service.amend import amend
from app.intake.service.asking import ask_back
from app.intake.service.post import Append, Post, Refused
from app.intake.service.projections import register, restate
from app.intake.service.references import codes_of, known_by_heart, known_of
from app.intake.service.rows import digest, row_of
from app.ledger import service as ledger
from app.ledger.queries import has_reports
from app.places import queries as places
from app.places.schemas import Frame

IN_TURN = (ShelterFields, GroupReport, *AMENDING)
_NOT_STORED = ("rejected", "unknown_reference")
_TRIES = 5  # for one report that two senders make a code for at once
_frames: Kept[UUID, Frame] = Kept(seconds=5)

log = structlog.get_logger(__name__)


def take(
    session: Session,
    *,
    actor: Actor,
    reports: Sequence[Any],
    sent_at: datetime | None = None,
    device: str | None = None,
    recorded_at: datetime | None = None,
    append: Append = noticed.append,
) -> list[Result]:
    """Take reports as sent (interface.md, `POST /reports`); answers come in the same order. Flushes, never commits.

    `recorded_at`: when they came in, where that was not now; only a simulation says so. `append`: how a report is
    stored that needs nothing else of this transaction.
    """
    read = [_read(report, actor.language) for report in reports]
    results = {place: one for place, one in enumerate(read) if isinstance(one, Result)}
    waiting = {place: one for place, one in enumerate(read) if not isinstance(one, Result)}
    codes = {one.code for one in waiting.values() if isinstance(one, ShelterReport | GroupReport) and one.code}
    frame = _frozen_frame(session, actor.scope.operation_id)
    has_turn = frame is None or any(isinstance(one, IN_TURN) for one in waiting.values())
    if has_turn:
        ledger.take_turn(session, actor.scope.operation_id)  # before anything that others may have to wait for
    if frame is None:
        frame, append = places.frame_of(session, actor.scope.operation_id), noticed.append
    # Within the turn: what depends on what stands is recorded in the order in which it was decided.
    now = recorded_at or clock.now()
    db.record_at(session, now)
    post = Post(
        actor,
        frame,
        now,
        policy.clock_difference(sent_at, now),
        device,
        frozenset(codes),
        has_turn,
        append,
        request=requests.name(),
    )
    is_published = any(isinstance(one, FigureReport) for one in waiting.values())
    while waiting:
        results |= _take_each_id(session, post, waiting)
        waiting = {place: report for place, report in waiting.items() if place not in results}
    if is_published:  # it is in no figure of ours, so nothing is folded that would tell
        ledger.tell_news(session, [actor.scope.operation_id])
    statuses = Counter(str(result.status) for result in results.values())
    for status, number in statuses.items():
        meters.count("reports", status, by=number)
    log.debug("reports_taken", operation=str(actor.scope.operation_id), **statuses)
    return [results[place] for place in range(len(read))]


def _take_each_id(session: Session, post: Post, reports: Mapping[int, Plain | Amending]) -> dict[int, Result]:
    """Take the first report of each id, and answer those that repeat it. What comes under the id of one that was
    refused may be the same report mended: it is left for another time."""
    first: dict[UUID, Plain | Amending] = {}
    for report in reports.values():
        first.setdefault(report.id, report)
    plain = [report for report in first.values() if not isinstance(report, AMENDING)]
    answers = _take_together(session, post, plain) if plain else {}
    answers |= amend(session, post, [report for report in first.values() if isinstance(report, AMENDING)])
    results: dict[int, Result] = {}
    for place, report in reports.items():
        answer, taken = answers[report.id], first[report.id]
        if report is taken:
            results[place] = answer
        elif answer.status not in _NOT_STORED or digest(report) == digest(taken):
            results[place] = _again(report, taken, answer, post.language)
    return results


def _read(report: Any, language: str) -> Plain | Amending | Result:
    try:
        return READER.validate_python(report)
    except ValidationError as error:
        return Result(_id_of(report), "rejected", errors=faults_of(error, language))


def _id_of(report: Any) -> UUID | None:
    try:
        return UUID(str(report["id"]))
    except (KeyError, TypeError, ValueError):
        return None


def _again(report: Plain | Amending, first: Plain | Amending, answer: Result, language: str) -> Result:
    """The answer to an id that comes twice in one post."""
    if digest(report) != digest(first):
        return Result(report.id, "conflict", errors=(fault("id", "other_content", language),))
    if answer.status == "accepted":
        return Result(report.id, "duplicate", code=answer.code)
    return answer


def _take_together(session: Session, post: Post, reports: Sequence[Plain]) -> dict[UUID, Result]:
    if len(reports) == 1 and isinstance(reports[0], MovementReport | HeadcountReport | NoteReport):
        # Nothing PostgreSQL could object to, so no savepoint: that saves two round trips.
        return _take_by_heart(session, post, reports[0]) or _take_all(session, post, reports)
    try:
        with session.begin_nested():
            return _take_all(session, post, reports)
    except IntegrityError:
        results: dict[UUID, Result] = {}
        for report in reports:
            results |= _take_alone(session, post, report)
        return results


def _take_by_heart(session: Session, post: Post, report: Plain) -> dict[UUID, Result]:
    """Take a report about places that are remembered, while what is remembered is so. Nothing is ever refused on it:
    no result means that nothing was taken, and that one must ask."""
    recalled = known_by_heart(post, report)
    if recalled is None:
        return {}
    known, turn = recalled
    try:
        row, warned = row_of(post, known, report)
    except Refused:
        return {}
    stored = post.append(session, [replace(row, turn=turn)])
    if not stored:
        return {}
    asked = ask_back(session, post, [report], {row.id: row}, stored=stored, merged=known.merged)
    return {row.id: Result(row.id, "accepted", warnings=warned + asked[row.id])}


def _take_alone(session: Session, post: Post, report: Plain) -> dict[UUID, Result]:
    for attempt in range(1, _TRIES + 1):
        try:
            with session.begin_nested():
                return _take_all(session, post, [report])
        except IntegrityError:
            if attempt == _TRIES:
                raise
    raise AssertionError("unreachable")


def _take_all(session: Session, post: Post, reports: Sequence[Plain]) -> dict[UUID, Result]:
    if places.is_closed(session, post.frame.operation_id):
        return _closed(session, post, reports)
    results: dict[UUID, Result] = {}
    making = [report.id for report in reports if isinstance(report, ShelterReport | GroupReport)]
    standing = ledger.standing(session, making) if making else {}
    fresh = [report for report in reports if report.id not in standing]
    known = known_of(session, post, fresh)
    codes = codes_of(session, post, fresh, known)
    rows: dict[UUID, ledger.Row] = {}
    notes: dict[UUID, tuple[Warned, ...]] = {}
    for report in fresh:
        try:
            rows[report.id], notes[report.id] = row_of(post, known, report)
        except Refused as refusal:
            results[report.id] = refusal.result
    accepted = [report for report in fresh if report.id in rows]
    register(session, post, accepted, rows, codes)
    stored = noticed.append(session, list(rows.values())) if rows else {}
    restate(session, [report for report in accepted if report.id in stored], rows)
    # What was refused may have been taken before: a sender whose areas shrank since must still learn that.
    elsewhere = [report.id for report in fresh if report.id not in stored]
    standing |= ledger.standing(session, elsewhere) if elsewhere else {}
    new = [report for report in accepted if report.id in stored]
    asked = ask_back(session, post, new, rows, stored=stored, merged=known.merged)
    for report in reports:
        if report.id in stored:
            warned = notes[report.id] + asked[report.id]
            results[report.id] = Result(report.id, "accepted", codes.get(report.id), warned)
        elif report.id in standing:
            results[report.id] = _stood(session, post, report, standing[report.id])
    return results


def _closed(session: Session, post: Post, reports: Sequence[Plain]) -> dict[UUID, Result]:
    """The answers of an operation that is closed: who is not sure whether a report was taken before still learns it."""
    standing = ledger.standing(session, [report.id for report in reports])
    return {
        report.id: _stood(session, post, report, standing[report.id])
        if report.id in standing
        else Result(report.id, "rejected", errors=(fault("", "operation_closed", post.language),))
        for report in reports
    }


def _stood(session: Session, post: Post, report: Plain, standing: tuple[UUID | None, str]) -> Result:
    """The answer to a report whose id is in the ledger already."""
    if standing != (post.frame.operation_id, digest(report)):
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


def _frozen_frame(session: Session, operation_id: UUID) -> Frame | None:
    """The frame of an operation: frozen by the first report, so a copy a few seconds old is right. None: it may still
    change, and only whoever has the turn knows what it is."""
    return _frames.get(
        operation_id,
        lambda: places.frame_of(session, operation_id) if has_reports(session, operation_id) else None,
    )
