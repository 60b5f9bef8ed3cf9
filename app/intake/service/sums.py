"""Warnings of a sum that is not its total: more in the cells is refused, fewer is taken, and may be a slip."""

from app.core.text import mark
from app.intake.schemas import PeopleShape, Plain, Warned
from app.intake.service.post import Post, warn

SUM_DIFFERS = mark(
    "By sex and age there are %(cells)s people, the total says %(total)s. Of %(rest)s sex and age were taken as not"
    " known. Correct the report if one of the two is wrong."
)


def about_sums(post: Post, report: Plain) -> tuple[Warned, ...]:
    """A warning where fewer are in the cells than the total says; who says `unknown:unknown` has seen the rest."""
    people = getattr(report, "people", None)
    if not isinstance(people, PeopleShape) or people.total is None or people.cells is None:
        return ()
    cells = sum(people.cells.values())
    if cells >= people.total:
        return ()
    said = warn(post, "sum_differs", SUM_DIFFERS, cells=cells, total=people.total, rest=people.total - cells)
    return (Warned(said.code, said.message, {"field": "people.total", "cells": cells, "total": people.total}),)
