"""Holding what a person sent, and putting it back, in parts with a commit each.

Short runs, each going on where the tables say: mails and seals of the same worker get their turn, and a killed run is
simply begun again.
"""

import time
from uuid import UUID

import structlog

from app.core import db, jobs
from app.core.jobs import HOLD
from app.holds import queries
from app.holds.service import Cursor, work

LONGEST_RUN_S = 2.0
FIRST_PART, LARGEST_PART, SMALLEST_PART = 250, 1_000, 20  # reports
QUICK_S, SLOW_S = 0.7, 1.5  # a part this quick may be larger, one this slow must be smaller
PAUSE_S = 0.02  # between parts, so that others get the turn of the operation

_cursors: dict[
    UUID, Cursor
] = {}  # how far the runs before came; lost with the process, which then looks from the start

log = structlog.get_logger(__name__)


def work_on_holds() -> int:
    """Work on every hold that has something to do; how many parts were done."""
    with db.new_snapshot() as session:
        waiting = queries.waiting(session)
    until = time.monotonic() + LONGEST_RUN_S
    parts, is_finished = 0, True
    for hold_id in waiting:
        done, is_at_end = _work_on(hold_id, until)
        parts, is_finished = parts + done, is_finished and is_at_end
    if not is_finished:
        jobs.wake({HOLD})
    return parts


def _work_on(hold_id: UUID, until: float) -> tuple[int, bool]:
    """How many parts of a hold were done, and whether nothing is left to do just now."""
    cursor = _cursors.pop(hold_id, None)
    parts, most = 0, FIRST_PART
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            with db.unit_of_work() as session:
                cursor = work(session, hold_id=hold_id, cursor=cursor, most=most)
                db.check_age(session)
        except db.TookTooLong:
            log.warning("part_of_hold_too_large", hold=str(hold_id), reports=most)
            most = SMALLEST_PART
            continue
        parts += 1
        if cursor is None:
            return parts, True
        took = time.monotonic() - began
        if took < QUICK_S:
            most = min(most * 2, LARGEST_PART)
        elif took > SLOW_S:
            most = max(most // 2, SMALLEST_PART)
        time.sleep(PAUSE_S)
    if cursor is not None:
        _cursors[hold_id] = cursor
    return parts, False


TASKS = {HOLD: work_on_holds}
