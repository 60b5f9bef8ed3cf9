"""What is counted of every task: how often it ran, how long, and whether it failed as nobody expected."""

import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from app.core import meters

Done = TypeVar("Done")


def metered(name: str, task: Callable[[], Done]) -> Callable[[], Done]:
    """A task that counts itself, by its name."""

    @wraps(task)
    def run() -> Done:
        began = time.monotonic()
        try:
            return task()
        except Exception:
            meters.count("errors", name)
            raise
        finally:
            meters.count("task_runs", name)
            meters.count("task_seconds", name, by=time.monotonic() - began)

    return run
