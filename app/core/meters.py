"""Counts of what every process does, read at `/metrics`.

A process counts in memory and adds what came to PostgreSQL every few seconds, so that one place knows the sums of all
processes on all machines, and a new one goes on where the others are. One that ends takes its last seconds along.
"""

import threading
import time
from collections import Counter

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import db

KEPT_EVERY_S = 5.0

# By name: what is counted, and what it is told apart by.
COUNTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "reports": ("Reports answered, by what became of them.", ("status",)),
    "requests": ("Answers to browsers and programs, by class of status.", ("status",)),
    "places_folded": ("Places whose figures were worked out again.", ()),
    "alert_changes": ("Changes of published alerts, by rule and what they became.", ("rule", "to")),
    "notices_mailed": ("Notices that were written into a mail.", ()),
    "mails": ("Mails tried, by how it ended.", ("outcome",)),
    "task_runs": ("Runs of tasks.", ("task",)),
    "task_seconds": ("Seconds tasks took.", ("task",)),
    "errors": ("What nobody expected, by where: a task, or web.", ("where",)),
}

# In one order, so that two processes wait for each other instead of locking up.
_KEEP = text("""
  INSERT INTO meters (name, labels, total)
  SELECT name, labels, amount
  FROM unnest(CAST(:names AS text[]), CAST(:labels AS text[]), CAST(:amounts AS float8[])) AS new (name, labels, amount)
  ORDER BY name, labels
  ON CONFLICT (name, labels) DO UPDATE SET total = meters.total + excluded.total
""")

log = structlog.get_logger(__name__)

_counts: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()
_keeper: threading.Thread | None = None


def count(name: str, *labels: str, by: float = 1) -> None:
    """Add to one of COUNTED. Costs nothing worth counting."""
    with _lock:
        _counts[name, "|".join(labels)] += by  # type: ignore[assignment]  # seconds are counted too


def keep_counting() -> None:
    """From now on this process adds its counts to everybody's."""
    global _keeper  # noqa: PLW0603  # one for the whole process
    if _keeper is None:
        _keeper = threading.Thread(target=_run, name="meters", daemon=True)
        _keeper.start()


def keep() -> None:
    """Add what was counted since the last time; what cannot be written is added the next time."""
    with _lock:
        taken = dict(_counts)
        _counts.clear()
    if not taken:
        return
    given = {
        "names": [name for name, _ in taken],
        "labels": [labels for _, labels in taken],
        "amounts": [float(amount) for amount in taken.values()],
    }
    try:
        with db.unit_of_work() as session:
            session.execute(_KEEP, given)
    except Exception as error:  # the database is away, or worse: whoever works will say so; counting goes on
        log.info("counts_wait", reason=type(error).__name__)
        with _lock:
            _counts.update(taken)


def kept(session: Session) -> dict[tuple[str, tuple[str, ...]], float]:
    """What all processes counted, by name and labels."""
    rows = session.execute(text("SELECT name, labels, total FROM meters ORDER BY name, labels"))
    return {(row.name, tuple(row.labels.split("|")) if row.labels else ()): row.total for row in rows}


def _run() -> None:
    while True:
        time.sleep(KEPT_EVERY_S)
        keep()
