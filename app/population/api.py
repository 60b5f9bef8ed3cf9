"""`GET /api/v1/population`: the figures of now by shelter, area or cell."""

from typing import Annotated, Any, Literal

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from app.accounts.policy import Scope
from app.core import clock, http
from app.core.errors import NotAllowed
from app.population.queries import area_figures, operation_figure, shelter_figures
from app.population.schemas import AreaFigure, ShelterFigure, Shown

SAFE_LEVEL = 1  # partners see countries and governorates

api = APIBlueprint("population", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="population")])


class Asked(BaseModel):
    """`after` is the `next` of the answer before; `limit` applies to shelters."""

    by: Literal["shelter", "area", "cell"] = "shelter"
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


@api.get("/population")
@http.requires("read_safe")
def population(query: Asked) -> Response:
    """Who is where now, with basis, range and age. `total` null: not known, which is not zero."""
    scope: Scope = g.actor.scope
    may_read = g.actor.may("read")
    if not may_read and query.by != "area":
        raise NotAllowed("not_allowed", http.NOT_YOURS)
    if query.by == "area":
        found = area_figures(http.session(), scope=scope, upto_level=None if may_read else SAFE_LEVEL)
        return _answer([_area(figure) for figure in found], scope)
    if query.by == "cell":
        whole = operation_figure(http.session(), scope=scope)
        return _answer(
            [{"cell": cell, "people": {"total": count}} for cell, count in whole.people.cells.items()], scope
        )
    page = shelter_figures(http.session(), scope=scope, limit=query.limit, after=query.after)
    return _answer([_shelter(figure) for figure in page.items], scope, next_one=page.next)


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
