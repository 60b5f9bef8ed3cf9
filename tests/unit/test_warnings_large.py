"""Numbers that a digit too many explains better than so many people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.policy import WORTH_A_LOOK, Held, how_large
from app.intake.policy.large import MOST_COUNTED, MOST_IN_ONE_MOVEMENT, TIMES_THE_LAST, TIMES_THE_PLACES

LAST_52 = Held(last=52)


@pytest.mark.parametrize("how", [{"is_count": True}, {"is_leaving": True}, {}])
def test_a_digit_too_many_after_what_was_there(how: dict[str, bool]) -> None:
    found = how_large(520, LAST_52, **how)
    assert found is not None and (found.by, found.most) == ("last", 52)
    assert how_large(300, LAST_52, **how) is None


def test_more_than_three_times_its_places_is_no_bad_week() -> None:
    small = Held(places=100, last=90)
    assert how_large(TIMES_THE_PLACES * 100, small, is_count=True) is None
    found = how_large(TIMES_THE_PLACES * 100 + 1, small, is_count=True)
    assert found is not None and (found.by, found.most) == ("places", 100)


def test_a_shelter_that_opened_today_fills() -> None:
    assert how_large(400, Held(places=500, last=20)) is None
    assert how_large(400, Held(last=3)) is None
    assert how_large(400, Held()) is None


def test_people_leave_from_where_there_are_any() -> None:
    found = how_large(150, Held(places=10, last=0), is_leaving=True)
    assert found is not None and (found.by, found.most) == ("last", 0)
    assert how_large(150, Held(places=10), is_leaving=True) is None


def test_nobody_sees_so_many_at_once() -> None:
    assert how_large(MOST_IN_ONE_MOVEMENT, Held()) is None
    assert how_large(MOST_IN_ONE_MOVEMENT + 1, Held()) is not None
    assert how_large(MOST_COUNTED, Held(), is_count=True) is None
    assert how_large(MOST_COUNTED + 1, Held(), is_count=True) is not None
    assert how_large(MOST_COUNTED + 1, Held(places=30_000), is_count=True) is None


helds = st.builds(Held, places=st.none() | st.integers(0, 50_000), last=st.none() | st.integers(0, 50_000))
hows = st.sampled_from([{}, {"is_count": True}, {"is_leaving": True}])


@given(people=st.integers(0, WORTH_A_LOOK - 1), held=helds, how=hows)
def test_few_are_never_many(people: int, held: Held, how: dict[str, bool]) -> None:
    assert how_large(people, held, **how) is None


@given(people=st.integers(0, 10**7), more=st.integers(0, 10**7), held=helds, how=hows)
def test_more_people_are_never_likelier(people: int, more: int, held: Held, how: dict[str, bool]) -> None:
    if how_large(people, held, **how) is not None:
        assert how_large(people + more, held, **how) is not None


@given(last=st.integers(WORTH_A_LOOK // TIMES_THE_LAST, 2_000), digit=st.integers(0, 9))
def test_a_digit_after_the_number_is_always_seen(last: int, digit: int) -> None:
    assert how_large(10 * last + digit, Held(last=last), is_count=True) is not None
