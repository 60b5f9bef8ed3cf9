"""People and tallies: what a count says, and sums that do not depend on order."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.counts.people import Miscount, People, Tally
from app.counts.scheme import UNHCR


@st.composite
def counted(draw: st.DrawFn) -> People:
    """A count with a best figure."""
    total = draw(st.integers(0, 5_000))
    low = draw(st.none() | st.integers(0, total))
    high = draw(st.none() | st.integers(total, total + 900))
    return People.of(UNHCR, total=total, low=low, high=high)


tallies = st.builds(Tally.of, counted(), household_size=st.just(5.0))


@given(st.lists(tallies, min_size=1, max_size=5))
def test_a_sum_does_not_depend_on_order(parts: list[Tally]) -> None:
    sums = {sum(order, Tally()) for order in permutations(parts)}
    assert len(sums) == 1


@given(tallies, tallies)
def test_a_sum_adds_totals_and_squares_plainly(one: Tally, other: Tally) -> None:
    assert (one + other) == tuple(a + b for a, b in zip(one, other, strict=True))
    assert one + Tally() == one


@given(tallies, tallies)
def test_leaving_takes_back_the_total_and_never_the_doubt(there: Tally, moving: Tally) -> None:
    back = there + moving + moving.leaving()
    assert back.total == there.total
    assert back.low_squares >= there.low_squares
    assert back.high_squares >= there.high_squares


@given(tallies)
def test_leaving_twice_is_the_same_people(moving: Tally) -> None:
    assert moving.leaving().leaving() == moving
    assert (moving.leaving().low_squares, moving.leaving().high_squares) == (moving.high_squares, moving.low_squares)


@given(tallies)
def test_a_range_holds_its_best_figure_and_is_never_negative(tally: Tally) -> None:
    for stands in (tally, tally.leaving()):
        shown = max(0, stands.total)
        assert 0 <= stands.low <= shown
        assert stands.high is None or stands.high >= shown


def test_a_range_is_drawn_outwards() -> None:
    tally = Tally.of(People.of(UNHCR, total=100, low=99, high=101), household_size=5.0)
    assert ((tally + tally).low, (tally + tally).high) == (198, 202)  # the root of 2 is 1.41


def test_independent_doubts_add_in_quadrature() -> None:
    first = Tally.of(People.of(UNHCR, total=100, low=97, high=104), household_size=5.0)
    second = Tally.of(People.of(UNHCR, total=50, low=46, high=53), household_size=5.0)
    assert ((first + second).low, (first + second).high) == (145, 155)


def test_at_least_so_many_have_no_upper_end_and_take_the_lower_end_with_them() -> None:
    at_least = Tally.of(People.of(UNHCR, total=19_000, low=19_000), household_size=5.0)
    assert (at_least.low, at_least.high) == (19_000, None)
    left = Tally(total=30_000) + at_least.leaving()
    assert (left.total, left.low, left.high) == (11_000, 0, 11_000)


def test_households_alone_are_counted_by_the_average_size() -> None:
    assert People.of(UNHCR, households=12).best(5.0) == 60
    assert People.of(UNHCR, households=3).best(4.7) == 14
    assert People.of(UNHCR, low=200, high=999).best(5.0) is None
    with pytest.raises(ValueError, match="best figure"):
        Tally.of(People.of(UNHCR, low=200, high=999), household_size=5.0)


@pytest.mark.parametrize(("low", "high"), [(100, 200), (1, 10)])
def test_a_range_that_leaves_out_the_households_is_not_turned_round(low: int, high: int) -> None:
    tally = Tally.of(People.of(UNHCR, households=10, low=low, high=high), household_size=5.0)
    assert tally.low <= 50 <= (tally.high or 50)
    assert (tally.low, tally.high) == (min(low, 50), max(high, 50))


@pytest.mark.parametrize(
    ("said", "code", "part"),
    [
        ({"cells": {"female:0-5": 1}}, "unknown_cell", "cells.female:0-5"),
        ({"total": 3, "cells": {"female:0-4": 2, "male:0-4": 2}}, "cells_above_total", "total"),
        ({"total": 3, "low": 4}, "low_above_total", "low"),
        ({"total": 3, "high": 2}, "high_below_total", "high"),
        ({"low": 9, "high": 8}, "high_below_low", "high"),
        ({}, "nobody", "total"),
    ],
)
def test_it_says_what_contradicts_what(said: dict[str, Any], code: str, part: str) -> None:
    with pytest.raises(Miscount) as raised:
        People.of(UNHCR, **said)
    assert (raised.value.code, raised.value.part) == (code, part)


def test_a_total_above_its_cells_puts_the_rest_into_unknown() -> None:
    people = People.of(UNHCR, total=50, cells={"female:0-4": 9})
    assert people.cells is not None
    assert UNHCR.named(people.cells) == {"female:0-4": 9, "unknown:unknown": 41}
    assert People.of(UNHCR, cells={"female:0-4": 9, "male:60+": 1}).total == 10
    assert People.of(UNHCR, total=50).cells is None
