"""Everything is killed, again and again, while reports arrive: nothing that was accepted is lost or counted twice.

`make faults` sets FAULTS=long for many rounds; `make test` runs the short form.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from tests.factories.live import Live, running, start, wait_for
from tests.faults.senders import Senders
from tests.faults.victims import BACKEND, VICTIMS, WEB_CHILD, Kill, database_url, kill, left_over

pytestmark = pytest.mark.slow

ROUNDS, LEAST_KILLS, LEAST_IN_TRANSACTION = (12, 90, 15) if os.environ.get("FAULTS") == "long" else (2, 16, 3)
SHELTER = "FAULTS-1"
CAPACITY = 300
RECOVERED_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    with running() as live:
        yield live


@pytest.fixture(scope="module")
def token(live: Live) -> str:
    """A coordinator's token; there is a shelter, counted empty an hour ago."""
    token = live.token("coordinator")
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    shelter = {
        "id": str(uuid4()),
        "kind": "shelter",
        "occurred_at": earlier,
        "code": SHELTER,
        "name": {"en": "School of the faults"},
        "site_type": "collective_centre",
        "area": "SY0602",
        "status": "open",
        "capacity": CAPACITY,
    }
    count = {
        "id": str(uuid4()),
        "kind": "headcount",
        "occurred_at": earlier,
        "place": {"shelter": SHELTER},
        "people": {"total": 0},
        "method": "full_count",
    }
    answer = live.api("/reports", token, {"reports": [shelter, count]})
    assert [result["status"] for result in answer["results"]] == ["accepted", "accepted"]
    return token


@pytest.fixture(scope="module")
def senders(live: Live, token: str) -> Senders:
    """What was sent while one after another, and at last all together, were killed."""
    senders = Senders(live, token, SHELTER)
    kills: list[Kill] = []
    began = time.monotonic()
    order = random.Random(1)
    with senders:
        for _ in range(ROUNDS):
            for victim in order.sample([*VICTIMS, BACKEND, WEB_CHILD], len(VICTIMS) + 2):
                kills += told(kill(live, victim, began))
                wait_recovered(live, senders)
        for victim in VICTIMS:
            kills += told(kill(live, victim, began))
        wait_recovered(live, senders)
    live.wait_until_idle(120)
    assert len(kills) >= LEAST_KILLS
    assert sum(done.in_transaction for done in kills) >= LEAST_IN_TRANSACTION
    assert senders.failures > 0, "nothing was noticed of the kills"
    return senders


def told(done: Kill | None) -> list[Kill]:
    """The log of the kills; pytest shows it where a test failed."""
    if done is None:
        return []
    print(f"{done.at:7.1f} s  killed {done.victim} ({done.pid}){' in a transaction' * done.in_transaction}")  # noqa: T201
    return [done]


def wait_recovered(live: Live, senders: Senders) -> None:
    """Reports are taken again and the service calls itself ready."""
    enough = len(senders.taken) + 10
    wait_for(lambda: len(senders.taken) >= enough and live.readiness(), RECOVERED_WITHIN_S, "no recovery")


def rows(live: Live, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url(live)) as connection:
        return connection.execute(question.encode()).fetchall()


def test_what_was_accepted_is_stored_and_nothing_else(live: Live, senders: Senders) -> None:
    stored = [str(row[0]) for row in rows(live, "SELECT id FROM reports WHERE device LIKE 'sender-%'")]
    assert senders.refused == []
    assert sorted(stored) == sorted(senders.taken)


def test_the_figure_is_the_sum_of_what_was_accepted(live: Live, token: str, senders: Senders) -> None:
    items = {item["shelter"]: item for item in live.api("/population?by=shelter", token)["items"]}
    assert items[SHELTER]["people"]["total"] == sum(senders.taken.values())


def test_verify_finds_nothing(live: Live, senders: Senders) -> None:
    verified = live.mawa("verify")
    assert verified.returncode == 0, verified.stdout


def test_every_notice_has_been_sent_and_none_that_was_not_written(live: Live, senders: Senders) -> None:
    written = {(str(row[0]), row[1]) for row in rows(live, "SELECT message_id, status FROM mails")}
    assert {status for _, status in written} == {"sent"}
    assert {message_id for message_id, _ in written} == {str(mail["Message-ID"]) for mail in live.sink.messages}
    assert any(SHELTER in str(mail) or "School of the faults" in str(mail["Subject"]) for mail in live.sink.messages)


def test_a_killed_supervisor_leaves_nothing_and_the_next_start_works(live: Live, senders: Senders) -> None:
    live.process.kill()
    live.process.wait()
    wait_for(lambda: not left_over(live.folder), 5, "something is left")
    began = time.monotonic()
    live.process = start(live.folder, port=int(live.url.rpartition(":")[2])).process
    print(f"start after kill -9: {time.monotonic() - began:.1f} s; `make bench` measures it alone")  # noqa: T201


def test_an_immediate_start_after_a_kill_waits_for_what_is_left(live: Live, senders: Senders) -> None:
    killed = live.process
    killed.kill()
    live.process = start(live.folder, port=int(live.url.rpartition(":")[2])).process
    killed.wait()
    live.wait_until_idle()
    assert live.mawa("verify").returncode == 0


def test_ctrl_c_leaves_nothing(live: Live, senders: Senders) -> None:
    assert live.stop(signal.SIGINT) == 0
    assert left_over(live.folder) == []
