"""The one clock. Everything that needs the time asks here, so that tests can set it."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LAST_INSTANT = timedelta(microseconds=1)


def now() -> datetime:
    """This instant, aware, UTC."""
    return datetime.now(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day an instant falls on in a zone."""
    return instant.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """First instant of a day in a zone, UTC. Where midnight is skipped by summer time, the first that exists."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Last microsecond of a day in a zone, UTC."""
    return start_of(day + timedelta(days=1), zone) - LAST_INSTANT


def is_of_a_day(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether an instant in the books is a day's first or last: what stands there was given as a day, without an
    hour."""
    day = day_of(instant, zone)
    return instant in (start_of(day, zone), end_of(day, zone))


@lru_cache(maxsize=100)
def offsets(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """By how many minutes a zone is ahead of UTC, each from which second since 1970 on; for the years from first to
    last. The first of them begins some days before, since a year begins in the east while it is the old one in UTC."""
    day, end = datetime(first, 1, 1, tzinfo=UTC) - timedelta(days=3), datetime(last + 1, 1, 3, tzinfo=UTC)
    found = [(int(day.timestamp()), _ahead(day, zone))]
    while day < end:
        before, day = day, day + timedelta(days=1)
        if _ahead(day, zone) != found[-1][1]:
            found.append((_changed(before, day, zone), _ahead(day, zone)))
    return tuple(found)


def _changed(before: datetime, after: datetime, zone: ZoneInfo) -> int:
    """The second at which clocks were changed between two moments."""
    first, last, old = int(before.timestamp()), int(after.timestamp()), _ahead(before, zone)
    while last - first > 1:
        middle = (first + last) // 2
        if _ahead(datetime.fromtimestamp(middle, UTC), zone) == old:
            first = middle
        else:
            last = middle
    return last


def _ahead(instant: datetime, zone: ZoneInfo) -> int:
    return int((instant.astimezone(zone).utcoffset() or timedelta()).total_seconds() // 60)
