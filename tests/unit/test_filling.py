"""When a shelter will be full: refused without counts, never surer than it may be, and no worse than saying nothing."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.policy import COUNTED_WITHIN, filling, pace
from tests.factories.flee import SITUATIONS, camps_of, needs_situations

TODAY = date(2025, 3, 15)
Counts = list[tuple[date, int]]


def weekly(*people: int, last: date = TODAY) -> Counts:
    return [(last - timedelta(weeks=len(people) - 1 - number), count) for number, count in enumerate(people)]


def test_it_fills_half_as_fast_as_it_did() -> None:
    found = filling(weekly(100, 170, 240), people=240, places=300, today=TODAY)
    assert found is not None
    assert found.days == 12  # 60 places, ten people a day, half of which is five
    assert found.soonest == 4  # fifteen a day


def test_what_empties_is_not_filling() -> None:
    found = filling(weekly(240, 170, 100), people=100, places=300, today=TODAY)
    assert found is not None
    assert (found.days, found.soonest) == (None, None)


def test_one_count_that_is_off_turns_nothing_around() -> None:
    found = filling(weekly(100, 30, 240), people=240, places=300, today=TODAY)
    assert found is not None
    assert found.days is not None


@pytest.mark.parametrize(
    "counts",
    [
        [],
        weekly(100, 200),
        weekly(100, 170, 240, last=TODAY - timedelta(days=15)),  # the last is old
        [(TODAY - timedelta(days=61), 100), *weekly(170, 240)],  # the first says nothing of now
    ],
)
def test_nobody_can_say_with_too_few_counts_or_old_ones(counts: Counts) -> None:
    assert filling(counts, people=240, places=300, today=TODAY) is None


def test_what_is_far_away_is_not_in_sight() -> None:
    found = filling(weekly(100, 101, 102), people=102, places=300, today=TODAY)
    assert found is not None
    assert found.days is None


@given(
    counts=st.lists(st.integers(0, 5_000), min_size=3, max_size=8),
    free=st.integers(1, 5_000),
)
def test_the_soonest_is_never_later_than_about(counts: list[int], free: int) -> None:
    found = filling(weekly(*counts), people=counts[-1], places=counts[-1] + free, today=TODAY)
    if found is not None and found.days is not None:
        assert found.soonest is not None
        assert 1 <= found.soonest <= found.days


# -- on real situations


def errors_of(counts: Sequence[tuple[date, int]]) -> Iterator[tuple[float, int]]:
    """By how many people the next count was missed, and by how many by saying that it is the same as the last."""
    for number, ((last_day, last), (day, people)) in enumerate(pairwise(counts), start=1):
        found = pace(counts[:number])
        if found is not None and day - last_day <= COUNTED_WITHIN:
            expected = max(0.0, last + found[0] * (day - last_day).days)
            yield abs(expected - people), abs(last - people)


@needs_situations
@pytest.mark.parametrize("situation", SITUATIONS)
def test_it_errs_no_more_than_saying_that_nothing_changes(situation: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = [error for camp in camps_of(situation) for error in errors_of(camp.counts)]
    ours, same = (sum(part) / len(found) for part in zip(*found, strict=True))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{situation}: {ours:,.0f} people off, as on the day before {same:,.0f} ({len(found)} counts)\n"
        )
    assert ours <= same
