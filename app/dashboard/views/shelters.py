"""All shelters, and everything about one of them."""

from http import HTTPStatus

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.alerts.queries import limits_of
from app.alerts.rules import standards_of
from app.core.errors import NotFound
from app.core.http import requires, session
from app.core.text import mark
from app.dashboard.forms import ShelterTableForm
from app.dashboard.policy import SHELTER_COLUMNS, lets_in, shelter_cells
from app.dashboard.queries import names_in
from app.dashboard.views.blueprint import PAGE, pages
from app.dashboard.views.drawings import pyramid, share_known, trend, youngest
from app.dashboard.views.moments import Asked, moment_asked
from app.dashboard.views.one_shelter import as_of_then, of_now
from app.dashboard.views.tables import as_file, is_misread, sorting_of, without
from app.population import queries as population
from app.population.queries import Described
from app.population.queries.listing import SORTS
from app.population.queries.ordering import cursor_of
from app.population.queries.reasons import FIRST, steps_of
from app.population.queries.tables import shelter_table, whole_table
from app.shelters.queries import areas_with_shelters

NO_SHELTER = mark("There is no such shelter.")
NOT_YET = mark("Nothing had been reported of such a shelter by then. Choose a later day in “as known on”.")
REASONS, DAYS, GROUPS = 12, 14, 12


@pages.get("/shelters")
@requires("read")
def shelters() -> str:
    """Shelters with their figures: those asked for, in the order asked for."""
    asked, form = moment_asked(), ShelterTableForm(request.args)
    wanted, kept = form.wanted(), asked.kept | form.kept
    after = cursor_of(request.args.get("after", ""), wanted.sort)
    table = shelter_table(session(), scope=asked.scope, past=asked.past, wanted=wanted, limit=PAGE, after=after)
    return render_template(
        "dashboard/shelters.html",
        asked=asked,
        form=form,
        kept=kept,
        table=table,
        is_first=after is None,
        areas=areas_with_shelters(session(), scope=g.actor.scope),
        sorting=sorting_of(".shelters", form, kept, SORTS),
        without=without(".shelters", kept),
    )


@pages.get("/shelters.csv")
@requires("read")
def shelters_as_file() -> Response | tuple[str, int]:
    """The same, all rows. A file cannot say what in its address was not understood, so the page does."""
    asked, form = moment_asked(), ShelterTableForm(request.args)
    if is_misread(asked, form):
        return shelters(), HTTPStatus.UNPROCESSABLE_ENTITY
    wanted = form.wanted()
    found = whole_table(session(), scope=asked.scope, past=asked.past, wanted=wanted)
    rows = (shelter_cells(figure, wanted.language) for figure in found)
    return as_file("shelters", SHELTER_COLUMNS, rows, asked, asked.kept | form.kept)


@pages.get("/shelters/<code>")
@requires("read")
def shelter(code: str) -> str | Response:
    """One shelter, now or on a past day: its figure and what it rests on, its room, history, groups, standards."""
    asked = moment_asked()
    found = shelter_found(code, asked)
    if found.figure.shelter != code:
        return redirect(url_for(".shelter", code=found.figure.shelter, **asked.kept))
    figure, past = found.figure, asked.past
    steps = steps_of(session(), place_id=figure.place_id, past=past, most=REASONS, whole_days=False)
    shown = steps.listed[::-1]
    days = population.shelter_days(session(), place_id=figure.place_id, first=FIRST, past=past)
    return render_template(
        "dashboard/shelter.html",
        asked=asked,
        figure=figure,
        state=found.state,
        scheme=past.frame.scheme,
        pyramid=pyramid(figure.people, past.frame.scheme),
        youngest=youngest(figure.people, past.frame.scheme),
        known=share_known(figure.people),
        lets_in=lets_in(found.state.get("admits")),
        standards=standards_of(
            found.state,
            figure.people.total,
            figure.basis,
            limits_of(session(), [figure.place_id], past.frame)[figure.place_id],
        ),
        steps=shown,
        are_more=steps.earlier is not None,
        names=names_in(session(), g.actor, shown),
        trend=trend(days, last=past.cut.day, places=figure.capacity),
        days=days[::-1][:DAYS],
        days_more=max(0, len(days) - DAYS),
        groups_listed=GROUPS,
        **as_of_then(found, asked),
        **of_now(found, asked),
    )


def shelter_found(code: str, asked: Asked) -> Described:
    """The shelter of a code at the moment asked. NotFound outside this person's areas."""
    is_possible = code.isascii() and code.isprintable()
    found = population.shelter_at(session(), scope=g.actor.scope, code=code, past=asked.past) if is_possible else None
    if found is None:
        raise NotFound("no_shelter", NO_SHELTER if asked.known_on is None else NOT_YET)
    return found
