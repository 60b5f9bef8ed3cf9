"""Which days the slider of the situation goes through."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.dashboard.policy import DAY, DAYS_AT_HAND, days_around

TODAY = date(2026, 11, 30)


@given(back=st.integers(0, 4000))
def test_thirty_days_in_a_row_up_to_today_with_the_one_that_is_shown_among_them(back: int) -> None:
    day = TODAY - timedelta(days=back)
    days = days_around(day, TODAY)
    assert len(days) == DAYS_AT_HAND
    assert day in days
    assert days[-1] <= TODAY
    assert all(later - earlier == DAY for earlier, later in pairwise(days))


def test_what_is_lately_ends_today_and_what_is_long_ago_lies_in_the_middle() -> None:
    assert days_around(TODAY - 29 * DAY, TODAY)[-1] == TODAY
    long_ago = days_around(TODAY - 300 * DAY, TODAY)
    assert long_ago[14] == TODAY - 300 * DAY
