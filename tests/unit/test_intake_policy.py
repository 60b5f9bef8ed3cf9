"""When a report counts: clocks that differ, days in the operation's zone, where a report stands in a day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core import clock
from app.intake.policy import FURTHEST_OFF, clock_difference, settle, stand

NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)
DAMASCUS, BEIRUT, BAMAKO, HAVANA = (
    ZoneInfo(name) for name in ("Asia/Damascus", "Asia/Beirut", "Africa/Bamako", "America/Havana")
)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("sent_at", "difference"),
    [
        (None, timedelta(0)),
        (NOW, timedelta(0)),
        (NOW + timedelta(minutes=5), timedelta(0)),
        (NOW - timedelta(minutes=5), timedelta(0)),
        (NOW + timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)),
        (NOW + timedelta(days=2), -timedelta(days=2)),
        (NOW - timedelta(days=2), timedelta(days=2)),
        (datetime(1970, 1, 1, tzinfo=UTC), NOW - datetime(1970, 1, 1, tzinfo=UTC)),
        (datetime(1, 1, 1, tzinfo=UTC), FURTHEST_OFF),
        (datetime.max.replace(tzinfo=UTC), -FURTHEST_OFF),
    ],
)
def test_clocks_differ_by_more_than_five_minutes_or_not_at_all(sent_at: datetime, difference: timedelta) -> None:
    assert clock_difference(sent_at, NOW) == difference


@pytest.mark.parametrize("wrong", [timedelta(days=2), timedelta(days=-2), timedelta(days=-20_000)])
def test_what_the_device_filled_in_is_shifted_and_what_was_typed_is_not(wrong: timedelta) -> None:
    really = NOW - timedelta(hours=1)
    by_device = settle(really + wrong, filled_in_by_device=True, difference=-wrong, now=NOW)
    assert (by_device.at, by_device.was_shifted, by_device.was_in_future) == (really, True, False)
    typed = settle(really, filled_in_by_device=False, difference=-wrong, now=NOW)
    assert (typed.at, typed.was_shifted, typed.was_in_future) == (really, False, False)


@pytest.mark.parametrize("by_device", [True, False])
@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=400), datetime.max.replace(tzinfo=UTC) - NOW])
def test_nothing_is_reported_before_it_happens(by_device: bool, ahead: timedelta) -> None:
    settled = settle(NOW + ahead, filled_in_by_device=by_device, difference=timedelta(0), now=NOW)
    assert (settled.at, settled.was_in_future) == (NOW, True)


def test_the_furthest_clocks_trip_over_nothing() -> None:
    for said in (datetime(1900, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        for difference in (FURTHEST_OFF, -FURTHEST_OFF):
            settled = settle(said, filled_in_by_device=True, difference=difference, now=NOW)
            assert settled.at <= NOW


def test_a_day_dated_movement_stands_at_its_days_start_and_a_headcount_at_its_end() -> None:
    at, day = datetime(2025, 3, 10, 9, tzinfo=UTC), date(2025, 3, 10)
    assert stand(at, day=day, zone=DAMASCUS, day_dated=False, counts=True) == at
    start = stand(at, day=day, zone=DAMASCUS, day_dated=True, counts=False)
    end = stand(at, day=day, zone=DAMASCUS, day_dated=True, counts=True)
    assert start == datetime(2025, 3, 9, 21, tzinfo=UTC)
    assert end == datetime(2025, 3, 10, 21, tzinfo=UTC) - MOMENT


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (DAMASCUS, date(2025, 3, 10)),
        (DAMASCUS, date(2022, 3, 25)),  # summer time began at midnight: 00:00 did not exist
        (DAMASCUS, date(2021, 10, 29)),  # it ended at midnight: 23:00 came twice the day before
        (BEIRUT, date(2025, 3, 30)),
        (BEIRUT, date(2025, 10, 26)),
        (HAVANA, date(2025, 11, 2)),  # 00:00 comes twice
        (BAMAKO, date(2012, 2, 29)),
    ],
)
def test_days_meet_without_a_gap_and_without_an_overlap(zone: ZoneInfo, day: date) -> None:
    start, end = clock.start_of(day, zone), clock.end_of(day, zone)
    assert clock.day_of(start, zone) == clock.day_of(end, zone) == day
    assert clock.day_of(start - MOMENT, zone) == day - timedelta(days=1)
    assert clock.day_of(end + MOMENT, zone) == day + timedelta(days=1)
    assert end + MOMENT == clock.start_of(day + timedelta(days=1), zone)
    assert timedelta(hours=23) <= end + MOMENT - start <= timedelta(hours=25)
