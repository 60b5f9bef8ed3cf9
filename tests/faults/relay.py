"""A mail server that is there, away, or misbehaves, and keeps in a Maildir what it took."""

import asyncio
import threading
from collections import Counter, defaultdict
from email import message_from_bytes
from email.policy import default
from mailbox import Maildir
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.controller import Controller

from tests.factories.live import free_port

# What it does with a mail that is handed over. `cut`: it keeps it, and ends the connection before it says so.
Mode = Literal["take", "defer", "refuse", "hang", "cut"]


class Relay:
    """`met` counts the mails that met each mode."""

    def __init__(self, folder: Path) -> None:
        self.box = Maildir(folder, create=True)
        self.port = free_port()
        self.mode: Mode = "take"
        self.met: Counter[str] = Counter()
        self._controller: Controller | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        """Be away: who asks finds nobody."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        mode = self.mode
        self.met[mode] += 1
        if mode == "defer":
            return "451 4.3.0 come back later"
        if mode == "refuse":
            return "554 5.7.1 not today"
        if mode == "hang":
            while self.mode == "hang":
                await asyncio.sleep(0.2)
            return "451 4.3.0 sorry"
        self._keep(envelope)
        if mode == "cut":
            server.transport.abort()
        return "250 kept"

    def _keep(self, envelope: Any) -> None:
        content = b"".join(f"X-Rcpt: {to}\r\n".encode() for to in envelope.rcpt_tos) + envelope.original_content
        with self._lock:
            self.box.add(content)

    def notices(self) -> dict[str, dict[str, set[str]]]:
        """By recipient and notice, the Message-IDs of the mails that told it: one, where all is well."""
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for kept in self.box:
            message = message_from_bytes(kept.as_bytes(), policy=default)
            for notice in (message["X-Mawa-Notices"] or "").split(", "):
                if notice:
                    found[message["X-Rcpt"]][notice].add(message["Message-ID"])
        return found

    def doubled(self) -> int:
        """Mails that came twice, under the same Message-ID: the one window there is."""
        return sum(count - 1 for count in Counter(kept["Message-ID"] for kept in self.box).values())
