"""Real situations walked with the clock set, one count after the other as they came: each alert opens, changes and ends
as an independent walk says. And all of one at once, doubled, in any order.

A made-up twin always runs. Everything is said through the API, as programs say it.
"""

import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from itertools import groupby, pairwise
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from app.accounts.service import make_token
from app.alerts.refresh import pass_time, refresh, verify
from app.core import db
from app.factory import create_app
from tests.factories.flee import SITUATIONS, Camp, camps_of, needs_situations
from tests.factories.operations import a_headcount, a_shelter, make_actor, make_operation


def made_up_camps() -> list[Camp]:
    """Two camps that rise, fall and rise again, with a jump over a level and a hover between two thresholds."""
    series = {
        # ok, warning, critical, still critical at 96, warning at 90, still at 81, ok; then at once to critical.
        "Rising": [0, 90, 100, 96, 90, 81, 79, 120],
        # 84 is ok, 85 warns, 100 is full, below 80 all is well at once; 95 warns.
        "Hovering": [84, 85, 100, 60, 95, 94],
    }
    return [
        Camp(
            name, name.upper(), 100, tuple((date(2012, 3, 1) + timedelta(days=9 * n), c) for n, c in enumerate(counts))
        )
        for name, counts in series.items()
    ]


def walk(camp: Camp) -> list[str]:
    """The levels of occupancy, worked out by hand: 85 % from below 80 %, 100 % from below 95 %."""
    levels = ["ok"]
    for _, count in camp.counts:
        part, held = 100 * count / camp.capacity, levels[-1]
        level = "critical" if part >= 100 or (part >= 95 and held == "critical") else "ok"
        if level == "ok" and (part >= 85 or (part >= 80 and held != "ok")):
            level = "warning"
        if level != held:
            levels.append(level)
    return levels


def walk_of_silence(camp: Camp, opened: date, end: date) -> list[str]:
    """A warning before each count that came three days or more after the last word, and all well with it; another if
    there was no word in the last three days."""
    heard = [opened, *(day for day, _ in camp.counts)]
    levels = [level for a, b in pairwise(heard) if (b - a).days >= 3 for level in ("warning", "ok")]
    return ["ok", *levels, *(["warning"] if (end - heard[-1]).days >= 3 else [])]


def walk_of_discrepancy(camp: Camp) -> list[str]:
    """A warning while the last count is more than a tenth off the one before: nobody is reported to come or leave."""
    said = [abs(b - a) > a / 10 for (_, a), (_, b) in pairwise(camp.counts)]
    return [level for level, _ in groupby(["ok", *("warning" if is_off else "ok" for is_off in said)])]


def the_reports(camps: list[Camp]) -> list[dict[str, Any]]:
    return [
        a_headcount(camp.code, at=datetime.combine(day, time(12), UTC), people=count, method="registration")
        for camp in camps
        for day, count in camp.counts
    ]


