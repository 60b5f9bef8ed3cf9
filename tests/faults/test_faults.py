"""Everything is killed, emptied, and misbehaves, again and again, while reports arrive: nothing that was accepted is
lost or counted twice, and whoever is to be told is told once.

`make faults` sets FAULTS=long: a day of reported time in a quarter of an hour; `make test` runs the short form.
"""

import os
import random
import re
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
import pytest
import redis

from config.services.addresses import embedded_redis
from config.services.folder import DataFolder
from tests.factories.live import Live, sign_in, start, wait_for
from tests.faults.relay import Relay
from tests.faults.senders import Report, Senders, arrival, people_of
from tests.faults.victims import BACKEND, VICTIMS, WEB_CHILD, Kill, database_url, kill, left_over

pytestmark = pytest.mark.slow

IS_LONG = os.environ.get("FAULTS") == "long"
ROUNDS, LEAST_KILLS, LEAST_IN_TRANSACTION, SHELTERS = (9, 80, 20, 1_000) if IS_LONG else (4, 30, 5, 300)
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


@pytest.fixture(scope="module")
def night() -> Iterator[Night]:
    folder = Path(tempfile.mkdtemp(prefix="mawa-faults-"))
    relay = Relay(folder / "received")
    relay.open()
    live = start(folder / "data", mail_url=f"smtp://127.0.0.1:{relay.port}")
    try:
        token = live.token("coordinator")
        readers = ["coordinator@demo.example.org", *(coordinator(live, number) for number in range(READERS))]
        for start_at in range(0, SHELTERS, 100):
            opened = [report for code in codes()[start_at : start_at + 100] for report in empty(code)]
            answer = live.api("/reports", token, {"reports": opened})
            assert {result["status"] for result in answer["results"]} == {"accepted"}
        live.wait_until_idle(120)
        senders = Senders(live, token, Town.now().next_arrival, echoes=2, ahead=LATE)
        kills: list[Kill] = []
        with senders:
            suffer(live, relay, senders, kills)
        come_to_rest(live)
        yield Night(live, relay, token, senders, readers, kills)
    finally:
        if live.process.poll() is None:
            live.stop()
        relay.close()
        print(live.log.read_text()[-20_000:])  # noqa: T201  # pytest shows it where a test failed


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
    live.wait_until_idle(300)
    while mails := given_up(live):
        cookie = sign_in(live.url, "administrator@demo.example.org")
        page = opened(live, "/admin/outbox", cookie)
        form = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert form is not None
        typed = [("csrf_token", form[1]), *(("mail", mail) for mail in mails)]
        opened(live, "/admin/outbox/again", cookie, urlencode(typed).encode())
        live.wait_until_idle(120)


def given_up(live: Live) -> list[str]:
    return [str(row[0]) for row in rows(live, "SELECT id FROM mails WHERE status = 'dead'")]


def opened(live: Live, path: str, cookie: str, typed: bytes | None = None) -> str:
    with urlopen(Request(f"{live.url}{path}", typed, {"Cookie": cookie}), timeout=30) as answer:  # our own address
        page: str = answer.read().decode()
        return page


def rows(live: Live, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url(live)) as connection:
        return connection.execute(question.encode()).fetchall()


def test_enough_was_killed_and_noticed(night: Night) -> None:
    by_victim = Counter(done.victim for done in night.kills)
    inside = sum(done.in_transaction for done in night.kills)
    print(f"{len(night.kills)} kills, {inside} in a transaction: {dict(by_victim)}")  # noqa: T201
    print(f"{len(night.senders.taken)} reports, {night.senders.failures} failures")  # noqa: T201
    print(f"{night.senders.doubles} sent again; mails that met {dict(night.relay.met)}")  # noqa: T201
    assert len(night.kills) >= LEAST_KILLS
    assert inside >= LEAST_IN_TRANSACTION
    assert night.senders.failures > 0, "nothing was noticed of the kills"
    assert night.senders.doubles > 0
    assert {mode for mode, count in night.relay.met.items() if count} == {"take", "defer", "refuse", "hang", "cut"}


def test_what_was_accepted_is_stored_once_and_nothing_else(night: Night) -> None:
    stored = [str(row[0]) for row in rows(night.live, "SELECT id FROM reports WHERE device LIKE 'sender-%'")]
    assert night.senders.refused == []
    assert sorted(stored) == sorted(night.senders.taken)


