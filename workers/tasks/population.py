"""Folding marked places, batch after batch until none is left."""

import time

from app.alerts.refresh import refresh
from app.core.db import unit_of_work
from app.core.jobs import FOLD

PAUSE_S = 0.03  # between batches, so that reports of the same moment are folded together (ledger.md §5)
LONGEST_RUN_S = 10.0  # then the next wake-up or sweep goes on, and heartbeats get their turn


def fold_marked() -> int:
    """Fold until nothing is marked; how many places were folded."""
    folded, until = 0, time.monotonic() + LONGEST_RUN_S
    while time.monotonic() < until:
        with unit_of_work() as session:
            places = refresh(session)
        if not places:
            break
        folded += places
        time.sleep(PAUSE_S)
    return folded


TASKS = {FOLD: fold_marked}
