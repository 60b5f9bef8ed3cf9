"""`GET /api/v1/groups` and one of them: what was said of displaced groups, and where their people are."""

from typing import Annotated, Any

from flask import Response, g
from pydantic import AwareDatetime, BaseModel, Field

from app.core import http, pagination
from app.core.description import Out, answers
from app.core.errors import NotFound
from app.core.text import mark
from app.population.api.blueprint import api
from app.population.api.moments import AsKnown, moments, past_asked
from app.population.api.moves import PlaceOut
from app.population.queries.groups import GroupFigure, group_figures

NO_GROUP = mark("There is no such group.")

SAID = ("label", "origin", "displaced_on", "households", "cause", "people", "needs", "priority_needs", "intention")


class AskedGroups(AsKnown):
    after: pagination.Key = ""
    limit: pagination.Limit = 1_000


class NamedGroup(BaseModel):
    code: Annotated[str, Field(json_schema_extra={"pattern": "^[A-Z0-9-]{1,32}$", "example": "G-0001"})]


class GroupAtOut(Out):
    """So many people of the group are booked at a place. `people` null: outside the reader's areas."""

    place: PlaceOut
    people: int | None


class GroupOut(Out):
    """A group with what was said of it, and where its people are by the movements reported. `needs` are people by
    category: one may be in several, so they are never summed."""

    group: str
    label: str | None
    origin: str | None
    displaced_on: str | None
    households: int | None
    cause: str | None
    people: dict[str, Any] | None
    needs: dict[str, int] | None
    priority_needs: list[str] | None
    intention: str | None
    at: list[GroupAtOut]


class GroupPage(Out):
    items: list[GroupOut]
    next: str | None
    as_of: AwareDatetime
    known_on: AwareDatetime


@api.get("/groups", operation_id="list_groups", responses=answers(GroupPage))
@http.requires("read")
def list_groups(query: AskedGroups) -> Response:
    """Groups whose home or places lie in the reader's areas, and those they made, by code."""
    past = past_asked(query)
    page = group_figures(http.session(), actor=g.actor, past=past, limit=query.limit, after=query.after or None)
    return http.page_of([_group(figure) for figure in page.items], next_one=page.next, **moments(past))


@api.get("/groups/<code>", operation_id="read_group", responses=answers(GroupOut))
@http.requires("read")
def read_group(path: NamedGroup, query: AsKnown) -> Response:
    """One group by its code."""
    past = past_asked(query)
    is_possible = path.code.isascii() and path.code.isprintable()
    found = group_figures(http.session(), actor=g.actor, past=past, code=path.code).items if is_possible else []
    if not found:
        raise NotFound("no_group", NO_GROUP)
    return http.one_of(_group(found[0]))


def _group(figure: GroupFigure) -> dict[str, Any]:
    return {
        "group": figure.code,
        **{name: figure.state.get(name) for name in SAID},
        "at": [{"place": {"shelter": at.shelter, "area": at.area}, "people": at.people} for at in figure.at],
    }
