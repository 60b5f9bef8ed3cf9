"""Folding marked places, batch after batch until none is left.

A place that cannot be folded (a defect of ours: whatever was reported, was taken) keeps nobody else waiting: what is
marked is folded place by place, and it is left alone for a minute. Its marks stay, so nothing is lost, and `/readyz`
says so.
"""

import time
from uuid import UUID

import structlog

from app.alerts.refresh import refresh
from app.core import meters
from app.core.db import PASSING, unit_of_work
from app.core.jobs import FOLD
from app.ledger.service import spread
from app.population.service import MARKS_A_TIME, marked_places

# Between batches, so that reports of the same moment are folded together (ledger.md §5). Where there is more to do than
# can be done, a longer one: each place is folded less often, and taking reports in gets half of the processor. But what
# takes seconds is not reports of a moment.
PAUSE_S, LONGEST_PAUSE_S = 0.03, 0.5
LONGEST_RUN_S = 10.0  # then the next wake-up or sweep goes on, and heartbeats get their turn
LEFT_ALONE_S = 60.0

_left_alone: dict[UUID, float] = {}  # places that could not be folded, and until when nobody tries

log = structlog.get_logger(__name__)


def fold_marked() -> int:
    """Fold until nothing is marked; how many places were folded."""
    folded, until = 0, time.monotonic() + LONGEST_RUN_S
    while time.monotonic() < until:
        apart, began = _apart(), time.monotonic()
        try:
            with unit_of_work() as session:
                places = refresh(session, apart_from=apart)
        except PASSING:
            raise
        except Exception:
            log.exception("batch_not_folded")
            meters.count("errors", FOLD)
            folded += _fold_one_by_one(apart, until)
            continue
        if not places:
            break
        folded += places
        meters.count("places_folded", by=places)
        time.sleep(min(max(PAUSE_S, time.monotonic() - began), LONGEST_PAUSE_S))
    return folded


def _fold_one_by_one(apart: set[UUID], until: float) -> int:
    """Fold what can be folded of what is marked, each place in a transaction of its own."""
    folded = 0
    with unit_of_work() as session:
        spread(session)  # by itself: with the batch it was taken back
        marked = marked_places(session, apart_from=apart, most=MARKS_A_TIME)  # all: which it was is not known
    for place in sorted(marked):
        if time.monotonic() > until:
            break
        try:
            with unit_of_work() as session:
                folded += refresh(session, only=place)
        except PASSING:
            raise
        except Exception as error:
            log.error("place_not_folded", place=str(place), reason=str(getattr(error, "orig", error)))
            _left_alone[place] = time.monotonic() + LEFT_ALONE_S
    return folded


def _apart() -> set[UUID]:
    """The places that are left alone just now."""
    now = time.monotonic()
    for place in [place for place, until in _left_alone.items() if until <= now]:
        del _left_alone[place]
    return set(_left_alone)


TASKS = {FOLD: fold_marked}