def test_each_figure_is_the_sum_of_what_was_accepted(night: Night) -> None:
    items = {item["shelter"]: item for item in night.live.api("/population?by=shelter", night.token)["items"]}
    sums = Counter[str]()
    for report in night.senders.taken.values():
        sums[report["to"]["shelter"]] += people_of(report)
    assert {code: items[code]["people"]["total"] for code in codes()} == {code: sums[code] for code in codes()}


def test_verify_finds_nothing(night: Night) -> None:
    verified = night.live.mawa("verify")
    assert verified.returncode == 0, verified.stdout


def test_each_transition_that_is_told_reached_each_recipient_in_one_notice(night: Night) -> None:
    """What the mail server has is counted; the database only says which there are to be."""
    told = {
        (str(transition), str(email)): str(notice)
        for transition, email, notice in rows(
            night.live,
            "SELECT transition_id, email, notices.id FROM notices JOIN users ON users.id = user_id"
            " WHERE due_at <= now() AND dropped_at IS NULL",
        )
    }
    transitions = {
        str(row[0])
        for row in rows(
            night.live,
            "SELECT step.id FROM alert_transitions AS step JOIN alerts ON alerts.id = alert_id JOIN shelters ON"
            " shelters.id = place_id WHERE code LIKE 'FAULTS-%' AND rule = 'occupancy' AND after <> 'ok'",
        )
    }
    # Who came later is told of what came later.
    assert {pair for pair in told if pair[0] in transitions and pair[1] in night.readers} == {
        (transition, reader) for transition in transitions for reader in night.readers
    }
    received = night.relay.notices()
    print(f"{len(told)} notices of {len(transitions)} transitions; {night.relay.doubled()} mails came twice")  # noqa: T201
    assert {notice: len(mails) for found in received.values() for notice, mails in found.items()} == dict.fromkeys(
        told.values(), 1
    )
    assert all(notice in received[email] for (_, email), notice in told.items())


def test_every_full_shelter_raised_an_alert(night: Night) -> None:
    sums = Counter[str]()
    for report in night.senders.taken.values():
        sums[report["to"]["shelter"]] += people_of(report)
    full = {code for code, people in sums.items() if people >= CAPACITY}
    found = rows(
        night.live,
        "SELECT code FROM alerts JOIN shelters ON shelters.id = place_id WHERE code LIKE 'FAULTS-%'"
        " AND rule = 'occupancy' AND severity = 'critical' AND ended_at IS NULL",
    )
    assert {str(row[0]) for row in found} == full
    assert len(full) > 5


def test_nothing_is_stuck(night: Night) -> None:
    stuck = rows(
        night.live,
        "SELECT (SELECT count(*) FROM marks), (SELECT count(*) FROM wide_marks),"
        " (SELECT count(*) FROM mails WHERE status <> 'sent'), (SELECT count(*) FROM mails WHERE leased_until > now()),"
        " (SELECT count(*) FROM notices WHERE mail_id IS NULL AND dropped_at IS NULL AND due_at <= now())",
    )
    assert stuck == [(0, 0, 0, 0, 0)]


def test_no_trace_in_the_log_is_without_a_reason(night: Night) -> None:
    """The last line of a trace begins at the margin and names the error."""
    lines = night.live.log.read_text().splitlines()
    ends = [
        line
        for position, line in enumerate(lines)
        if re.match(r"[\w.]+(Error|Exception|Shutdown|Lost|Interrupt|Now)\b", line)
        and any("Traceback (most recent call last)" in earlier for earlier in lines[max(0, position - 200) : position])
    ]
    assert [line for line in ends if not KNOWN_ENDS.search(line)] == []


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works(night: Night) -> None:
    live = night.live
    live.process.kill()
    live.process.wait()
    wait_for(lambda: not left_over(live.folder), 5, "something is left")
    began = time.monotonic()
    live.process = start(live.folder, port=int(live.url.rpartition(":")[2])).process
    print(f"start after kill -9: {time.monotonic() - began:.1f} s; `make bench` measures it alone")  # noqa: T201


def test_an_immediate_start_after_a_kill_waits_for_what_is_left(night: Night) -> None:
    live = night.live
    killed = live.process
    killed.kill()
    live.process = start(live.folder, port=int(live.url.rpartition(":")[2])).process
    killed.wait()
    live.wait_until_idle()
    assert live.mawa("verify").returncode == 0


def test_ctrl_c_leaves_nothing(night: Night) -> None:
    assert night.live.stop(signal.SIGINT) == 0
    assert left_over(night.live.folder) == []
