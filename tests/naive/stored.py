"""What the application stored, in the words of the naive model."""

from datetime import date, datetime
from typing import Any

from app.population.schemas import ShelterFigure
from tests.naive.figures import Figure
from tests.naive.model import Model

NAMES = "places LEFT JOIN shelters ON shelters.id = places.id"
NAME = "coalesce(shelters.code, places.area_code)"
MARK_WHOLE = f"""INSERT INTO marks (operation_id, place_id, marked_at)
  SELECT :operation, places.id, now() FROM {NAMES} WHERE {NAME} = :place
  AND places.operation_id = :operation AND (places.kind = 'area' OR shelters.id IS NOT NULL)"""
WAITING = (
    f"SELECT {NAME} AS name FROM marks JOIN ({NAMES}) ON places.id = place_id WHERE marks.operation_id = :operation"
)
STORED = f"""SELECT {NAME} AS name, place_days.* FROM place_days JOIN ({NAMES}) ON places.id = place_id
  WHERE place_days.operation_id = :operation ORDER BY 1, day"""


def as_stored(row: Any) -> dict[str, Any]:
    """A stored row in the words of the model. The tally is [total, squares below, above, open below, above, parts
    estimated]."""
    total, below, above, bottomless, boundless, _ = row.total
    occupancy = row.rules.get("occupancy", {})
    low = 0 if bottomless else max(0, _floor_root(total, below))
    high = None if boundless or row.basis != "counted" else max(0, -_floor_root(-total, above))
    return {
        "total": total,
        "range": (low, high),
        "cells": row.cells,
        "households": row.households,
        "basis": row.basis,
        "competing": row.competing,
        "counted": (row.counted_at, row.counted_by, row.composition_at),
        "checked": (row.is_disputed, row.discrepancy),
        "origins": dict(row.origins),
        "movement": (row.opening, row.came, row.left),
        "rules": {rule: (state["level"], state["known"]) for rule, state in row.rules.items()},
        "occupancy": (occupancy.get("people"), occupancy.get("places")),
    }


def _floor_root(total: int, squares: int) -> int:
    """floor(total - sqrt(squares)), exactly."""
    root = 0
    while root * root < squares:
        root += 1
    return total - root


def as_asked(model: Model, place: str, until: datetime, day: date) -> dict[str, Any]:
    """What the model says of a shelter at a moment, in the words of the answer."""
    figure = model.figure_at(place, until, day)
    known = figure.basis != "unknown"
    return {
        "people": figure.shown if known else None,
        "range": (min(figure.low, figure.shown), _at_least(figure)) if known else (None, None),
        "cells": {key: n for key, n in figure.shown_cells.items() if n} if known else {},
        "basis": figure.basis,
        "shortfall": figure.shortfall if known else 0,
        "competing": figure.competing,
        "checked": (figure.is_disputed, figure.discrepancy),
        "counted_by": figure.counted_by,
    }


def _at_least(figure: Figure) -> int | None:
    return None if figure.high is None else max(figure.high, figure.shown)


def as_answered(figure: ShelterFigure) -> dict[str, Any]:
    return {
        "people": figure.people.total,
        "range": (figure.people.low, figure.people.high),
        "cells": figure.people.cells,
        "basis": figure.basis,
        "shortfall": figure.shortfall,
        "competing": figure.competing,
        "checked": (figure.is_disputed, figure.discrepancy),
        "counted_by": figure.method,
    }
