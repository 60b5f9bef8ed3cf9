"""`GET /api/v1/population/why` and `/shelters/{code}/history`: what a figure rests on, and how it came about."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from flask import Response, g
from pydantic import AwareDatetime, BaseModel, RootModel

from app.core import http, pagination
from app.core.description import Out, answers
from app.core.errors import DomainError, NotFound
from app.core.text import mark
from app.places.schemas import Method, area_place_id
from app.population.api.blueprint import api
from app.population.api.figures import NO_PLACE, code_in_scope, history
from app.population.api.moments import AsKnown, moments, past_asked
from app.population.api.shapes import DayFigures, PeopleOut, people_out
from app.population.past import Past
from app.population.queries import place_at
from app.population.queries.reasons import FIRST, Part, Step, parts_of, steps_of
from app.population.schemas import Basis

ONE_PLACE = mark("Name one of shelter, outside and area, or none for the whole.")


class TwoPlaces(DomainError):
    """More than one place was named."""

    status = 422

    def __init__(self) -> None:
        super().__init__("one_place", ONE_PLACE, field="shelter")


class AskedWhy(AsKnown):
    """Of a shelter, of people in an area outside any shelter, of a whole area, or of everything. `everything`: all
    reports of a place, not only those its figure rests on. The newest come first: whole days, until there are `limit`
    or more; `until` is `next` of the answer before. An area's places are listed whole."""

    shelter: pagination.Key = ""
    outside: pagination.Key = ""
    area: pagination.Key = ""
    everything: bool = False
    until: pagination.Day | None = None
    limit: pagination.Limit = 1_000


class DecidedOut(Out):
    adopt: bool
    reason: str
    at: AwareDatetime


class StepOut(Out):
    """One report in the order of the fold. `before` and `after` are the books of the place; `discrepancy` is what a
    headcount found beyond them. `id` is the report's, `version` that of the version that counts."""

    id: UUID
    version: UUID
    kind: str
    effect: Literal["anchors", "adds", "takes", "competes", "set_aside", "describes", "notes"]
    occurred_at: AwareDatetime
    day_dated: bool
    recorded_at: AwareDatetime
    people: dict[str, Any] | None
    method: Method | None
    source: str | None
    url: str | None
    note: str | None
    corrected: bool
    before: int | None
    after: int | None
    discrepancy: int | None
    decided: DecidedOut | None


class StepsOut(Out):
    """Of a place: the reports its figure rests on, in the order of the fold. `next`: the last day before them with
    more."""

    reports: list[StepOut]
    next: date | None
    as_of: AwareDatetime
    known_on: AwareDatetime


class PartOut(Out):
    """One place of an area; `shelter` null: outside any shelter."""

    shelter: str | None
    area: str
    people: PeopleOut
    basis: Basis
    shortfall: int


class PartsOut(Out):
    """Of an area: the places it is the sum of."""

    places: list[PartOut]
    as_of: AwareDatetime
    known_on: AwareDatetime


class Why(RootModel[StepsOut | PartsOut]):
    """What a figure rests on."""


class NamedShelter(BaseModel):
    code: str


class AskedHistory(AsKnown):
    after: pagination.Key = ""
    limit: pagination.Limit = 1_000


@api.get("/population/why", operation_id="read_why", responses=answers(Why))
@http.requires("read")
def read_why(query: AskedWhy) -> Response:
    """What a figure rests on: the reports behind a place's, the places behind an area's."""
    if sum(map(bool, (query.shelter, query.outside, query.area))) > 1:
        raise TwoPlaces
    past = past_asked(query)
    session = http.session()
    if query.shelter or query.outside:
        place_id = _place(query, past)
        steps = steps_of(
            session,
            place_id=place_id,
            past=past,
            most=query.limit,
            until=query.until,
            everything=query.everything,
        )
        following = steps.earlier and steps.earlier.isoformat()
        return http.one_of({"reports": [_step(step) for step in steps.listed], "next": following, **moments(past)})
    area = code_in_scope(query.area) if query.area else None
    parts = parts_of(session, scope=g.actor.scope, area=area, past=past)
    return http.one_of({"places": [_part(part) for part in parts], **moments(past)})


@api.get("/shelters/<code>/history", operation_id="read_history", responses=answers(DayFigures))
@http.requires("read")
def read_history(path: NamedShelter, query: AskedHistory) -> Response:
    """A shelter at the end of each day on which something was reported of it."""
    return history(past_asked(query), code=path.code, since=FIRST, after=query.after, limit=query.limit)


def _place(query: AskedWhy, past: Past) -> UUID:
    scope = g.actor.scope
    if query.shelter:
        booking = place_at(http.session(), scope=scope, code=query.shelter, past=past)
        if booking is None:
            raise NotFound("no_place", NO_PLACE)
        return booking.kept_id
    return area_place_id(scope.operation_id, code_in_scope(query.outside))


def _step(step: Step) -> dict[str, Any]:
    decided = step.decided
    return {
        "id": str(step.id),
        "version": str(step.version),
        "kind": step.kind,
        "effect": step.effect,
        "occurred_at": http.instant(step.at),
        "day_dated": step.is_day_dated,
        "recorded_at": http.instant(step.recorded_at),
        "people": step.people,
        "method": step.method,
        "source": step.said.get("source"),
        "url": step.said.get("url"),
        "note": step.said.get("text") or step.said.get("note"),
        "corrected": step.is_correction,
        "before": step.before,
        "after": step.after,
        "discrepancy": step.discrepancy,
        "decided": decided and {"adopt": decided.adopt, "reason": decided.reason, "at": http.instant(decided.at)},
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "shelter": part.shelter,
        "area": part.area,
        "people": people_out(part.people),
        "basis": part.basis,
        "shortfall": part.shortfall,
    }
