"""Whether folding a report costs the same however long the history is: `python -m tests.bench.flat LONG ROUNDS`.

A process of its own, with services of its own: nobody else may fold what it is about to fold. Two operations with the
same shelters, one with a short history, one with a long one; reports come at 100 a second to both in turn, and the
transactions that fold what came within one pause of the worker are timed. What is asked all day is explained too.
Prints JSON.
"""

import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.bench.apart import services_apart

SHORT = 10_000
REPORTS_A_PAUSE = 3  # at 100 a second, within the worker's 30 ms
WARM_UP = 20  # rounds that are not counted


def main() -> None:
    long, rounds = int(sys.argv[1]), int(sys.argv[2])
    with services_apart(durable=False):
        sys.stdout.write(json.dumps(measure(long, rounds)))


def measure(long: int, rounds: int) -> dict[str, Any]:
    """Milliseconds a fold with each history, alternately; rows and pages read upon the long one."""
    from app.factory import create_app
    from tests.bench.bounds import DAYS, SHELTERS, touched
    from tests.factories.crowds import make_crowd

    crowds = {size: make_crowd(shelters=SHELTERS, reports=size, days=DAYS) for size in (SHORT, long)}
    taken: dict[int, list[float]] = {size: [] for size in crowds}
    for round_ in range(WARM_UP + rounds):
        for size, crowd in crowds.items():
            took = _fold_some(crowd)
            if round_ >= WARM_UP:
                taken[size].append(1000 * took)
    read = touched(create_app(), crowds[long])
    return {"short": taken[SHORT], "long": taken[long], "read": read}


def _fold_some(crowd: Any) -> float:
    from app.alerts.refresh import refresh
    from app.core import db
    from app.intake.service import take

    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    for site in random.choices(crowd.sites, k=REPORTS_A_PAUSE):
        report = {
            "id": str(uuid4()),
            "kind": "movement",
            "occurred_at": at,
            "to": {"shelter": site.code},
            "people": {"total": 5},
        }
        with db.unit_of_work() as session:
            take(session, actor=crowd.actor, reports=[report])
    began = time.perf_counter()
    folded = True
    while folded:
        with db.unit_of_work() as session:
            folded = bool(refresh(session))
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
