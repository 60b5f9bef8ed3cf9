"""Mali 2012: real counts of seven camps, one by one as they came and all at once in any order.

The counts are those of FabFlee (UNHCR) in `shared/data/flee` beside the checkout; where that folder is not there a
made-up twin is counted instead. The twin always runs. Everything is said through the API, as programs say it.
"""

import csv
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from app.accounts.service import make_token
from app.alerts.refresh import refresh, verify
from app.core import db
from app.factory import create_app
from tests.factories.operations import a_headcount, a_shelter, make_actor, make_operation

OPENED = datetime(2012, 2, 1, 12, tzinfo=UTC)  # Bamako keeps Greenwich time


@dataclass(frozen=True)
class Camp:
    """`counts` in order of dates."""

    name: str
    code: str
    capacity: int
    counts: tuple[tuple[date, int], ...]


def data_folder() -> Path | None:
    """`shared/data/flee` beside this checkout or above it."""
    for above in Path(__file__).resolve().parents:
        if (found := above / "shared" / "data" / "flee" / "mali2012").is_dir():
            return found
    return None


def camps_of(folder: Path) -> list[Camp]:
    """The camps in the order of data_layout.csv, each with its capacity (the column `population`) and its counts."""
    with (folder / "input_csv" / "locations.csv").open() as lines:
        capacities = {row["#name"]: row["population"] for row in csv.DictReader(lines)}
    camps = []
    layout = csv.reader((folder / "source_data" / "data_layout.csv").read_text().splitlines())
    for name, file in (row for row in layout if row and row[0] != "total"):
        with (folder / "source_data" / file).open() as lines:
            rows = [row for row in csv.reader(lines) if row and row[0][:1].isdigit()]
        counts = tuple((date.fromisoformat(day[:10]), int(count)) for day, count in rows)
        code = name.upper()[:32]
        camps.append(Camp(name, code, int(capacities[name]), tuple(sorted(counts, key=lambda count: count[0]))))
    return camps


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
    """The levels the rule passes through, worked out by hand: 85 % from below 80 %, 100 % from below 95 %."""
    levels = ["ok"]
    for _, count in camp.counts:
        part, held = 100 * count / camp.capacity, levels[-1]
        level = "critical" if part >= 100 or (part >= 95 and held == "critical") else "ok"
        if level == "ok" and (part >= 85 or (part >= 80 and held != "ok")):
            level = "warning"
        if level != held:
            levels.append(level)
    return levels


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


def set_up(camps: list[Camp]) -> Sender:
    """An operation in Bamako's zone with the camps, each where some area is: the areas are of no matter here."""
    with db.unit_of_work() as session:
        operation = make_operation(session, time_zone="Africa/Bamako")
        actor = make_actor(session, operation, role="coordinator")
        token = make_token(session, email=actor.email, operation_id=operation.id)
    sender = Sender(create_app(), token)
    shelters = [
        a_shelter(code=camp.code, at=OPENED, capacity=camp.capacity, site_type="planned_camp") for camp in camps
    ]
    assert {result["status"] for result in sender.send(shelters)} == {"accepted"}
    drain()
    return sender


def drain() -> None:
    while True:
        with db.unit_of_work() as session:
            if not refresh(session):
                return


def transitions(camp: Camp) -> list[tuple[str, str]]:
    with db.unit_of_work() as session:
        rows = session.execute(
            text(
                "SELECT before, after FROM alert_transitions JOIN alerts ON alerts.id = alert_id"
                " JOIN shelters ON shelters.id = place_id WHERE code = :code ORDER BY alert_transitions.at"
            ),
            {"code": camp.code},
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
                "SELECT code, total[1] AS people, basis, severity FROM place_now JOIN place_days USING (place_id, day)"
                " JOIN shelters ON shelters.id = place_id"
                " LEFT JOIN alerts ON alerts.place_id = place_now.place_id AND ended_at IS NULL"
            )
        )
        found = {row.code: (row.people, row.basis, row.severity or "ok") for row in rows}
    assert found == {camp.code: (camp.counts[-1][1], "counted", walk(camp)[-1]) for camp in camps}
    assert is_verified()


def one_by_one(camps: list[Camp]) -> None:
    with time_machine.travel(OPENED, tick=True):
        sender = set_up(camps)
    reports = sorted(the_reports(camps), key=lambda report: (report["occurred_at"], report["place"]["shelter"]))
    for report in reports:
        with time_machine.travel(datetime.fromisoformat(report["occurred_at"]), tick=True):
            assert [result["status"] for result in sender.send([report])] == ["accepted"]
            drain()
    for camp in camps:
        levels = walk(camp)
        assert transitions(camp) == list(pairwise(levels)), camp.name
    check_the_end(camps)


def all_at_once(camps: list[Camp]) -> None:
    sender = set_up(camps)
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


needs_data = pytest.mark.skipif(data_folder() is None, reason="no shared/data/flee beside this checkout")


def mali() -> list[Camp]:
    folder = data_folder()
    assert folder is not None
    return camps_of(folder)


def test_the_rule_walks_the_made_up_camps_as_their_comments_say() -> None:
    rising, hovering = made_up_camps()
    assert walk(rising) == ["ok", "warning", "critical", "warning", "ok", "critical"]
    assert walk(hovering) == ["ok", "warning", "critical", "ok", "warning"]


def test_a_made_up_twin_counted_one_by_one_raises_what_the_rule_walks_through(database: str) -> None:
    one_by_one(made_up_camps())


def test_a_made_up_twin_told_all_at_once_ends_the_same(database: str) -> None:
    all_at_once(made_up_camps())


@needs_data
def test_mali_counted_one_by_one_has_eighteen_transitions(database: str) -> None:
    camps = mali()
    assert [len(walk(camp)) - 1 for camp in camps] == [2, 3, 7, 2, 2, 1, 1]
    one_by_one(camps)


@needs_data
def test_mali_told_all_at_once_doubled_and_shuffled_ends_the_same(database: str) -> None:
    all_at_once(mali())
