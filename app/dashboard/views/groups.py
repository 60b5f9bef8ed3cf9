"""Displaced groups: who they are, and where their people are."""

from flask import g, render_template, request

from app.core.errors import NotFound
from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.pagination import page as page_of
from app.core.text import mark
from app.dashboard.policy import accounted_for, whole_of
from app.dashboard.views.blueprint import PAGE, pages
from app.dashboard.views.moments import moment_asked
from app.places.queries import areas_of
from app.population.queries.groups import group_figures
from app.population.queries.journeys import journeys_of

NO_GROUP = mark("There is no such group.")


@pages.get("/groups")
@requires("read")
def groups() -> str:
    """Groups this person may know of, by code."""
    asked = moment_asked()
    after = _code(request.args.get("after", ""))
    page = group_figures(session(), actor=g.actor, past=asked.past, limit=PAGE, after=after)
    origins = {str(group.state["origin"]) for group in page.items if group.state.get("origin")}
    return render_template(
        "dashboard/groups.html",
        asked=asked,
        groups=page.items,
        areas=areas_of(session(), g.actor.scope.operation_id, sorted(origins)),
        next=page.next,
        after=after,
    )


@pages.get("/groups/<code>")
@requires("read")
def group(code: str) -> str:
    """One group: what was said of it, where its people are, its movements."""
    asked = moment_asked()
    known = _code(code)
    found = group_figures(session(), actor=g.actor, past=asked.past, code=known).items if known else []
    if not found:
        raise NotFound("no_group", NO_GROUP)
    figure, before = found[0], moment_and_id(request.args.get("after", ""))
    listed = journeys_of(session(), actor=g.actor, group_id=figure.id, past=asked.past, limit=PAGE + 1, before=before)
    journeys, last = page_of(listed, PAGE)
    origin = figure.state.get("origin")
    whole = whole_of(figure.state, asked.past.frame.settings.household_size)
    return render_template(
        "dashboard/group.html",
        asked=asked,
        group=figure,
        state=figure.state,
        scheme=asked.past.frame.scheme,
        whole=whole,
        accounted=accounted_for(figure, whole),
        home=areas_of(session(), g.actor.scope.operation_id, [origin]).get(origin) if origin else None,
        journeys=journeys,
        next=after_moment(last.stands_at, last.id) if last else None,
        is_first=before is None,
    )


def _code(typed: str) -> str | None:
    """What may be a code; PostgreSQL takes no NUL, and no code holds it."""
    return typed if typed and typed.isascii() and typed.isprintable() else None
