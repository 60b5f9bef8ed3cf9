"""Senders like phones: each report is sent, with the same id, until the server has said that it has it."""

import json
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

from tests.factories.live import Live

PAUSE_S = 0.05
TAKEN = {"accepted", "duplicate"}

Report = dict[str, Any]


class Senders:
    """Use as a context: threads that send what `next_report` gives each (it is handed its number) until it is left.

    `taken` maps the id of each report that the server has acknowledged to the report; `refused` are answers that no
    fault may cause. Leaving waits until every report that was begun has been taken. `echoes` more threads send again,
    in any order, what was taken. `ahead`: by how much the clock of a sender is wrong, by its number.
    """

    def __init__(
        self,
        live: Live,
        token: str,
        next_report: Callable[[int], Report],
        *,
        count: int = 4,
        echoes: int = 0,
        ahead: dict[int, timedelta] | None = None,
    ) -> None:
        self.live, self.token, self.next_report, self.ahead = live, token, next_report, ahead or {}
        self.taken: dict[str, Report] = {}
        self.posts: list[Report] = []
        self.refused: list[object] = []
        self.failures = self.doubles = 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._send, args=(number,), daemon=True) for number in range(count)]
        self.threads += [threading.Thread(target=self._echo, args=(number,), daemon=True) for number in range(echoes)]

    def __enter__(self) -> "Senders":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self.threads), "reports are still not taken"

    def _send(self, number: int) -> None:
        ahead = self.ahead.get(number)
        while not self.stopping.is_set():
            report = self.next_report(number)
            post: Report = {"device": f"sender-{number}", "reports": [report]}
            if ahead:
                post["sent_at"] = (datetime.now(UTC) + ahead).isoformat()
                post["reports"] = [
                    {**report, "occurred_at": (datetime.fromisoformat(report["occurred_at"]) + ahead).isoformat()}
                ]
            while not self._is_taken(post):
                time.sleep(PAUSE_S)
            self.taken[report["id"]] = report
            self.posts.append(post)
            time.sleep(PAUSE_S)

    def _echo(self, number: int) -> None:
        """Send again what was taken, in an order of its own: as phones do that never heard the answer."""
        order = random.Random(number)
        while not self.stopping.is_set():
            time.sleep(PAUSE_S)
            if self.posts and self._is_taken(order.choice(self.posts), again=True):
                self.doubles += 1

    def _is_taken(self, post: Report, *, again: bool = False) -> bool:
        """Send once. What fails on the way, or with 429 or 5xx, is to be sent again; the rest is held against us."""
        try:
            (result,) = self.live.api("/reports", self.token, post)["results"]
        except HTTPError as error:
            error.close()
            self.failures += 1
            if error.code in (429, 500, 502, 503, 504, 507):
                return False
            self.refused.append((error.code, post))
            return True
        except (OSError, HTTPException, json.JSONDecodeError):  # the answer was cut off, or there was none
            self.failures += 1
            return False
        if result["status"] not in TAKEN or (again and result["status"] != "duplicate"):
            self.refused.append(result)
        return True


def arrivals_at(shelter: str) -> Callable[[int], Report]:
    """Arrivals of one to five people at a shelter, by the number of the sender."""
    return lambda number: arrival(shelter, number % 5 + 1, datetime.now(UTC))


def arrival(shelter: str, people: int, at: datetime) -> Report:
    return {
        "id": str(uuid4()),
        "kind": "movement",
        "occurred_at": at.isoformat(),
        "to": {"shelter": shelter},
        "people": {"total": people},
    }


def people_of(report: Report) -> int:
    total: int = report["people"]["total"]
    return total
