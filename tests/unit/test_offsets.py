"""How a zone's clocks go, written down for phones: each change, to the second, and nothing in between."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.core import clock

ZONES = (
    "Asia/Damascus",  # no summer time since 2022
    "Africa/Cairo",  # none from 2015 to 2022
    "Africa/Casablanca",  # none in Ramadan
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour
    "Europe/Paris",
    "Pacific/Apia",  # a day was left out
    "UTC",
)


@pytest.mark.parametrize("key", ZONES)
def test_it_is_what_the_zone_says_at_each_moment(key: str) -> None:
    zone = ZoneInfo(key)
    found = clock.offsets(zone, 2000, 2027)
    day = datetime(2000, 1, 1, tzinfo=UTC)
    while day.year < 2028:
        minutes = next(ahead for begins, ahead in reversed(found) if begins <= day.timestamp())
        assert day.astimezone(zone).utcoffset() == timedelta(minutes=minutes), day
        day += timedelta(hours=7)
    for (_, before), (begins, after) in pairwise(found):
        instant = datetime.fromtimestamp(begins, UTC)
        assert instant.astimezone(zone).utcoffset() == timedelta(minutes=after)
        assert (instant - timedelta(seconds=1)).astimezone(zone).utcoffset() == timedelta(minutes=before)
        assert before != after
