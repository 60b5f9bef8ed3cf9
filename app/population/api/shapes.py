"""Figures as programs read them."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, RootModel

from app.core import http
from app.core.description import Out
from app.places.schemas import Method
from app.population.schemas import AreaFigure, Basis, DayFigure, ShelterFigure, Shown


class PeopleOut(Out):
    """`total` null: not known, which is not zero. `high` null: nobody knows an upper bound. Cells leave out zeros."""

    total: int | None
    low: int | None
    high: int | None
    households: int | None
    cells: dict[str, int]
    estimated: bool


class CapacityOut(Out):
    """`effective`: what the scarcest known resource, `binding`, is enough for."""

    declared: int | None
    blocked: int | None
    effective: int | None
    binding: Literal["places", "covered_area_m2", "toilets", "water_litres_per_day"] | None


class ShelterFigureOut(Out):
    """One shelter. `free` below zero: so many over. `before`, `came`, `left` and `adjusted` are of the day asked:
    before + came - left + adjusted = people.total. `competing`: headcounts nobody followed or decided on. `disputed`:
    the last two that were followed cannot both be true. `discrepancy`: what the last found beyond the books."""

    shelter: str
    people: PeopleOut
    basis: Basis
    shortfall: int
    counted_at: AwareDatetime | None
    composition_at: AwareDatetime | None
    reported_at: AwareDatetime | None
    method: Method | None
    competing: int
    disputed: bool
    discrepancy: int | None
    before: int
    came: int
    left: int
    adjusted: int
    capacity: CapacityOut
    occupancy: float | None
    free: int | None


class AreaFigureOut(Out):
    """One area of any level with everything below it. Who moved inside it has neither come nor left. Partners see
    `total` rounded to tens (below ten: 0) and its basis; of the rest nothing: 0, null or empty."""

    area: str
    people: PeopleOut
    basis: Basis
    shortfall: int
    uncounted: int
    before: int
    came: int
    left: int
    adjusted: int


class DayFigureOut(Out):
    """A shelter, an area or everything at the end of a day: before + came - left + adjusted = people.total."""

    day: date
    people: PeopleOut
    basis: Basis
    shortfall: int
    uncounted: int
    before: int
    came: int
    left: int
    adjusted: int


class CountOut(Out):
    total: int


class CellFigureOut(Out):
    """People of one sex and age, `female:0-4`, everywhere in scope."""

    cell: str
    people: CountOut


class Page(Out):
    """Figures of `as_of`, as known on `known_on`. `uncounted` places have no figure and are in no sum; partners are
    answered 0."""

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


class DayFigures(Page):
    items: list[DayFigureOut]


class Population(RootModel[ShelterFigures | AreaFigures | CellFigures | DayFigures]):
    """Figures by what was asked for."""


def shelter_out(figure: ShelterFigure) -> dict[str, Any]:
    return {
        "shelter": figure.shelter,
        "people": people_out(figure.people),
        "basis": figure.basis,
        "shortfall": figure.shortfall,
        "counted_at": http.instant(figure.counted_at),
        "composition_at": http.instant(figure.composition_at),
        "reported_at": http.instant(figure.reported_at),
        "method": figure.method,
        "competing": figure.competing,
        "disputed": figure.is_disputed,
        "discrepancy": figure.discrepancy,
        **_of_day(figure),
        "capacity": {
            "declared": figure.declared,
            "blocked": figure.blocked,
            "effective": figure.effective,
            "binding": figure.binding,
        },
        "occupancy": None if figure.occupancy is None else round(figure.occupancy, 4),
        "free": figure.free,
    }


def area_out(figure: AreaFigure) -> dict[str, Any]:
    return {
        "area": figure.area,
        "people": people_out(figure.people),
        "basis": figure.basis,
        "shortfall": figure.shortfall,
        "uncounted": figure.uncounted,
        **_of_day(figure),
    }


def day_out(figure: DayFigure) -> dict[str, Any]:
    return {
        "day": figure.day.isoformat(),
        "people": people_out(figure.people),
        "basis": figure.basis,
        "shortfall": figure.shortfall,
        "uncounted": figure.uncounted,
        **_of_day(figure),
    }


def _of_day(figure: ShelterFigure | AreaFigure | DayFigure) -> dict[str, int]:
    return {name: getattr(figure, name) for name in ("before", "came", "left", "adjusted")}


def people_out(shown: Shown) -> dict[str, Any]:
    """People as programs read them."""
    return {
        "total": shown.total,
        "low": shown.low,
        "high": shown.high,
        "households": shown.households,
        "cells": shown.cells,
        "estimated": shown.is_estimated,
    }
