"""`GET /api/v1/population`: the figures of now by shelter, area or cell."""

from typing import Any, Literal

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AwareDatetime, RootModel

from app.accounts.policy import Scope
from app.core import clock, http, pagination
from app.core.description import Out, answers
from app.core.errors import NotAllowed
from app.places.queries import frame_of
from app.places.schemas import Method
from app.population.queries import area_figures, operation_figure, shelter_figures
from app.population.schemas import AreaFigure, Basis, ShelterFigure, Shown

SAFE_LEVEL = 1  # partners see countries and governorates

api = APIBlueprint("population", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="population")])


class Asked(pagination.Question):
    """`after` is the `next` of the answer before."""

    by: Literal["shelter", "area", "cell"] = "shelter"
    after: pagination.Key = ""
    limit: pagination.Limit = 1_000


class PeopleOut(Out):
    """`total` null: not known, which is not zero. `high` null: nobody knows an upper bound. Cells leave out zeros."""

    total: int | None
    low: int | None
    high: int | None
    households: int | None
    cells: dict[str, int]


class CapacityOut(Out):
    declared: int | None
    blocked: int | None


class ShelterFigureOut(Out):
    """One shelter now. `free` below zero: so many over. `came`, `left` and `adjusted` are of today."""

    shelter: str
    people: PeopleOut
    basis: Basis
    shortfall: int
    counted_at: AwareDatetime | None
    composition_at: AwareDatetime | None
    reported_at: AwareDatetime | None
    method: Method | None
    competing: int
    came: int
    left: int
    adjusted: int
    capacity: CapacityOut
    occupancy: float | None
    free: int | None


class AreaFigureOut(Out):
    """One area of any level with everything below it. Partners see `total` rounded to tens (below ten: 0), and of
    `people` nothing else."""

    area: str
    people: PeopleOut
    basis: Basis
    shortfall: int
    uncounted: int


class CountOut(Out):
    total: int


class CellFigureOut(Out):
    """People of one sex and age, `female:0-4`, everywhere in scope."""

    cell: str
    people: CountOut


class Page(Out):
    """Figures of `as_of`, as known on `known_on`. `uncounted` places have no figure and are in no sum."""

    next: str | None
    as_of: AwareDatetime
    known_on: AwareDatetime
    uncounted: int


class ShelterFigures(Page):
    items: list[ShelterFigureOut]


class AreaFigures(Page):
    items: list[AreaFigureOut]


class CellFigures(Page):
    items: list[CellFigureOut]


class Population(RootModel[ShelterFigures | AreaFigures | CellFigures]):
    """Figures by what was asked for."""


@api.get("/population", operation_id="read_population", responses=answers(Population))
@http.requires("read_safe")
def population(query: Asked) -> Response:
    """Who is where now, with basis, range and age. `total` null: not known, which is not zero."""
    scope: Scope = g.actor.scope
    may_read = g.actor.may("read")
    if not may_read and query.by != "area":
        raise NotAllowed("not_allowed", http.NOT_YOURS)
    if query.by == "area":
        return _areas(query, scope, upto_level=None if may_read else SAFE_LEVEL)
    if query.by == "cell":
        return _cells(query, scope)
    page = shelter_figures(http.session(), scope=scope, limit=query.limit, after=query.after or None)
    return _answer([_shelter(figure) for figure in page.items], scope, next_one=page.next)


def _areas(query: Asked, scope: Scope, *, upto_level: int | None) -> Response:
    found = area_figures(http.session(), scope=scope, upto_level=upto_level)
    figures = {figure.area or "": figure if upto_level is None else figure.safe() for figure in found}
    codes = sorted(code for code in figures if code > query.after)
    page, last = pagination.page(codes, query.limit)
    return _answer([_area(figures[code]) for code in page], scope, next_one=last)


def _cells(query: Asked, scope: Scope) -> Response:
    """In the order of the scheme, which is also where a cursor is looked up."""
    scheme = frame_of(http.session(), scope.operation_id).scheme
    order = scheme.keys
    if query.after and query.after not in order:
        raise pagination.BadCursor
    cells = operation_figure(http.session(), scope=scope).people.cells
    first = order.index(query.after) + 1 if query.after else 0
    page, last = pagination.page([cell for cell in order[first:] if cell in cells], query.limit)
    return _answer([{"cell": cell, "people": {"total": cells[cell]}} for cell in page], scope, next_one=last)


def _answer(items: list[dict[str, Any]], scope: Scope, next_one: str | None = None) -> Response:
    whole = operation_figure(http.session(), scope=scope)
    now = clock.now().replace(microsecond=0).isoformat()
    return http.page_of(items, next_one=next_one, as_of=now, known_on=now, uncounted=whole.uncounted)


def _shelter(figure: ShelterFigure) -> dict[str, Any]:
    return {
        "shelter": figure.shelter,
        "people": _people(figure.people),
        "basis": figure.basis,
        "shortfall": figure.shortfall,
        "counted_at": http.instant(figure.counted_at),
        "composition_at": http.instant(figure.composition_at),
        "reported_at": http.instant(figure.reported_at),
        "method": figure.method,
        "competing": figure.competing,
        "came": figure.came,
        "left": figure.left,
        "adjusted": figure.adjusted,
        "capacity": {"declared": figure.declared, "blocked": figure.blocked},
        "occupancy": None if figure.occupancy is None else round(figure.occupancy, 4),
        "free": figure.free,
    }


def _area(figure: AreaFigure) -> dict[str, Any]:
    return {
        "area": figure.area,
        "people": _people(figure.people),
        "basis": figure.basis,
        "shortfall": figure.shortfall,
        "uncounted": figure.uncounted,
    }


def _people(shown: Shown) -> dict[str, Any]:
    return {
        "total": shown.total,
        "low": shown.low,
        "high": shown.high,
        "households": shown.households,
        "cells": shown.cells,
    }
