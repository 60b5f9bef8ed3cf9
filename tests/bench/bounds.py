"""What is read for what is asked all day, however long the history: rows and pages, by EXPLAIN (ANALYZE, BUFFERS)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from app.alerts.refresh import refresh
from app.core import clock, db
from app.intake.service import take
from app.simulate.plan import Site
from tests.factories.crowds import Crowd
from tests.factories.explained import what_is_read
from tests.factories.operations import a_movement
from tests.factories.pages import sign_in

SHELTERS, DAYS = 500, 90

HISTORY = ("reports", "place_days", "area_days", "shelter_states", "group_states")  # what grows as time goes by
# Rows of these and pages of 8 kB of all tables that may be read, of an operation with so many shelters and days.
MOST = {
    "folding one report": (50, 1_000),
    "the dashboard": (15_000, 25_000),  # each day of each area above, and each shelter some times
    "the figures of all shelters": (2_000, 10_000),
    "a shelter's history": (500, 1_000),
    "a shelter's page": (1_000, 3_000),  # its last day's reports; of ten million 755 and 1,985 pages
}

Touched = dict[str, tuple[int, int]]


def touched(application: Flask, crowd: Crowd, site: Site | None = None) -> Touched:
    """Rows and pages read for each of MOST, at a shelter, by default one of medium size. Reports one arrival there."""
    shelter = (site or crowd.sites[len(crowd.sites) // 2]).code

    browser = application.test_client()
    sign_in(browser, crowd.actor)

    def ask(path: str) -> Callable[[], None]:
        def asked() -> None:
            answer = browser.get(path)
            assert answer.status_code == 200, f"{path} answers {answer.status}"

        return asked

    def fold() -> None:
        with db.unit_of_work() as session:
            assert refresh(session) == 1

    with db.unit_of_work() as session:
        arrival = a_movement(at=clock.now() - timedelta(minutes=5), people=5, to=shelter)
        assert [result.status for result in take(session, actor=crowd.actor, reports=[arrival])] == ["accepted"]
    doing: dict[str, Callable[[], Any]] = {
        "folding one report": fold,
        "the dashboard": ask("/dashboard"),
        "the figures of all shelters": ask("/api/v1/population?by=shelter"),
        "a shelter's history": ask(f"/api/v1/shelters/{shelter}/history"),
        "a shelter's page": ask(f"/shelters/{shelter}"),
    }
    return {name: _read(do) for name, do in doing.items()}


def beyond(found: Touched) -> list[str]:
    """What reads more than it may."""
    return [
        f"{name} reads {rows} rows and {pages} pages; at most {MOST[name][0]} and {MOST[name][1]} are needed"
        for name, (rows, pages) in found.items()
        if rows > MOST[name][0] or pages > MOST[name][1]
    ]


def _read(do: Callable[[], Any]) -> tuple[int, int]:
    with what_is_read() as read:
        do()
    return sum(one.rows[table] for one in read for table in HISTORY), sum(one.pages for one in read)
