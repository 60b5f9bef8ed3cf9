"""A night in which everything is killed, emptied, and misbehaves while shelters fill: what is done, and to whom."""

import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
import redis

from config.services.addresses import embedded_redis
from config.services.folder import DataFolder
from tests.factories.live import Live, sign_in, wait_for
from tests.faults.relay import Relay
from tests.faults.senders import Report, Senders, arrival
from tests.faults.victims import BACKEND, VICTIMS, WEB_CHILD, Kill, database_url, kill

IS_LONG = os.environ.get("FAULTS") == "long"
ROUNDS, LEAST_KILLS, LEAST_IN_TRANSACTION, SHELTERS = (10, 80, 20, 1_000) if IS_LONG else (4, 30, 5, 300)
A_DAY, IN = timedelta(hours=24), timedelta(minutes=15)  # so fast reported time goes by
CAPACITY = 100
HELD_FOR_S = 21.0  # longer than the mail worker waits for an answer
RECOVERED_WITHIN_S = 60.0
LATE = {0: timedelta(days=2)}  # the first sender's clock
READERS = 3  # coordinators besides the demonstration's

# What stands at the end of a trace of what a kill does to whoever was just speaking to the killed.
KNOWN_ENDS = re.compile(
    r"OperationalError|InterfaceError|AdminShutdown|CrashShutdown|CannotConnectNow|ConnectionError|ConnectionRefusedError"
    r"|ConnectionResetError|BrokenPipeError|TimeoutError|InvalidatePoolError|PendingRollbackError|FileNotFoundError"
    r"|'NoneType' object has no attribute 'client'"  # kombu's, of a channel whose connection to Valkey is just gone
)


@dataclass
class Town:
    """Shelters that fill one after another, in a day that goes by in a quarter of an hour."""

    began: float
    from_when: datetime
    arrived: Counter[str]
    lock: threading.Lock

    @classmethod
    def now(cls) -> "Town":
        return cls(time.monotonic(), datetime.now(UTC) - A_DAY, Counter(), threading.Lock())

    def next_arrival(self, number: int) -> Report:
        """A family at the first shelter that is not overfull yet."""
        people = number % 5 + 1
        with self.lock:
            code = next((code for code in codes() if self.arrived[code] < 1.2 * CAPACITY), codes()[-1])
            self.arrived[code] += people
        gone = timedelta(seconds=time.monotonic() - self.began) * (A_DAY / IN)
        return arrival(code, people, min(self.from_when + gone, datetime.now(UTC)))


def codes() -> list[str]:
    return [f"FAULTS-{number}" for number in range(SHELTERS)]


@dataclass
class Night:
    """What ran, and what was done to it."""

    live: Live
    relay: Relay
    token: str
    senders: Senders
    readers: list[str]
    kills: list[Kill]


def coordinator(live: Live, number: int) -> str:
    email = f"reader-{number}@example.org"
    words = ("user", "add", email, "--role", "coordinator", "--language", ("en", "ar", "fr")[number % 3])
    added = live.mawa(*words, stdin="several words that nobody guesses 8461\n")
    assert added.returncode == 0, added.stderr
    return email


def empty(code: str) -> list[Report]:
    """A shelter, counted empty a day and an hour ago."""
    earlier = (datetime.now(UTC) - A_DAY - timedelta(hours=1)).isoformat()
    said = {"code": code, "name": {"en": f"School {code}"}, "site_type": "collective_centre", "area": "SY0602"}
    counted = {"place": {"shelter": code}, "people": {"total": 0}, "method": "full_count"}
    return [
        {"id": str(uuid4()), "kind": "shelter", "occurred_at": earlier, **said, "status": "open", "capacity": CAPACITY},
        {"id": str(uuid4()), "kind": "headcount", "occurred_at": earlier, **counted},
    ]


def suffer(live: Live, relay: Relay, senders: Senders, kills: list[Kill]) -> None:
    """One after another, in any order, and at last all of the processes together."""
    began, order, late = time.monotonic(), random.Random(1), list[str]()

    def killing(victim: str) -> None:
        if (done := kill(live, victim, began)) is not None:
            tell(began, f"killed {done.victim} ({done.pid}){' in a transaction' * done.in_transaction}")
            kills.append(done)

    def misbehaving(mode: str) -> None:
        tell(began, f"the mail server: {mode}")
        relay.mode = mode  # type: ignore[assignment]  # one of its modes
        before, until = relay.met[mode], time.monotonic() + HELD_FOR_S
        late.append(coordinator(live, READERS + len(late)))  # whoever was told nothing yet is told at once
        while time.monotonic() < until and (mode == "hang" or relay.met[mode] == before):
            time.sleep(0.1)
        relay.mode = "take"

    def away() -> None:
        tell(began, "the mail server: away")
        relay.close()
        time.sleep(6)
        relay.open()

    def emptied() -> None:
        tell(began, "Valkey: emptied")
        redis.Redis.from_url(embedded_redis(DataFolder(live.folder))).flushall()

    victims: list[Callable[[], None]] = [partial(killing, victim) for victim in (*VICTIMS, BACKEND, WEB_CHILD)]
    servers: list[Callable[[], None]] = [partial(misbehaving, mode) for mode in ("defer", "refuse", "hang", "cut")]
    for number in range(ROUNDS):
        some = servers if IS_LONG or number == 0 else []
        for fault in order.sample([*victims, *some, away, emptied], len(victims) + len(some) + 2):
            fault()
            wait_recovered(live, senders)
    for victim in VICTIMS:
        killing(victim)
    wait_recovered(live, senders)


def tell(began: float, what: str) -> None:
    """The log of the run."""
    print(f"{time.monotonic() - began:7.1f} s  {what}", flush=True)  # noqa: T201


def wait_recovered(live: Live, senders: Senders) -> None:
    """Reports are taken again and the service calls itself ready."""
    enough = len(senders.taken) + 10
    wait_for(lambda: len(senders.taken) >= enough and live.readiness(), RECOVERED_WITHIN_S, "no recovery")


def come_to_rest(live: Live) -> None:
    """All is folded and sent, what the mail server refused too: the administrator has it sent again."""
    hurry(live)
    live.wait_until_idle(300)
    while mails := given_up(live):
        cookie = sign_in(live.url, "administrator@demo.example.org")
        page = opened(live, "/admin/outbox", cookie)
        form = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert form is not None
        typed = [("csrf_token", form[1]), *(("mail", mail) for mail in mails)]
        opened(live, "/admin/outbox/again", cookie, urlencode(typed).encode())
        live.wait_until_idle(120)


def hurry(live: Live) -> None:
    """A mail that was refused five times waits eight minutes for its sixth: as if they had gone by."""
    with psycopg.connect(database_url(live)) as connection:
        connection.execute("UPDATE mails SET due_at = now() WHERE status = 'waiting'")


def given_up(live: Live) -> list[str]:
    return [str(row[0]) for row in rows(live, "SELECT id FROM mails WHERE status = 'dead'")]


def opened(live: Live, path: str, cookie: str, typed: bytes | None = None) -> str:
    with urlopen(Request(f"{live.url}{path}", typed, {"Cookie": cookie}), timeout=30) as answer:  # our own address
        page: str = answer.read().decode()
        return page


def rows(live: Live, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url(live)) as connection:
        return connection.execute(question.encode()).fetchall()
