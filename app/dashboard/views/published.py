"""Published figures: kept beside the ledger with their source, never in it."""

from collections.abc import Sequence

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.pagination import page as page_of
from app.dashboard.forms import FigureForm
from app.dashboard.views.blueprint import PAGE, Shown, frame_here, pages
from app.intake.service import take
from app.places.models import Area
from app.places.queries import list_areas
from app.population.past import Cut, Past
from app.population.queries.published import published

DEEPEST = 2  # figures are published of countries, governorates and districts


@pages.get("/counts/figures")
@requires("read")
def figures() -> str:
    """Published figures, newest first."""
    frame = frame_here()
    past = Past.present(frame, Cut.of(frame))
    before = moment_and_id(request.args.get("after", ""))
    found, last = page_of(published(session(), scope=g.actor.scope, past=past, limit=PAGE + 1, before=before), PAGE)
    following = after_moment(last.at, last.id) if last else None
    return render_template("dashboard/figures.html", published=found, next=following, is_first=before is None)


@pages.get("/counts/figures/new")
@requires("decide")
def new_figure() -> Shown:
    areas = _areas()
    return _show(_form(areas), areas)


@pages.post("/counts/figures/new")
@requires("decide")
def save_figure() -> Shown | Response:
    """Keep a figure as it was published."""
    areas = _areas()
    form = _form(areas)
    if not form.validate():
        return _show(form, areas), 422
    (result,) = take(session(), actor=g.actor, reports=[form.report()], device=g.actor.device)
    if not form.accept(result):
        return _show(form, areas), 422
    flash(gettext("Kept beside the ledger. It changes no figure of ours."))
    return redirect(url_for(".figures"), code=303)


def _areas() -> list[Area]:
    """The areas a figure may be about, each before those inside it."""
    scope = g.actor.scope
    found = list_areas(session(), scope.operation_id, within=scope.areas)
    return sorted((area for area in found if area.level <= DEEPEST), key=lambda area: area.path)


def _form(areas: Sequence[Area]) -> FigureForm:
    whole = ["operation"] if g.actor.scope.areas is None else []
    return FigureForm(frame_here(), abouts=[*whole, *(area.code for area in areas)])


def _show(form: FigureForm, areas: Sequence[Area]) -> str:
    return render_template("dashboard/figure.html", form=form, areas={area.code: area for area in areas})
