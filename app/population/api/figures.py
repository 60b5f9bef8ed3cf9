"""`GET /api/v1/population`: figures by shelter, area, cell or day, of now or of another moment."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal, TypeVar

from flask import Response, g
from pydantic import Field

from app.accounts.policy import SAFE_LEVEL, Scope
from app.core import http, pagination
from app.core.description import answers
from app.core.errors import DomainError, NotAllowed, NotFound
from app.core.text import mark
from app.places.queries import areas_of
from app.population.api.blueprint import api
from app.population.api.moments import AsKnown, moments, past_asked
from app.population.api.shapes import Population, area_out, day_out, shelter_out
from app.population.past import Past
from app.population.queries import (
    area_days,
    area_figures,
    operation_figure,
    place_at,
    shelter_at,
    shelter_days,
    shelter_figures,
    top_codes,
)
from app.population.schemas import DayFigure

DAYS = 30

NO_PLACE = mark("There is no such place.")
ONE_SHELTER = mark("One shelter is asked about by shelter or by day, without an area.")

T = TypeVar("T")


class OneShelter(DomainError):
    """A shelter was named where there is nothing to say of it."""

    status = 422

    def __init__(self) -> None:
        super().__init__("one_shelter", ONE_SHELTER, field="shelter")


class Asked(AsKnown):
    """`after` is the `next` of the answer before. `area`: only what lies in it. `shelter`: that one alone, by shelter
    or by day. `since`: by day, the first one."""

    by: Literal["shelter", "area", "cell", "day"] = "shelter"
    shelter: pagination.Key = ""
    area: pagination.Key = ""
    since: Annotated[pagination.Day | None, Field(description="By day: the first day; by default 30 days.")] = None
    after: pagination.Key = ""
    limit: pagination.Limit = 1_000


@api.get("/population", operation_id="read_population", responses=answers(Population))
@http.requires("read_safe")
def population(query: Asked) -> Response:
    """Who is where, with basis, range and age. `total` null: not known, which is not zero."""
    scope: Scope = g.actor.scope
    may_read = g.actor.may("read")
    if not may_read and (query.by != "area" or query.area):
        raise NotAllowed("not_allowed", http.NOT_YOURS)
    if query.shelter and (query.area or query.by in ("area", "cell")):
        raise OneShelter
    past = past_asked(query)
    if query.area:
        scope = replace(scope, areas=frozenset({code_in_scope(query.area)}))
    match query.by:
        case "area":
            return _areas(query, scope, past, upto_level=None if may_read else SAFE_LEVEL)
        case "cell":
            return _cells(query, scope, past)
        case "day":
            since = query.since or past.cut.day - timedelta(days=DAYS - 1)
            if query.shelter:
                return history(past, code=query.shelter, since=since, after=query.after, limit=query.limit)
            return _days(query, scope, past, since)
    if query.shelter:
        found = _named(query.shelter, shelter_at, past)
        return _answer([shelter_out(found.figure)], scope, past)
    asked = None if past.is_present else past
    page = shelter_figures(http.session(), scope=scope, limit=query.limit, after=query.after or None, past=asked)
    return _answer([shelter_out(figure) for figure in page.items], scope, past, next_one=page.next)


def _areas(query: Asked, scope: Scope, past: Past, *, upto_level: int | None) -> Response:
    found = area_figures(http.session(), scope=scope, upto_level=upto_level, past=past)
    figures = {figure.area or "": figure if upto_level is None else figure.safe() for figure in found}
    codes = sorted(code for code in figures if code > query.after)
    page, last = pagination.page(codes, query.limit)
    return _answer([area_out(figures[code]) for code in page], scope, past, next_one=last)


def _cells(query: Asked, scope: Scope, past: Past) -> Response:
    """In the order of the scheme, which is also where a cursor is looked up."""
    order = past.frame.scheme.keys
    if query.after and query.after not in order:
        raise pagination.BadCursor
    cells = operation_figure(http.session(), scope=scope, past=past).people.cells
    first = order.index(query.after) + 1 if query.after else 0
    page, last = pagination.page([cell for cell in order[first:] if cell in cells], query.limit)
    return _answer([{"cell": cell, "people": {"total": cells[cell]}} for cell in page], scope, past, next_one=last)


def history(past: Past, *, code: str, since: date, after: str, limit: int) -> Response:
    """A shelter on the days on which something was reported of it, from the day after a cursor on."""
    booking = _named(code, place_at, past)
    found = shelter_days(http.session(), place_id=booking.kept_id, first=_first(since, after), past=past)
    return _page_of_days(found, g.actor.scope, past, limit)


def _named(code: str, ask: Callable[..., T | None], past: Past) -> T:
    """What is known of the shelter with a code; NotFound where there is none in this person's areas."""
    is_possible = code.isascii() and code.isprintable()
    found = ask(http.session(), scope=g.actor.scope, code=code, past=past) if is_possible else None
    if found is None:
        raise NotFound("no_place", NO_PLACE)
    return found


def _days(query: Asked, scope: Scope, past: Past, since: date) -> Response:
    """An area, or everything in scope, day by day."""
    codes = top_codes(http.session(), scope)
    first = _first(since, query.after)
    upto = min(past.cut.day, first + timedelta(days=query.limit))
    found = area_days(http.session(), codes=codes, first=first, past=past, last=upto)
    return _page_of_days(found, scope, past, query.limit)


def _page_of_days(found: Sequence[DayFigure], scope: Scope, past: Past, limit: int) -> Response:
    page, last = pagination.page(found, limit)
    next_one = last.day.isoformat() if last else None
    return _answer([day_out(figure) for figure in page], scope, past, next_one=next_one)


def _first(since: date, after: str) -> date:
    return max(since, _day_after(after)) if after else since


def code_in_scope(code: str) -> str:
    """The P-code of an area of this person; NotFound for any other."""
    area = areas_of(http.session(), g.actor.scope.operation_id, [code]).get(code)
    if area is None or not g.actor.scope.holds(area.path):
        raise NotFound("no_place", NO_PLACE)
    return code


def _day_after(cursor: str) -> date:
    try:
        return date.fromisoformat(cursor) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise pagination.BadCursor from error


def _answer(items: list[dict[str, Any]], scope: Scope, past: Past, next_one: str | None = None) -> Response:
    whole = operation_figure(http.session(), scope=scope, past=past)
    told = whole if g.actor.may("read") else whole.safe()
    return http.page_of(items, next_one=next_one, uncounted=told.uncounted, **moments(past))
