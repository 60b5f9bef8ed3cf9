"""Displaced groups: who they are, and where their people are."""

from http import HTTPStatus

from flask import Response, g, render_template, request

from app.core.errors import NotFound
from app.core.forms import language
from app.core.http import requires, session
from app.core.pagination import after_moment, moment_and_id
from app.core.pagination import page as page_of
from app.core.text import mark
from app.dashboard.forms import GROUP_SORTS, GroupTableForm
from app.dashboard.policy import GROUP_COLUMNS, accounted_for, group_cells, whole_of
from app.dashboard.views.blueprint import PAGE, pages
from app.dashboard.views.moments import Asked, moment_asked
from app.dashboard.views.tables import as_file, is_misread, sorting_of, without
from app.places.queries import areas_of
from app.population.queries.group_tables import GroupsWanted, all_groups, group_table
from app.population.queries.groups import group_figures
from app.population.queries.journeys import journeys_of
from app.population.queries.ordering import cursor_of

NO_GROUP = mark("There is no such group.")


@pages.get("/groups")
@requires("read")
def groups() -> str:
    """Groups this person may know of: those asked for, in the order asked for."""
    asked, form = moment_asked(), GroupTableForm(request.args)
    kept = asked.without("kind") | form.kept
    after = cursor_of(request.args.get("after", ""), form.by)
    table = group_table(session(), actor=g.actor, past=asked.past, wanted=_wanted(asked, form), limit=PAGE, after=after)
    return render_template(
        "dashboard/groups.html",
        asked=asked,
        form=form,
        kept=kept,
        table=table,
        areas=sorted(table.homes.values(), key=lambda area: area.path),
        is_first=after is None,
        sorting=sorting_of(".groups", form, kept, GROUP_SORTS),
        without=without(".groups", kept),
    )


@pages.get("/groups.csv")
@requires("read")
def groups_as_file() -> Response | tuple[str, int]:
    """The same, all rows; the page where something in the address was not understood."""
    asked, form = moment_asked(), GroupTableForm(request.args)
    if is_misread(asked, form):
        return groups(), HTTPStatus.UNPROCESSABLE_ENTITY
    found = all_groups(session(), actor=g.actor, past=asked.past, wanted=_wanted(asked, form))
    said_in = language()
    rows = (group_cells(group, home.name if home else {}, said_in) for group, home in found)
    return as_file("groups", GROUP_COLUMNS, rows, asked, asked.without("kind") | form.kept)


def _wanted(asked: Asked, form: GroupTableForm) -> GroupsWanted:
    home = asked.area.code if asked.area else None
    return GroupsWanted(form.search.data or "", home, form.by, form.is_descending)


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
