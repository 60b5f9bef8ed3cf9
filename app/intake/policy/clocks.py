"""When a report counts: clocks that differ, and where a report stands in the order of a day. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.core import clock

CLOCKS_AGREE_WITHIN = timedelta(minutes=5)
FURTHEST_OFF = timedelta(days=60 * 365)  # a phone that fell back to 1970 is put right; beyond this it is no clock


@dataclass(frozen=True)
class Instant:
    """A moment as the ledger takes it, and what had to be changed for that."""

    at: datetime
    was_shifted: bool = False
    was_in_future: bool = False


def clock_difference(sent_at: datetime | None, now: datetime) -> timedelta:
    """How far the sender's clock is from ours, at most FURTHEST_OFF; zero where it did not say or they agree within
    five minutes."""
    if sent_at is None or abs(now - sent_at) <= CLOCKS_AGREE_WITHIN:
        return timedelta(0)
    return max(-FURTHEST_OFF, min(now - sent_at, FURTHEST_OFF))


def settle(said: datetime, *, filled_in_by_device: bool, difference: timedelta, now: datetime) -> Instant:
    """The instant to record. What a device filled in is shifted by its clock's difference, what a person typed
    is not; a moment still ahead of us becomes now: nothing is reported before it happens."""
    shifted = filled_in_by_device and difference != timedelta(0)
    at = min(said, now + 2 * FURTHEST_OFF) + difference if shifted else said
    return Instant(min(at, now), shifted, at > now)


def stand(at: datetime, *, day: date, zone: ZoneInfo, day_dated: bool, counts: bool) -> datetime:
    """Where a report stands in the fold: a day-dated movement at its day's start, a day-dated headcount at its end."""
    if not day_dated:
        return at
    return clock.end_of(day, zone) if counts else clock.start_of(day, zone)
