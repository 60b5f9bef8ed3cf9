"""The one clock. Everything that needs the time asks here, so that tests can set it."""

from datetime import UTC, date, datetime, time, timedelta
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
