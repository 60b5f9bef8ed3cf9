"""Folding, and asking whether all is right, in transactions of their own; threads that begin at one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from app.accounts.policy import Actor
from app.alerts.refresh import refresh, verify
from app.core import db
from app.intake.service import take


def send(actor: Actor, *reports: dict[str, Any]) -> None:
    with db.unit_of_work() as session:
        assert {result.status for result in take(session, actor=actor, reports=reports)} == {"accepted"}


def drain() -> int:
    folded = 0
    while True:
        with db.unit_of_work() as session:
            if not (now := refresh(session)):
                return folded
            folded += now


def differences() -> list[str]:
    with db.new_snapshot() as session:
        return [found for part in verify(session) for found in part]


def together(*doing: Callable[[], Any]) -> None:
    """Do these at one moment, each in a thread of its own; the first error is raised."""
    barrier = Barrier(len(doing), timeout=60)

    def begin(one: Callable[[], Any]) -> None:
        barrier.wait()
        one()

    with ThreadPoolExecutor(len(doing)) as pool:
        for future in [pool.submit(begin, one) for one in doing]:
            future.result()
