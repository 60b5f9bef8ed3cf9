"""From where to where."""

from flask import render_template

from app.core.http import requires, session
from app.dashboard.queries import homes
from app.dashboard.views.blueprint import PAGE, pages
from app.dashboard.views.moments import moment_asked
from app.dashboard.views.reports import start_asked
from app.population.queries import on_the_way


@pages.get("/flows")
@requires("read")
def flows() -> str:
    """People by the area of their home, and where they are; those on the way beside it."""
    asked, start = moment_asked(), start_asked()
    found = homes(session(), scope=asked.scope, past=asked.past)
    return render_template(
        "dashboard/flows.html",
        asked=asked,
        homes=found,
        rows=found.rows[start : start + PAGE],
        start=start,
        step=PAGE,
        on_the_way=on_the_way(session(), scope=asked.scope, past=asked.past),
    )
