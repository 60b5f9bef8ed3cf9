"""Everything ever reported of one shelter, and all its days: what its page shows the newest of."""

from datetime import date

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.core.http import requires, session
from app.dashboard.queries import names_in
from app.dashboard.views.blueprint import PAGE, pages
from app.dashboard.views.moments import moment_asked
from app.dashboard.views.one_shelter import changes_at
from app.dashboard.views.shelters import shelter_found
from app.population import queries as population
from app.population.queries.reasons import FIRST, steps_of


def start_asked() -> int:
    """Where in a list the page begins."""
    return min(max(0, request.args.get("from", 0, type=int)), 1_000_000)


def day_asked() -> date | None:
    """The day a list goes on with, into the past; None: it begins, also where no day can be read."""
    return request.args.get("after", None, type=date.fromisoformat)


@pages.get("/shelters/<code>/reports")
@requires("read")
def shelter_reports(code: str) -> str | Response:
    """Every report on a shelter, newest first, with what each did: a page is some whole days."""
    asked, until = moment_asked(), day_asked()
    found = shelter_found(code, asked)
    if found.figure.shelter != code:
        return redirect(url_for(".shelter_reports", code=found.figure.shelter, **asked.kept))
    place_id = found.figure.place_id
    steps = steps_of(session(), place_id=place_id, past=asked.past, most=PAGE, until=until, everything=True)
    shown = steps.listed[::-1]
    return render_template(
        "dashboard/shelter_reports.html",
        asked=asked,
        figure=found.figure,
        steps=shown,
        names=names_in(session(), g.actor, shown),
        is_first=until is None,
        next=steps.earlier,
    )


@pages.get("/shelters/<code>/history")
@requires("read")
def shelter_history(code: str) -> str | Response:
    """Every day on which something was reported of a shelter, newest first."""
    asked, start = moment_asked(), start_asked()
    found = shelter_found(code, asked)
    if found.figure.shelter != code:
        return redirect(url_for(".shelter_history", code=found.figure.shelter, **asked.kept))
    days = population.shelter_days(session(), place_id=found.figure.place_id, first=FIRST, past=asked.past)[::-1]
    return render_template(
        "dashboard/shelter_history.html",
        asked=asked,
        figure=found.figure,
        days=days[start : start + PAGE],
        start=start,
        total=len(days),
        step=PAGE,
        changes=changes_at(found, asked),
    )
