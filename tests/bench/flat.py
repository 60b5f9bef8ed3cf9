"""Whether folding a report costs the same however long the history is: `python -m tests.bench.flat LONG ROUNDS`.

A process of its own, with services of its own: nobody else may fold what it is about to fold. Two operations with the
same shelters, one with a short history, one with a long one; reports come at 100 a second to both in turn, and the
transactions that fold what came within one pause of the worker are timed. Prints JSON.
"""

import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

SHELTERS, SHORT = 500, 10_000
REPORTS_A_PAUSE = 3  # at 100 a second, within the worker's 30 ms
WARM_UP = 20  # rounds that are not counted


def main() -> None:
    from app.migrations import moves
    from config.services.throwaway import throwaway_services

    long, rounds = int(sys.argv[1]), int(sys.argv[2])
    with throwaway_services() as services, TemporaryDirectory() as folder:
        url = services.create_database("flat")
        os.environ |= {
            "DATABASE_URL": url,
            "REDIS_URL": services.addresses.redis,
            "MAWA_ENV": "test",
            "SECRET_KEY": "only for measuring",
            "MAWA_DATA_DIR": str(Path(folder)),
        }
        moves.upgrade(url)
        sys.stdout.write(json.dumps(measure(long, rounds)))


def measure(long: int, rounds: int) -> dict[str, Any]:
    """Milliseconds a fold with each history, alternately."""
    operations = {size: _operation(size) for size in (SHORT, long)}
    taken: dict[int, list[float]] = {size: [] for size in operations}
    for round_ in range(WARM_UP + rounds):
        for size, (actor, codes) in operations.items():
            took = _fold_some(actor, codes)
            if round_ >= WARM_UP:
                taken[size].append(1000 * took)
    return {"short": taken[SHORT], "long": taken[long]}


def _operation(size: int) -> tuple[Any, list[str]]:
    from sqlalchemy import text

    from app.core import db
    from app.intake.cli import recorder
    from app.places.queries import operation_by_code
    from app.simulate import cli

    cli.simulate.main(["--shelters", str(SHELTERS), "--reports", str(size)], standalone_mode=False)
    with db.unit_of_work() as session:
        operation = operation_by_code(session, f"simulated-{SHELTERS}-{size}-90-1")
        assert operation is not None
        codes = session.scalars(text("SELECT code FROM shelters WHERE operation_id = :id"), {"id": operation.id})
        session.execute(text("ANALYZE"))
        return recorder(session, operation), list(codes)


def _fold_some(actor: Any, codes: list[str]) -> float:
    from app.alerts.refresh import refresh
    from app.core import db
    from app.intake.service import take

    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    for code in random.choices(codes, k=REPORTS_A_PAUSE):
        report = {
            "id": str(uuid4()),
            "kind": "movement",
            "occurred_at": at,
            "to": {"shelter": code},
            "people": {"total": 5},
        }
        with db.unit_of_work() as session:
            take(session, actor=actor, reports=[report])
    began = time.perf_counter()
    folded = True
    while folded:
        with db.unit_of_work() as session:
            folded = bool(refresh(session))
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
