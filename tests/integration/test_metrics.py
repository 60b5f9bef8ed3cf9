"""`/metrics`: what all processes counted, and what waits; told to who may measure, and nobody else."""

import re
from threading import Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core import db, meters
from app.core.db import unit_of_work
from app.factory import create_app
from config.settings import settings
from tests.factories.folding import drain, send
from tests.factories.offices import Office
from tests.factories.operations import a_headcount, a_shelter
from workers.metered import metered

METRICS, TOKEN = "/metrics", "a token that nobody would think of 8461"


@pytest.fixture
def office(database: str) -> Office:
    meters.keep()  # what other tests of this process counted
    with unit_of_work() as session:
        session.execute(text("DELETE FROM meters"))
    return Office()


def measured(client: FlaskClient) -> dict[str, float]:
    """Values by name and labels as Prometheus reads them."""
    meters.keep()
    answer = client.get(METRICS)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = [line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_it_tells_what_was_counted_and_what_waits(office: Office) -> None:
    send(
        office.worker,
        a_shelter(capacity=100, status="open"),
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=120),
    )
    client = office.application.test_client()
    found = measured(client)
    assert found['mawa_reports_total{status="accepted"}'] == 2
    assert found["mawa_places_to_fold"] == 1
    assert found["mawa_oldest_mark_seconds"] >= 0
    drain()
    found = measured(client)
    assert found["mawa_places_to_fold"] == 0
    assert found['mawa_alert_changes_total{rule="occupancy",to="critical"}'] == 1
    assert found['mawa_alerts_open{rule="occupancy",severity="critical",status="open"}'] == 1
    assert found["mawa_notices_waiting"] >= 1
    assert found['mawa_requests_total{status="2xx"}'] >= 1


def test_everything_counted_has_a_name_and_words(office: Office) -> None:
    for name, (_, labels) in meters.COUNTED.items():
        meters.count(name, *["x"] * len(labels))
    meters.keep()
    said = office.application.test_client().get(METRICS).text
    for name in meters.COUNTED:
        assert re.search(rf"^# HELP mawa_{name}_total \w", said, re.MULTILINE), name
        assert re.search(rf"^# TYPE mawa_{name}_total counter$", said, re.MULTILINE), name


def test_processes_that_count_the_same_lose_nothing(office: Office) -> None:
    def count() -> None:
        for _ in range(500):
            meters.count("requests", "2xx")
            meters.count("reports", "accepted")
        meters.keep()

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meters.keep()
    with db.new_snapshot() as session:
        found = meters.kept(session)
    assert found["requests", ("2xx",)] == found["reports", ("accepted",)] == 4_000


def test_without_a_database_counts_wait(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    meters.count("errors", "web")
    with monkeypatch.context() as away:
        away.setattr(db, "engine", lambda: db.make_engine("postgresql+psycopg://127.0.0.1:1/none"))
        meters.keep()
    meters.keep()
    with db.new_snapshot() as session:
        assert meters.kept(session)["errors", ("web",)] == 1


def test_a_task_counts_its_runs_and_what_nobody_expected(office: Office) -> None:
    def fail() -> None:
        raise RuntimeError("it did not work")

    assert metered("a.task", lambda: 3)() == 3
    with pytest.raises(RuntimeError, match="did not work"):
        metered("a.task", fail)()
    meters.keep()
    with db.new_snapshot() as session:
        found = meters.kept(session)
    assert found["task_runs", ("a.task",)] == 2
    assert found["errors", ("a.task",)] == 1
    assert found["task_seconds", ("a.task",)] > 0


@pytest.mark.parametrize(
    ("headers", "from_address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "10.1.2.3", 200),
        ({}, "192.0.9.9", 403),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 403),  # passed on by the server that faces the world
    ],
)
def test_without_a_token_it_tells_those_inside(
    office: Office, headers: dict[str, str], from_address: str, status: int
) -> None:
    client = office.application.test_client()
    answer = client.get(METRICS, headers=headers, environ_base={"REMOTE_ADDR": from_address})
    assert answer.status_code == status
    assert ("mawa_ready" in answer.text) is (status == 200)


@pytest.mark.parametrize(
    ("said", "status"), [(f"Bearer {TOKEN}", 200), ("Bearer wrong", 403), (f"Basic {TOKEN}", 403), (None, 403)]
)
def test_with_a_token_it_tells_who_knows_it(
    database: str, monkeypatch: pytest.MonkeyPatch, said: str | None, status: int
) -> None:
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    settings.cache_clear()
    try:
        answer = create_app().test_client().get(METRICS, headers={"Authorization": said} if said else {})
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert answer.status_code == status
