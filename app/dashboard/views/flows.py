"""From where to where."""

from typing import Any

from flask import g, render_template, request

from app.core.http import requires, session
from app.dashboard.queries import crossing, homes
from app.dashboard.views.blueprint import PAGE, pages
from app.dashboard.views.drawings import called, streams
from app.dashboard.views.moments import Asked, moment_asked
from app.dashboard.views.reports import start_asked
from app.population import queries as population
from app.population.queries import on_the_way

LEVELS = ("homes_by", "places_by")


@pages.get("/flows")
@requires("read")
def flows() -> str:
    """People by the area of their home and the area they are in, as a picture, a matrix and a list; those on the way
    beside it."""
    asked, start = moment_asked(), start_asked()
    areas = population.area_figures(session(), scope=g.actor.scope, past=asked.past)
    past = asked.past_of_kind(asked.past.cut.day)
    found = homes(session(), scope=asked.scope, past=past)
    homes_by, places_by = (request.args.get(name, None, type=int) for name in LEVELS)
    crossed = crossing(session(), found.flows, scope=asked.scope, levels=(homes_by, places_by))
    return render_template(
        "dashboard/flows.html",
        asked=asked,
        kept=_kept(asked),
        to_choose=sorted(areas, key=lambda one: one.area or ""),
        whole=population.operation_figure(session(), scope=asked.scope, past=past),
        homes=found,
        crossed=crossed,
        called=called,
        drawn=streams(crossed.picture, crossed.areas),
        rows=found.rows[start : start + PAGE],
        start=start,
        step=PAGE,
        on_the_way=on_the_way(session(), scope=asked.scope, past=past),
    )


def _kept(asked: Asked) -> dict[str, Any]:
    """What the address holds: the levels too, as they were asked for."""
    levels = {name: request.args.get(name, type=int) for name in LEVELS}
    return asked.kept | {name: level for name, level in levels.items() if level is not None}