@dataclass(frozen=True)
class Sender:
    """A program with a token, before the whole application."""

    application: Flask
    token: str

    def send(self, reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What the door answers for each of these reports."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.application.test_client().post("/api/v1/reports", json={"reports": reports}, headers=headers)
        assert answer.status_code == HTTPStatus.OK, answer.text
        results: list[dict[str, Any]] = answer.get_json()["results"]
        return results


def set_up(camps: list[Camp], opened: datetime) -> Sender:
    """An operation in Bamako's zone with the camps, each where some area is: the areas are of no matter here."""
    with db.unit_of_work() as session:
        operation = make_operation(session, time_zone="Africa/Bamako")  # which keeps Greenwich time
        actor = make_actor(session, operation, role="coordinator")
        token = make_token(session, email=actor.email, operation_id=operation.id)
    sender = Sender(create_app(), token)
    shelters = [
        a_shelter(code=camp.code, at=opened, capacity=camp.capacity, site_type="planned_camp", status="open")
        for camp in camps
    ]
    assert {result["status"] for result in sender.send(shelters)} == {"accepted"}
    drain()
    return sender


def drain() -> None:
    while True:
        with db.unit_of_work() as session:
            if not refresh(session):
                return


def pass_all_time() -> None:
    """What the workers do twice a minute."""
    while True:
        with db.unit_of_work() as session:
            if not pass_time(session, most=100):
                return


def transitions(camp: Camp, rule: str) -> list[tuple[str, str]]:
    with db.unit_of_work() as session:
        rows = session.execute(
            text(
                "SELECT before, after FROM alert_transitions JOIN alerts ON alerts.id = alert_id"
                " JOIN shelters ON shelters.id = place_id WHERE code = :code AND rule = :rule"
                " ORDER BY alert_transitions.at, alert_transitions.since"
            ),
            {"code": camp.code, "rule": rule},
        )
        return [(row.before, row.after) for row in rows]


def is_verified() -> bool:
    with db.new_snapshot() as session:
        return [found for part in verify(session) for found in part] == []


def check_the_end(camps: list[Camp]) -> None:
    """The last figure of every camp to the digit, and the alert the rule says."""
    with db.unit_of_work() as session:
        rows = session.execute(
            text(
                "SELECT code, total[1] AS people, place_days.basis, severity"
                " FROM place_now JOIN place_days USING (place_id, day)"
                " JOIN shelters ON shelters.id = place_id"
                " LEFT JOIN alerts ON alerts.place_id = place_now.place_id AND rule = 'occupancy'"
                " AND ended_at IS NULL"
            )
        )
        found = {row.code: (row.people, row.basis, row.severity or "ok") for row in rows}
    assert found == {camp.code: (camp.counts[-1][1], "counted", walk(camp)[-1]) for camp in camps}
    assert is_verified()


def one_by_one(camps: list[Camp]) -> Counter[str]:
    """How many transitions there were, by rule."""
    first = min(camp.counts[0][0] for camp in camps) - timedelta(days=1)
    last = max(camp.counts[-1][0] for camp in camps)
    opened = datetime.combine(first, time(12), UTC)
    with time_machine.travel(opened, tick=True):
        sender = set_up(camps, opened)
    for at, reports in groupby(sorted(the_reports(camps), key=occurred), key=occurred):
        with time_machine.travel(datetime.fromisoformat(at), tick=True):
            pass_all_time()
            assert {result["status"] for result in sender.send(list(reports))} == {"accepted"}
            drain()
    seen: Counter[str] = Counter()
    for camp in camps:
        walked = {
            "occupancy": walk(camp),
            "silence": walk_of_silence(camp, first, last),
            "discrepancy": walk_of_discrepancy(camp),
        }
        for rule, levels in walked.items():
            assert transitions(camp, rule) == list(pairwise(levels)), (camp.name, rule)
            seen[rule] += len(levels) - 1
    assert seen.total() == all_transitions(camps)
    check_the_end(camps)
    return seen


def occurred(report: dict[str, Any]) -> str:
    at: str = report["occurred_at"]
    return at


def all_transitions(camps: list[Camp]) -> int:
    """Of every rule there is."""
    with db.unit_of_work() as session:
        places = "SELECT id FROM shelters WHERE code = ANY(:codes)"
        count = text(
            f"SELECT count(*) FROM alert_transitions JOIN alerts ON alerts.id = alert_id WHERE place_id IN ({places})"
        )
        found: int = session.execute(count, {"codes": [camp.code for camp in camps]}).scalar_one()
        return found


def all_at_once(camps: list[Camp]) -> None:
    sender = set_up(camps, datetime.combine(camps[0].counts[0][0] - timedelta(days=1), time(12), UTC))
    reports = the_reports(camps)
    sent = [report for report in reports for _ in range(2)]
    random.Random(2012).shuffle(sent)
    is_over = Event()

    def go_on_folding() -> None:
        while not is_over.is_set():
            with db.unit_of_work() as session:
                refresh(session)

    folding = [Thread(target=go_on_folding) for _ in range(2)]
    for thread in folding:
        thread.start()
    parts = [sent[start::8] for start in range(8)]
    posts = [[part[at : at + size] for at in range(0, len(part), size)] for size, part in enumerate(parts, start=1)]

    def post_all(posts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        return [result for post in posts for result in sender.send(post)]

    try:
        with ThreadPoolExecutor(8) as pool:
            results = [result for answers in pool.map(post_all, posts) for result in answers]
    finally:
        is_over.set()
        for thread in folding:
            thread.join()
    drain()
    assert Counter(result["status"] for result in results) == {"accepted": len(reports), "duplicate": len(reports)}
    assert len({result["id"] for result in results if result["status"] == "accepted"}) == len(reports)
    check_the_end(camps)


def test_the_rules_walk_the_made_up_camps_as_their_comments_say() -> None:
    rising, hovering = made_up_camps()
    assert walk(rising) == ["ok", "warning", "critical", "warning", "ok", "critical"]
    assert walk(hovering) == ["ok", "warning", "critical", "ok", "warning"]
    assert walk_of_silence(rising, date(2012, 2, 29), date(2012, 5, 3)) == ["ok", *["warning", "ok"] * 7]
    assert walk_of_silence(hovering, date(2012, 2, 29), date(2012, 5, 3)) == ["ok", *["warning", "ok"] * 5, "warning"]
    assert walk_of_discrepancy(rising) == ["ok", "warning", "ok", "warning"]


def test_a_made_up_twin_counted_one_by_one_raises_what_the_rules_walk_through(database: str) -> None:
    one_by_one(made_up_camps())


def test_a_made_up_twin_told_all_at_once_ends_the_same(database: str) -> None:
    all_at_once(made_up_camps())


@needs_situations
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_situation_counted_one_by_one_raises_what_the_rules_walk_through(
    database: str, situation: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = one_by_one(camps_of(situation))
    with capsys.disabled():
        sys.stdout.write(f"\n{situation}: {', '.join(f'{count} of {rule}' for rule, count in seen.items())}\n")


@needs_situations
def test_mali_has_eighteen_transitions_of_occupancy() -> None:
    assert [len(walk(camp)) - 1 for camp in camps_of("mali2012")] == [2, 3, 7, 2, 2, 1, 1]


@needs_situations
def test_mali_told_all_at_once_doubled_and_shuffled_ends_the_same(database: str) -> None:
    all_at_once(camps_of("mali2012"))
