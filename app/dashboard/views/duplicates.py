"""Movements that may be told twice, and what was decided of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.text import mark
from app.dashboard.forms import DoubleForm
from app.dashboard.views.blueprint import Shown, frame_here, pages
from app.dashboard.views.moments import moment_asked
from app.dashboard.views.one_shelter import doubles_at
from app.dashboard.views.shelters import shelter_found
from app.duplicates.queries import Possible, Two, latest_decided, latest_possible, two
from app.intake.service import take
from app.ledger.service import take_turn

LATEST = 20
NOT_THERE = mark("One of these reports is not there, or was taken back.")


@pages.get("/duplicates")
@requires("decide")
def duplicates() -> str:
    """Among the latest movements those that may be told twice, the likeliest first; and the latest decisions. With a
    `shelter` those alone that its figure rests on."""
    if code := request.args.get("shelter"):
        return _at(code)
    size, before = frame_here().settings.household_size, moment_and_id(request.args.get("after", ""))
    found, last = latest_possible(session(), scope=g.actor.scope, household_size=size, before=before)
    decided = latest_decided(session(), scope=g.actor.scope, limit=LATEST) if before is None else []
    return _list(found, next=after_moment(*last) if last else None, before=before, decided=decided)


def _at(code: str) -> str:
    asked = moment_asked()
    found = shelter_found(code, asked)
    return _list(doubles_at(found, asked), at=found.figure)


def _list(found: Sequence[Possible], **beside: Any) -> str:
    said = {"at": None, "next": None, "before": None, "decided": [], **beside}
    return render_template("dashboard/duplicates.html", found=found, **said)


@pages.get("/duplicates/<uuid:movement_id>/<uuid:other_id>")
@requires("decide")
def decide_double(movement_id: UUID, other_id: UUID) -> Shown:
    """Two movements side by side: are they of the same people? Asks for the reason."""
    found = _two(movement_id, other_id)
    return _show(found, _form(found))


@pages.post("/duplicates/<uuid:movement_id>/<uuid:other_id>")
@requires("decide")
def save_double(movement_id: UUID, other_id: UUID) -> Shown | Response:
    """Decide; where somebody else did since the form was shown, or corrected a report, that is shown first."""
    take_turn(session(), g.actor.scope.operation_id)  # before anything is read: it stands until this is stored
    found = _two(movement_id, other_id)
    form = _form(found)
    if not form.validate():
        return _show(found, form), 422
    (result,) = take(session(), actor=g.actor, reports=[form.report()], device=g.actor.device)
    if not form.accept(result):
        return _show(found, form), 422
    flash(gettext("Decided. The figures follow within seconds."))
    return redirect(url_for(".duplicates"), code=303)


def _two(one: UUID, other: UUID) -> Two:
    size = frame_here().settings.household_size
    found = two(session(), scope=g.actor.scope, one=one, other=other, household_size=size)
    if found is None:
        raise NotFound("no_movement", NOT_THERE)
    return found


def _form(found: Two) -> DoubleForm:
    return DoubleForm(found, choice=request.args.get("choice"))


def _show(found: Two, form: DoubleForm) -> str:
    return render_template("dashboard/double.html", found=found, form=form)
