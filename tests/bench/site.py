"""The installation that is measured: started as anybody starts it, filled through commands and the API."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg

from config.services.addresses import embedded_database
from config.services.folder import DataFolder
from tests.bench.load import Generator, Outcome, Requests
from tests.factories.live import Live, start

WORDS = ("--no-demo",)
HERE = ("--operation", "default")  # beside which others are made up
EMAIL, PASSWORD = "bench@example.org", "only for measuring"
AREAS = ("SY0600", "SY0602", "SY0603", "SY0604")
SHELTERS = 200
CAPACITY = 1_000_000  # no alert here: mails have a key of their own
REST_WITHIN_S = 600.0
MOST_REPORTS = 1_000  # in a post

# An arrival as a field worker's phone sends it.
POST = b'{"sent_at": "%b", "device": "bench", "reports": [%%b]}'
MOVEMENT = (
    b'{"id": "%%b", "kind": "movement", "occurred_at": "%b", "clock": "device", "seen": "to", "origin": "SY0604",'
    b' "to": {"shelter": "%%b"}, "people": {"total": 6, "households": 1, "cells": {"female:0-4": 1, "female:18-59": 2,'
    b' "male:5-11": 2, "male:18-59": 1}}}'
)
PEOPLE_MOVING = 6


class WrongResult(Exception):
    """Something was lost, refused or miscounted: no figure of this run can be trusted."""


@dataclass
class Site:
    """A running installation with an operation, a field worker's token and a load generator."""

    live: Live
    token: str
    generator: Generator
    tokens: dict[str, str] = field(default_factory=dict)  # of made-up operations, by code

    @property
    def port(self) -> int:
        return int(self.live.url.rpartition(":")[2])

    @property
    def supervisor(self) -> int:
        return self.live.process.pid

    @property
    def database(self) -> str:
        return embedded_database(DataFolder(self.live.folder)).replace("+psycopg", "")

    def start_again(self, *, mail_url: str | None = None) -> None:
        """Start on the same data, once it was stopped; returns when it is ready."""
        self.live = start(self.live.folder, port=self.port, words=WORDS, mail_url=mail_url)

    def add_person(self, email: str, *area: str) -> None:
        """A field worker of some areas, all by default, who signs in with PASSWORD."""
        _add_person(self.live, email, *area)

    def reporter(self, email: str, *area: str) -> str:
        """A field worker of some areas, all by default, and a key for their programs."""
        return _token(self.live, email, *area)

    def make_shelters(self, prefix: str, count: int = SHELTERS) -> list[str]:
        """New open shelters; their codes. Every measurement has its own, so that none inherits another's day."""
        codes = [f"{prefix}-{number:04d}" for number in range(count)]
        self.open_shelters({code: AREAS[number % len(AREAS)] for number, code in enumerate(codes)}, capacity=CAPACITY)
        return codes

    def open_shelters(self, areas: dict[str, str], *, capacity: int, token: str | None = None) -> None:
        """New shelters by code, each in an area."""
        opened = (datetime.now(UTC) - timedelta(days=30)).isoformat()
        reports = [
            {
                "id": str(uuid4()),
                "kind": "shelter",
                "occurred_at": opened,
                "code": code,
                "name": {"en": f"Shelter {code}"},
                "site_type": "collective_centre",
                "area": area,
                "status": "open",
                "capacity": capacity,
            }
            for code, area in areas.items()
        ]
        for some in (reports[first : first + MOST_REPORTS] for first in range(0, len(reports), MOST_REPORTS)):
            results = self.live.api("/reports", token or self.token, {"reports": some})["results"]
            if any(result["status"] != "accepted" for result in results):
                raise WrongResult(f"shelters were not accepted: {results[0]}")
        self.live.wait_until_idle(REST_WITHIN_S)

    def arrivals(self, codes: list[str], reports: int = 1, *, token: str | None = None) -> Requests:
        """Posts of so many arrivals, half an hour ago, each at one of these shelters."""
        return arrivals(self.port, token or self.token, codes, reports)

    def count_movements(self) -> int:
        with psycopg.connect(self.database) as connection:
            row = connection.execute("SELECT count(*) FROM reports WHERE kind = 'movement'").fetchone()
        return int(row[0]) if row else 0

    def check(self, before: int, outcome: Outcome, *, besides: int = 0) -> None:
        """Every answer was right and the ledger holds what was accepted; WrongResult otherwise. Waits for the fold."""
        if outcome.wrong:
            raise WrongResult(f"not accepted: {outcome.wrong[0]}")
        stored, accepted = self.count_movements() - before, outcome.accepted + besides
        if stored != accepted:
            raise WrongResult(f"{accepted} reports were accepted, {stored} are in the ledger")
        self.live.wait_until_idle(REST_WITHIN_S)

    def verify(self) -> None:
        """`mawa verify`; WrongResult with what it found."""
        done = self.live.mawa("verify")
        if done.returncode:
            raise WrongResult(f"mawa verify: {done.stdout[:1000]}{done.stderr[-1000:]}")


def arrivals(port: int, token: str, codes: list[str], reports: int = 1) -> Requests:
    """Posts of so many arrivals, half an hour ago, each at one of these shelters."""
    now = datetime.now(UTC)
    occurred = (now - timedelta(minutes=30)).isoformat()
    return Requests(
        port=port,
        path="/api/v1/reports",
        token=token,
        body=POST % now.isoformat().encode(),
        report=MOVEMENT % occurred.encode(),
        reports=reports,
        places=tuple(code.encode() for code in codes),
    )


@contextmanager
def site() -> Iterator[Site]:
    """A new installation in a temporary folder, gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="mawa-bench-"))
    generator = Generator()
    try:
        live = start(root / "data", words=WORDS)
        made = Site(live, _token(live, EMAIL, "SY06"), generator)
        try:
            yield made
        finally:
            if made.live.process.poll() is None:
                made.live.stop()
    finally:
        generator.close()
        shutil.rmtree(root, ignore_errors=True)


def _add_person(live: Live, email: str, *areas: str) -> None:
    within = [word for area in areas for word in ("--area", area)]
    live.mawa("user", "add", email, "--role", "field_worker", *HERE, *within, stdin=f"{PASSWORD}\n")


def _token(live: Live, email: str, *areas: str) -> str:
    """A field worker of these areas, and a key for their programs."""
    _add_person(live, email, *areas)
    made = live.mawa("user", "token", email, *HERE)
    if made.returncode:
        raise WrongResult(made.stderr)
    return made.stdout.strip()


def readable(answer: bytes) -> object:
    """The JSON of an HTTP answer."""
    return json.loads(answer.partition(b"\r\n\r\n")[2])
