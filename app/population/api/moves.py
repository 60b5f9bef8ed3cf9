"""`GET /api/v1/flows`, `/population/on-the-way`, `/figures`: homes and places, journeys, published figures."""

from typing import Any, Literal
from uuid import UUID

from flask import Response, g
from pydantic import AwareDatetime

from app.core import http, pagination
from app.core.description import Out, answers
from app.places.schemas import Method
from app.population.api.blueprint import api
from app.population.api.moments import AsKnown, moments, past_asked
from app.population.queries import on_the_way
from app.population.queries.flows import Flow, flows
from app.population.queries.published import Published, published


class AskedFlows(AsKnown):
    """`limit`: places whose flows are listed."""

    after: pagination.Key = ""
    limit: pagination.Limit = 1_000


class PlaceOut(Out):
    """A shelter, or an area outside any shelter; both null: a place outside the reader's areas."""

    shelter: str | None
    area: str | None


class FlowOut(Out):
    """So many people with their homes in `origin` are at `place`. `origin` null: what the figure says beyond
    movements with a home; it may be below zero."""

    origin: str | None
    place: PlaceOut
    people: int


class FlowPage(Out):
    items: list[FlowOut]
    next: str | None
    as_of: AwareDatetime
    known_on: AwareDatetime


class JourneysOut(Out):
    """People who have left one place and have not yet entered another."""

    people: int
    as_of: AwareDatetime
    known_on: AwareDatetime


class PublishedOut(Out):
    """A published figure, beside the ledger and not in it. `area` null: of the whole operation."""

    id: UUID
    area: str | None
    measures: Literal["stock", "cumulative_arrivals", "cumulative_departures"]
    occurred_at: AwareDatetime
    since: AwareDatetime | None
    total: int | None
    low: int | None
    high: int | None
    households: int | None
    method: Method | None
    source: str | None
    url: str | None
    note: str | None


class PublishedPage(Out):
    items: list[PublishedOut]
    next: str | None
    as_of: AwareDatetime
    known_on: AwareDatetime


class AskedPublished(AsKnown):
    area: pagination.Key = ""
    after: pagination.Key = ""
    limit: pagination.Limit = 1_000


@api.get("/flows", operation_id="read_flows", responses=answers(FlowPage))
@http.requires("read")
def read_flows(query: AskedFlows) -> Response:
    """Where people have their homes and where they are: from movements alone, nothing apportioned."""
    past = past_asked(query)
    found, last = flows(http.session(), scope=g.actor.scope, past=past, limit=query.limit, after=query.after)
    return http.page_of([_flow(flow) for flow in found], next_one=last, **moments(past))


@api.get("/population/on-the-way", operation_id="read_journeys", responses=answers(JourneysOut))
@http.requires("read")
def read_journeys(query: AsKnown) -> Response:
    """People on the way between two places: they have left the one and are in no figure until they enter the other."""
    past = past_asked(query)
    people = on_the_way(http.session(), scope=g.actor.scope, past=past)
    return http.one_of({"people": people, **moments(past)})


@api.get("/figures", operation_id="list_figures", responses=answers(PublishedPage))
@http.requires("read")
def list_figures(query: AskedPublished) -> Response:
    """Published figures, newest first."""
    past = past_asked(query)
    found = published(
        http.session(),
        scope=g.actor.scope,
        past=past,
        limit=query.limit + 1,
        area=query.area or None,
        before=pagination.moment_and_id(query.after),
    )
    page, last = pagination.page(found, query.limit)
    next_one = pagination.after_moment(last.at, last.id) if last else None
    return http.page_of([_published(one) for one in page], next_one=next_one, **moments(past))


def _flow(flow: Flow) -> dict[str, Any]:
    place = {"shelter": flow.shelter, "area": None if flow.shelter else flow.area}
    return {"origin": flow.origin, "place": place, "people": flow.people}


def _published(one: Published) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "area": one.area,
        "measures": one.said["measures"],
        "occurred_at": http.instant(one.at),
        "since": one.said.get("since"),
        "total": one.total,
        "low": one.low,
        "high": one.high,
        "households": one.households,
        "method": one.method,
        "source": one.said.get("source"),
        "url": one.said.get("url"),
        "note": one.said.get("note"),
    }
