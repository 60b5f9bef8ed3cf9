"""Senders like phones: each report is sent, with the same id, until the server has said that it has it."""

import json
import threading
import time
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.error import HTTPError
from uuid import uuid4

from tests.factories.live import Live

PAUSE_S = 0.05
TAKEN = {"accepted", "duplicate"}


class Senders:
    """Use as a context: threads that report arrivals of one to five people at a shelter until it is left.

    `taken` maps the id of each report that the server has acknowledged to its people; `refused` are answers that no
    fault may cause. Leaving waits until every report that was begun has been taken.
    """

    def __init__(self, live: Live, token: str, shelter: str, count: int = 4) -> None:
        self.live, self.token, self.shelter = live, token, shelter
        self.taken: dict[str, int] = {}
        self.refused: list[object] = []
        self.failures = 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._send, args=(number,), daemon=True) for number in range(count)]

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
        people = number % 5 + 1
        while not self.stopping.is_set():
            report = {
                "id": str(uuid4()),
                "kind": "movement",
                "occurred_at": datetime.now(UTC).isoformat(),
                "to": {"shelter": self.shelter},
                "people": {"total": people},
            }
            while not self._is_taken({"device": f"sender-{number}", "reports": [report]}):
                time.sleep(PAUSE_S)
            self.taken[str(report["id"])] = people
            time.sleep(PAUSE_S)

    def _is_taken(self, post: dict[str, object]) -> bool:
        """Send once. What fails on the way, or with 429 or 5xx, is to be sent again; the rest is held against us."""
        try:
            (result,) = self.live.api("/reports", self.token, post)["results"]
        except HTTPError as error:
            error.close()
            self.failures += 1
            if error.code in (429, 500, 502, 503, 504):
                return False
            self.refused.append((error.code, post))
            return True
        except (OSError, HTTPException, json.JSONDecodeError):  # the answer was cut off, or there was none
            self.failures += 1
            return False
        if result["status"] not in TAKEN:
            self.refused.append(result)
        return True
