"""Corrections: another version of a report, or none any more. The versions of a report form one chain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.intake import queries
from app.intake.errors import fault, faults_of
from app.intake.schemas import (
    READER,
    CorrectionReport,
    DecisionReport,
    Fault,
    GroupReport,
    Plain,
    Result,
    SamePlaceReport,
    ShelterReport,
)
from app.intake.service.decisions import row_of_decision
from app.intake.service.post import Post, Refused, Taken, reject, unknown
from app.intake.service.projections import follow
from app.intake.service.references import Known, known_of
from app.intake.service.rows import content_of, digest, row_of, row_without_people
from app.intake.service.same_place import book_together, row_of_same_place
from app.intake.service.store import store
from app.intake.service.texts import about_texts, inside
from app.intake.service.told import as_told, kept_exact, says_exactly
from app.intake.service.whose import is_there_for
from app.ledger import queries as reports_in
from app.ledger import service as ledger
from app.ledger.queries import Version
from app.places import queries as places
from app.shelters import service as shelters

A_MOMENT = timedelta(microseconds=1)

Said = Plain | DecisionReport | SamePlaceReport | None


def correct(session: Session, post: Post, report: CorrectionReport) -> Taken:
    """Put a new version in the place of the last one. Raises Refused."""
    first_id = reports_in.first_version_of(session, operation_id=post.frame.operation_id, report_id=report.corrects)
    if first_id is None:
        unknown(post, report, "corrects", "unknown_report")
    chain = reports_in.versions_of(session, first_id)
    first, last = chain[0], chain[-1]
    _check_may_correct(session, post, report, first, last)
    if last.id != report.corrects:
        _refuse_late(session, post, report, chain)
    sent = digest(report)
    if report.replacement is not None:
        kept = kept_exact(post.actor, chain, report.replacement)
        report = report.model_copy(update={"replacement": kept})
    said = _said_instead(post, report, first)
    row, warned = _row_of(session, post, report, said, chain)
    if said is not None:
        warned = inside(warned) + about_texts(post, report)
    row = replace(
        row,
        id=report.id,
        recorded_at=max(post.now, last.recorded_at + A_MOMENT),  # one moment never has two versions
        content=content_of(report),
        digest=sent,
        corrects=last.id,
        version_of=first.id,
    )
    store(session, post, report, row)
    mark_what_it_was(session, row, last)
    follow_version(session, row, said, first, last)
    return row, warned


def _check_may_correct(session: Session, post: Post, report: CorrectionReport, first: Version, last: Version) -> None:
    """One's own, or as a coordinator any; what lies outside one's areas is not there, one's own neither: others have
    gone on with it, and who was moved elsewhere neither reads nor changes what they found."""
    is_own = first.reporter_id == post.actor.user_id
    if not is_there_for(session, post.actor, first, last):
        unknown(post, report, "corrects", "unknown_report")
    if first.kind in ("decision", "same_place") and not post.actor.may("decide"):
        reject(post, report, "corrects", "coordinators_only")
    if not is_own and not post.actor.may("decide"):
        reject(post, report, "corrects", "not_yours_to_correct")
    if is_taken_back_by_others(post.actor, last):
        reject(post, report, "corrects", "taken_back_by_others")


def is_taken_back_by_others(actor: Actor, last: Version) -> bool:
    """Whether only somebody who decides may bring a report back: whoever takes one back for its sender, or holds it,
    has a reason that its sender cannot settle."""
    return last.kind == "void" and last.reporter_id != actor.user_id and not actor.may("decide")


def _refuse_late(session: Session, post: Post, report: CorrectionReport, chain: Sequence[Version]) -> NoReturn:
    """Somebody was first: the sender is given what stands, as they may read it."""
    last, told = chain[-1], as_told(post.actor, chain)[-1]
    if says_exactly(last, told):
        shelters.note_look(session, actor=post.actor, subject=f"report {last.first_id}", shelters=1)
    errors = (fault("corrects", "already_corrected", post.language),)
    standing = {"id": str(last.id), "report": told.said}
    raise Refused(Result(report.id, "conflict", errors=errors, standing=standing))


def _said_instead(post: Post, report: CorrectionReport, first: Version) -> Said:
    """What the report is to say now; None: nothing."""
    if report.replacement is None:
        return None
    try:
        said = READER.validate_python({**report.replacement, "id": str(report.id)})
    except ValidationError as error:
        _refuse_inside(report, Result(report.id, "rejected", errors=faults_of(error, post.language)))
    if isinstance(said, CorrectionReport) or said.kind != first.kind:
        reject(post, report, "replacement.kind", "other_kind")
    return said


def _refuse_inside(report: CorrectionReport, result: Result) -> NoReturn:
    """What is wrong with a replacement, named as part of its correction."""
    errors = tuple(Fault(f"replacement.{one.field}".rstrip("."), one.code, one.message) for one in result.errors)
    raise Refused(Result(report.id, result.status, errors=errors))


def _row_of(session: Session, post: Post, report: CorrectionReport, said: Said, chain: Sequence[Version]) -> Taken:
    """The version a correction makes, as if it had been sent by itself."""
    first, last = chain[0], chain[-1]
    if said is None:
        return _void(session, post, report, first, last)
    try:
        match said:
            case DecisionReport():
                return row_of_decision(session, post, said)
            case SamePlaceReport():
                return row_of_same_place(session, post, said, corrects=last.id)
            case _:
                return _plain(session, post, said, first)
    except Refused as refusal:
        _refuse_inside(report, refusal.result)


def _void(session: Session, post: Post, report: CorrectionReport, first: Version, last: Version) -> Taken:
    if last.kind == "void":
        reject(post, report, "corrects", "already_void")
    makes = first.kind in ("shelter", "group") and first.id in (first.place_id, first.group_id)
    if makes and reports_in.is_spoken_of(session, first.id):
        reject(post, report, "replacement", "in_use")
    return row_without_people(post, report, kind="void")


def _plain(session: Session, post: Post, said: Plain, first: Version) -> Taken:
    known = known_of(session, post, [said])
    if isinstance(said, ShelterReport | GroupReport):
        _keep_code(session, post, said, known, first)
    row, warned = row_of(post, known, said)
    if isinstance(said, ShelterReport):
        row = replace(row, place_id=first.place_id)
    return row, warned


def _keep_code(session: Session, post: Post, said: ShelterReport | GroupReport, known: Known, first: Version) -> None:
    """A shelter or group keeps its code: a replacement names that or none, and is then known by it."""
    if isinstance(said, ShelterReport):
        own = queries.find_places(session, post.frame.operation_id, shelters=[str(first.place_id)], areas=[])
        code = own[str(first.place_id)].code
    else:
        group = queries.find_groups(session, post.frame.operation_id, [str(first.group_id)])
        code = group[str(first.group_id)][1]
        known.groups |= {key: group[str(first.group_id)] for key in (code, str(said.id))}
        known.hidden.clear()  # who may correct a report may say what it says
    if said.code not in (None, code):
        reject(post, said, "code", "code_stays")
    if isinstance(said, ShelterReport) and said.code:
        known.places.pop(said.code, None)


def mark_what_it_was(session: Session, row: ledger.Row, last: Version) -> None:
    """What the replaced version had to do with is looked at again; the new one has marked its own."""
    touched = ledger.touched_by(last)
    beside = {first for first in (last.about_id, last.double_of) if first is not None}
    beside.update(reports_in.decided_beside(session, [last.first_id]) if last.kind in ("movement", "void") else ())
    for first in sorted(beside):
        touched |= ledger.touched_by(reports_in.versions_of(session, first)[-1])
    ledger.mark(session, operation_id=row.operation_id, touched=touched, at=row.recorded_at)


def follow_version(session: Session, row: ledger.Row, said: Said, first: Version, last: Version) -> None:
    """Shelters, groups and bookings follow the version that stands now."""
    if first.kind == "same_place":
        book_together(session, row, *(place for place in (last.place_id, last.from_place_id) if place))
        return
    if isinstance(said, DecisionReport | SamePlaceReport):
        return
    if first.kind == "shelter" and first.place_id is not None:
        has_changed = shelters.take_back(session, shelter_id=first.place_id, is_void=said is None)
        if isinstance(said, ShelterReport):
            area = places.areas_of(session, row.operation_id, [said.area])[said.area]
            has_changed |= shelters.lie_in(session, shelter_id=first.place_id, area=area)
        if has_changed:
            concerned = {first.place_id, *places.members_of(session, [first.place_id])}
            ledger.mark_surroundings(session, operation_id=row.operation_id, places=concerned, at=row.recorded_at)
    follow(session, [(row, said)], of=first)
