"""Everything is killed, emptied, and misbehaves, again and again, while reports arrive: nothing that was accepted is
lost or counted twice, and whoever is to be told is told once.

`make faults` sets FAULTS=long: a day of reported time in a quarter of an hour; `make test` runs the short form.
"""

import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.live import start, wait_for
from tests.faults.night import (
    CAPACITY,
    KNOWN_ENDS,
    LATE,
    LEAST_IN_TRANSACTION,
    LEAST_KILLS,
    READERS,
    SHELTERS,
    Night,
    Town,
    codes,
    come_to_rest,
    coordinator,
    empty,
    rows,
    suffer,
)
from tests.faults.relay import Relay
from tests.faults.senders import Senders, people_of
from tests.faults.victims import Kill, left_over

pytestmark = pytest.mark.slow


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
    items = night.live.figures(night.token)
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
