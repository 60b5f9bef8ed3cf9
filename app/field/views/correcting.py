"""My reports: what was sent, how it stands, and putting it right."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from app.core import http
from app.core.errors import NotFound
from app.core.forms import language
from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.templating import use_zone
from app.core.text import mark
from app.field import queries
from app.field.forms import ReasonForm, can_be_corrected, correction_of
from app.field.policy import sort_of
from app.field.schemas import Told, instant_of, people_in, settled
from app.field.views.desk import Answer, is_to_be_kept, naming, pages
from app.intake.schemas import Result
from app.intake.service import take
from app.intake.service.corrections import is_taken_back_by_others
from app.places.queries import frame_of
from app.shelters.queries import ShelterRow
from app.shelters.service import note_look

LISTED = 50
COORDINATORS_DECIDE = ("decision", "same_place")

READING = {"settled": settled, "sort_of": sort_of, "people_in": people_in, "instant_of": instant_of}

NO_REPORT = mark("There is no such report.")


@pages.get("/reports")
@requires("report")
def reports() -> Answer:
    """What I sent, newest first, with what became of it."""
    use_zone(frame_of(session(), g.actor.scope.operation_id).zone)
    if is_to_be_kept():
        return render_template("field/reports.html", listed=[], after="", next=None, is_kept=True, **READING)
    after = request.args.get("after", "")
    found, last = queries.my_reports(session(), actor=g.actor, limit=LISTED, before=moment_and_id(after))
    following = after_moment(last.sent.sent_at, last.sent.first_id) if last is not None else None
    return render_template("field/reports.html", listed=found, after=after, next=following, **READING)


@pages.get("/reports/<uuid:report_id>")
@requires("report")
def report(report_id: UUID) -> Answer:
    """Everything that was said in one report, the first version too."""
    told = _told(report_id)
    can_be = can_be_corrected(told, _shelter_of(told))
    may_correct = _may_correct(told) and not is_taken_back_by_others(g.actor, told.last)
    may = {"may_correct": may_correct, "can_be_corrected": can_be}
    return render_template("field/report.html", told=told, **may, **_readable(told))


@pages.get("/reports/<uuid:report_id>/correct")
@requires("report")
def correct(report_id: UUID) -> Answer:
    """The form it was entered with, as it stands. What no form shows can be taken back."""
    told = _told_to_correct(report_id)
    shelter = _shelter_of(told)
    if not can_be_corrected(told, shelter):
        return redirect(url_for(".take_back", report_id=report_id))
    return _show(correction_of(told, shelter))


@pages.post("/reports/<uuid:report_id>/correct")
@requires("report")
def save_correction(report_id: UUID) -> Answer:
    told = _told_to_correct(report_id)
    shelter = _shelter_of(told)
    if not can_be_corrected(told, shelter):
        return redirect(url_for(".take_back", report_id=report_id))
    correction = correction_of(told, shelter)
    if not correction.validate():
        return _show(correction), 422
    (result,) = take(session(), actor=g.actor, reports=[correction.report], device=g.actor.device)
    if result.status in ("accepted", "duplicate"):
        return _done(told, result, gettext("Corrected. What was said before stays visible here."))
    if result.status == "conflict":
        typed = correction.replacement
        return _show(correction.again(_told(report_id)), typed=typed, is_late=True), 409
    correction.take_refusal(result)
    return _show(correction), 422


@pages.get("/reports/<uuid:report_id>/take-back")
@requires("report")
def take_back(report_id: UUID) -> Answer:
    """This never happened: asked apart, so that nobody does it by the way."""
    told = _told_to_correct(report_id)
    if told.is_void:
        return redirect(url_for(".report", report_id=told.first.id))
    return _ask(told, ReasonForm(told.last))


@pages.post("/reports/<uuid:report_id>/take-back")
@requires("report")
def save_void(report_id: UUID) -> Answer:
    told = _told_to_correct(report_id)
    why = ReasonForm(told.last)
    shown = told.version(why.corrects.data) or told.last
    if not why.validate():
        return _ask(told, why), 422
    (result,) = take(session(), actor=g.actor, reports=[why.correction(shown, None)], device=g.actor.device)
    if result.status in ("accepted", "duplicate"):
        return _done(told, result, gettext("Taken back. It counts no longer; what was said stays visible here."))
    if result.status == "conflict":
        told = _told(report_id)
        if told.is_void:
            return redirect(url_for(".report", report_id=told.first.id), code=303)
        return _ask(told, ReasonForm(told.last, reason=why.reason.data, is_read=False), is_late=True), 409
    why.take_refusal(result)
    return _ask(told, why), 422


def _told(report_id: UUID) -> Told:
    """A report this person may see. NotFound for any other. That it says where a shelter lies is written down, also
    where they said so themselves: whoever holds their phone reads it too."""
    told = queries.told(session(), actor=g.actor, report_id=report_id, language=language())
    if told is None:
        raise NotFound("no_report", NO_REPORT)
    use_zone(told.desk.frame.zone)
    if told.is_exact:
        subject = f"report {told.first.id}"
        http.write_down(subject, lambda apart: note_look(apart, actor=g.actor, subject=subject, shelters=1))
    return told


def _told_to_correct(report_id: UUID) -> Told:
    told = _told(report_id)
    if not _may_correct(told):
        raise NotFound("no_report", NO_REPORT)
    return replace(told, desk=naming(told.desk))


def _may_correct(told: Told) -> bool:
    """Who sees a report may correct it; what was decided, only who may decide."""
    return told.first.kind not in COORDINATORS_DECIDE or bool(g.actor.may("decide"))


def _shelter_of(told: Told) -> ShelterRow | None:
    return queries.shelter_as_told(session(), actor=g.actor, told=told)


def _readable(told: Told) -> dict[str, Any]:
    """What the macros of `field/told.html` need."""
    return {"desk": told.desk, "me": g.actor.user_id, **READING}


def _show(correction: Any, **more: Any) -> str:
    template = "field/state.html" if correction.sort == "shelter_state" else f"field/{correction.sort}.html"
    told = correction.told
    return render_template(
        template, form=correction.form, correction=correction, told=told, why=correction.why, **_readable(told), **more
    )


def _ask(told: Told, why: ReasonForm, **more: Any) -> str:
    only = not can_be_corrected(told, _shelter_of(told))
    return render_template("field/take_back.html", told=told, why=why, only=only, **_readable(told), **more)


def _done(told: Told, result: Result, words: str) -> Answer:
    if result.status == "duplicate":
        words = gettext("This form was sent twice. It is stored once and counts once.")
    flash(words)
    for message in _once(warned.message for warned in result.warnings):
        flash(message, "error")
    return redirect(url_for(".report", report_id=told.first.id), code=303)


def _once(messages: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(messages))
