"""What more processes give, and that they agree: `python -m tests.bench.growth`. Prints JSON.

A process of its own, with services of its own. Folding: operations of the same shape wait to be folded, each by so many
fold workers. Taking reports in: as many web processes behind one port, nobody folding. Each number of processes has its
turn several times, alternately. At the end `verify` must find nothing.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import redis

from tests.bench.apart import services_apart

PROCESSES = (1, 2, 3)
ROUNDS = 3
SHELTERS, REPORTS, DAYS = 300, 15_000, 60
SECONDS, WARM_UP_S = 4.0, 1.5
READY_WITHIN_S = 60.0


def main() -> None:
    with services_apart(durable=True):
        sys.stdout.write(json.dumps(measure()))


def measure() -> dict[str, Any]:
    """Places folded a second by so many workers, posts taken a second by so many web processes; medians, and how much
    of the machine's processors was in use."""
    from tests.factories.folding import differences

    folding, taking = _Measured(), _Measured()
    for round_ in range(ROUNDS):
        for processes in PROCESSES:
            folding.add(processes, _fold(processes, seed=10 * round_ + processes))
            taking.add(processes, _take(processes, round_))
    if found := differences():
        raise SystemExit(f"verify finds {found[:3]}")
    return {"folding": folding.medians(), "taking": taking.medians()}


class _Measured:
    def __init__(self) -> None:
        self.found: dict[int, list[tuple[float, float]]] = {}

    def add(self, processes: int, one: tuple[float, float]) -> None:
        self.found.setdefault(processes, []).append(one)

    def medians(self) -> dict[int, dict[str, float]]:
        return {
            processes: {
                "per_second": round(median(rate for rate, _ in found), 1),
                "busy_percent": round(median(busy for _, busy in found)),
            }
            for processes, found in self.found.items()
        }


def _fold(workers: int, *, seed: int) -> tuple[float, float]:
    """Places a second from the first wake-up until nothing is marked."""
    from sqlalchemy import text

    from app import broker
    from app.core import db
    from app.core.jobs import FOLD
    from app.simulate.cli import prepare, tell_all
    from config.services.addresses import addresses
    from config.settings import settings

    with db.unit_of_work() as session:
        job, sites = prepare(session, shelters=SHELTERS, reports=REPORTS, days=DAYS, seed=seed)
    for _ in tell_all(job, sites):
        pass
    send = broker.sender(settings())
    with ExitStack() as running:
        with db.unit_of_work() as session:
            session.execute(text("DELETE FROM heartbeats"))
        redis.Redis.from_url(addresses(settings()).redis).flushdb()  # wake-ups of the round before
        for number in range(workers):
            running.enter_context(_program("worker", "--queue", "fold", number=number))
        _wait(lambda: _ask("SELECT count(*) FROM heartbeats") > 0, "no worker answers")
        time.sleep(2.0 * workers)  # the others too
        psutil.cpu_percent()
        began = time.monotonic()
        while _ask("SELECT count(*) FROM marks"):
            for _ in range(workers):
                send(FOLD)
            time.sleep(0.05)
        return SHELTERS / (time.monotonic() - began), psutil.cpu_percent()


def _take(processes: int, round_: int) -> tuple[float, float]:
    """Posts of one arrival each, a second, from sixteen clients."""
    from app.core import db
    from app.intake.service import take
    from tests.bench.load import Generator, Load
    from tests.bench.site import arrivals
    from tests.factories.crowds import make_crowd
    from tests.factories.folding import drain
    from tests.factories.live import free_port
    from tests.factories.operations import a_shelter

    crowd = make_crowd(shelters=1, reports=0, days=1, seed=100 * processes + round_)
    codes = [f"G-{number:03d}" for number in range(200)]
    with db.unit_of_work() as session:
        take(session, actor=crowd.actor, reports=[a_shelter(code=code, capacity=1_000_000) for code in codes])
    port = free_port()
    generator = Generator()
    try:
        with _program("web", "--port", str(port), "--processes", str(processes)):
            _wait(lambda: _answers(port), "the web does not answer")
            time.sleep(2.0)
            load = Load(arrivals(port, crowd.token, codes), SECONDS, WARM_UP_S)
            before = _ask("SELECT count(*) FROM reports")
            running = generator.start(load)
            time.sleep(max(0.0, running.part.counts_from - time.monotonic()))
            psutil.cpu_percent()
            outcome = running.wait()
            busy = psutil.cpu_percent()
        if outcome.wrong or _ask("SELECT count(*) FROM reports") - before != outcome.accepted:
            raise SystemExit(f"{outcome.accepted} accepted, not all of them once in the ledger: {outcome.wrong[:1]}")
    finally:
        generator.close()
    drain()
    return outcome.per_second, busy


@contextmanager
def _program(*words: str, number: int = 0) -> Iterator[None]:
    environment = {**os.environ, "MAWA_DATA_DIR": f"{os.environ['MAWA_DATA_DIR']}/{words[0]}-{number}"}
    Path(environment["MAWA_DATA_DIR"]).mkdir(exist_ok=True)
    process = subprocess.Popen([sys.executable, "-m", "app.cli", *words], env=environment, stdout=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _ask(statement: str) -> int:
    from sqlalchemy import text

    from app.core import db

    with db.new_session() as session:
        return int(session.scalar(text(statement)) or 0)


def _answers(port: int) -> bool:
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _wait(condition: Any, what: str) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(what)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
