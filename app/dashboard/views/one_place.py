"""Two shelters turn out to be one, or two after all."""

from typing import cast
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.policy import Scope
from app.core.http import requires, session
from app.dashboard.forms import SamePlaceForm, TwoPlacesForm
from app.dashboard.queries import shelters_called
from app.dashboard.views.blueprint import Shown, pages
from app.dashboard.views.moments import moment_asked
from app.dashboard.views.shelters import shelter_found
from app.intake.service import take
from app.ledger.service import standing
from app.population.queries import Described
from app.population.queries.decisions import BookedHere, booked_here
from app.shelters.queries import list_shelters

OFFERED = 200  # shelters of the same area, where one that is reported twice most likely lies


@pages.get("/shelters/<code>/same-place")
@requires("decide")
def same_place(code: str) -> Shown:
    return _show_same_place(_shelter(code), SamePlaceForm(code))


@pages.post("/shelters/<code>/same-place")
@requires("decide")
def save_same_place(code: str) -> Shown | Response:
    """Book two shelters as one from now on, and for all the past as it is known now."""
    found, form = _shelter(code), SamePlaceForm(code)
    if not form.validate() or not _settles(form, code):
        return _show_same_place(found, form), 422
    (result,) = take(session(), actor=g.actor, reports=[form.report()], device=g.actor.device)
    if not form.accept(result):
        return _show_same_place(found, form), 422
    flash(gettext("They are booked as one shelter now. Their figures follow within seconds."))
    return redirect(url_for(".shelter", code=form.report()["keep"]), code=303)


@pages.get("/shelters/<code>/two-places")
@requires("decide")
def two_places(code: str) -> Shown:
    found, form = _shelter(code), TwoPlacesForm()
    form.version.process_data(request.args.get("version") or None)
    return _show_two_places(found, form)


@pages.post("/shelters/<code>/two-places")
@requires("decide")
def save_two_places(code: str) -> Shown | Response:
    """Take back that another shelter is this one."""
    found, form = _shelter(code), TwoPlacesForm()
    if not form.validate() or not _is_booked(form, found):
        return _show_two_places(found, form), 422
    (result,) = take(session(), actor=g.actor, reports=[form.report()], device=g.actor.device)
    if not form.accept(result):
        return _show_two_places(found, form), 422
    flash(gettext("They are two shelters again. Their figures follow within seconds."))
    return redirect(url_for(".shelter", code=found.figure.shelter), code=303)


def _shelter(code: str) -> Described:
    return shelter_found(code, moment_asked())


def _settles(form: SamePlaceForm, code: str) -> bool:
    picked = request.form.get("other.pick", "") or str(form.other.data)
    return form.found(*shelters_called(session(), scope=g.actor.scope, typed=picked, but=code))


def _show_same_place(found: Described, form: SamePlaceForm) -> str:
    nearby = Scope(g.actor.scope.operation_id, frozenset({found.figure.area}))
    offered = [row for row in list_shelters(session(), scope=nearby, limit=OFFERED) if row.code != form.code]
    return render_template("dashboard/same_place.html", figure=found.figure, form=form, offered=offered)


def _is_booked(form: TwoPlacesForm, found: Described) -> bool:
    """Whether what is taken back is that a shelter is this one. Where it was taken back before, by this very form, the
    door says so."""
    was_sent = bool(standing(session(), [cast(UUID, form.report_id.data)]))
    return was_sent or form.found({one.id for one in _booked(found)})


def _booked(found: Described) -> list[BookedHere]:
    return [one for one in booked_here(session(), g.actor.scope, found.figure.place_id) if one.shelter]


def _show_two_places(found: Described, form: TwoPlacesForm) -> str:
    return render_template("dashboard/two_places.html", figure=found.figure, form=form, booked=_booked(found))
