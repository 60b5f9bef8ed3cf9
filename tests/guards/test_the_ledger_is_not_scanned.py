"""No request and no task reads the ledger from end to end; only rebuilding, verifying and whole exports may."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.accounts.policy import Actor
from app.alerts.models import Alert
from app.alerts.rules import OCCUPANCY
from app.core import clock, db, http
from app.core.jobs import BACK_UP, QUEUES
from app.holds.schemas import Theirs
from app.holds.service import hold
from app.intake.service import take
from app.places.models import Operation
from app.simulate.cli import fold_all
from tests.factories.crowds import make_crowd
from tests.factories.explained import what_is_read
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state, make_actor
from tests.guards.conftest import Served
from tests.guards.project import nothing
from tests.guards.test_access import MAY_ANSWER
from workers.tasks import alerts, audit, core, holds, outbox, population

pytestmark = pytest.mark.slow

SHELTERS, REPORTS, DAYS = 400, 60_000, 60
MOST = REPORTS // 10  # rows of the ledger that one statement may read: a busy shelter's, never everybody's

# Reads whose answer depends on what is asked, beside the bare address of each route.
ASKED = (
    "GET /api/v1/population?by=area",
    "GET /api/v1/population?by=day",
    "GET /api/v1/population?by=cell",
    "GET /api/v1/population?by=shelter&as_of={week_ago}",
    "GET /api/v1/population?by=shelter&as_of={noon}",
    "GET /api/v1/population?by=area&as_of={week_ago}&known_on={lately}",
    "GET /api/v1/population?by=day&known_on={lately}",
    "GET /api/v1/population/why?shelter=<code>",
    "GET /api/v1/population/why?shelter=<code>&as_of={week_ago}",
    "GET /api/v1/population/on-the-way?as_of={noon}",
    "GET /api/v1/flows?as_of={week_ago}",
    "GET /api/v1/flows?known_on={lately}",
    "GET /api/v1/groups?limit=50&as_of={week_ago}",
    "GET /api/v1/shelters/<code>/history?known_on={lately}",
    "GET /shelters/<code>/history?day={week_ago}",
    "GET /placement?people=5&start=<code>",
    "GET /duplicates?after={noon}%20<uuid:movement_id>",
)
# Every group with its few movements is a good part of so small a ledger: some of them.
PAGED = {"GET /api/v1/groups": "GET /api/v1/groups?limit=50"}


@pytest.fixture
def crowded(served: Served) -> Served:
    """The same application with sixty thousand reports more, asked by those who told them and decide upon them."""
    crowd = make_crowd(shelters=SHELTERS, reports=REPORTS, days=DAYS)
    busiest, quiet = crowd.sites[0], crowd.sites[-1]
    reports = told_of(busiest.code, quiet.code)
    with db.unit_of_work() as session:
        take(session, actor=crowd.actor, reports=reports)
    fold_all(SHELTERS)
    headcount = next(report["id"] for report in reports if report["kind"] == "headcount")
    values = {"<code>": busiest.code, "<quiet>": quiet.code}
    values |= dict.fromkeys(("<uuid:report_id>", "<uuid:headcount_id>"), headcount)
    told = [report["id"] for report in reports if report["kind"] == "movement"]
    values |= {"<uuid:movement_id>": told[0], "<uuid:other_id>": told[1]}
    values["<uuid:user_id>"] = str(crowd.actor.user_id)
    of_crowd = select(Alert.id).where(Alert.operation_id == crowd.actor.scope.operation_id, Alert.rule == OCCUPANCY)
    with db.unit_of_work() as session:
        values["<uuid:alert_id>"] = str(session.scalars(of_crowd.limit(1)).one())
    values |= doubted_in(crowd.actor, quiet.code)
    return Served(served.app, {"administrator": crowd.actor}, {"administrator": crowd.token}, served.values | values)


def doubted_in(actor: Actor, code: str) -> dict[str, str]:
    """Somebody with one report, which is held: what one person sent is read whole, and one told nearly all of these."""
    hold_id = uuid4()
    with db.unit_of_work() as session:
        doubted = make_actor(session, session.get_one(Operation, actor.scope.operation_id))
        take(session, actor=doubted, reports=[a_movement(at=clock.now() - timedelta(hours=1), people=5, to=code)])
        theirs = Theirs(doubted.user_id, actor.scope)
        hold(session, actor=actor, hold_id=hold_id, theirs=theirs, reason="Their phone was lost.")
    holds.work_on_holds()
    return {"<uuid:person_id>": str(doubted.user_id), "<uuid:hold_id>": str(hold_id)}


def told_of(code: str, quiet: str) -> list[dict[str, Any]]:
    """One report of each kind, an hour ago, about one shelter; a quiet one turns out to be another."""
    at = clock.now() - timedelta(hours=1)
    headcount = a_headcount(code, at=at, people=300)
    both = (a_movement(at=at, people=7, to=code) for _ in range(2))
    arrival, again = sorted(both, key=lambda report: UUID(report["id"]))  # of one post the higher id is the later told
    about: dict[str, Any] = {"occurred_at": at.isoformat()}
    other = f"S-{uuid4().hex[:6].upper()}"
    return [
        a_group(code, at=at, origin="SY0602"),
        a_shelter(code=other, at=at),
        a_state(code, at=at, capacity=250),
        arrival,
        again,
        headcount,
        {"id": str(uuid4()), "kind": "note", "place": {"shelter": code}, "text": "The well is dry.", **about},
        {
            "id": str(uuid4()),
            "kind": "figure",
            "about": {"operation": True},
            "measures": "stock",
            "people": {"total": 9},
            **about,
        },
        {
            "id": str(uuid4()),
            "kind": "decision",
            "headcount": headcount["id"],
            "adopt": False,
            "reason": "Half of them.",
            **about,
        },
        {
            "id": str(uuid4()),
            "kind": "decision",
            "movement": again["id"],
            "double_of": arrival["id"],
            "counts": False,
            "reason": "One bus.",
            **about,
        },
        {
            "id": str(uuid4()),
            "kind": "correction",
            "corrects": arrival["id"],
            "reason": "Two more.",
            "replacement": {key: value for key, value in arrival.items() if key != "id"} | {"people": {"total": 9}},
            **about,
        },
        {"id": str(uuid4()), "kind": "same_place", "keep": quiet, "other": other, "reason": "Two names.", **about},
    ]


def scans(doing: Iterable[tuple[str, Callable[[], Any]]], *, most: int = MOST) -> list[str]:
    """What reads more rows of the ledger in one statement than may be."""
    found: list[str] = []
    for name, do in doing:
        with what_is_read() as read:
            do()
        found += [
            f"{name} reads {one.rows['reports']} reports: {one.statement[:200]}"
            for one in read
            if one.rows["reports"] > most
        ]
    return found


def reads_of(crowded: Served, routes: Iterable[str]) -> list[tuple[str, Callable[[], Any]]]:
    def ask(route: str) -> None:
        answer = crowded.request(route, "administrator")
        assert answer.status_code in (200, 302, MAY_ANSWER.get(route)), f"{route}: {answer.status} {answer.text[:300]}"

    return [(route, lambda route=route: ask(route)) for route in routes]  # type: ignore[misc]  # mypy: default as type


def test_no_read_scans_the_ledger(crowded: Served) -> None:
    now = clock.now()
    moments = {
        "week_ago": f"{now - timedelta(days=7):%Y-%m-%d}",
        "noon": f"{now - timedelta(days=7):%Y-%m-%d}T09:00:00Z",
        "lately": f"{now - timedelta(hours=6):%Y-%m-%dT%H:%M:%SZ}",
    }
    routes = [PAGED.get(route, route) for route in crowded.routes() if route.startswith("GET ")]
    routes += [route.format(**moments) for route in ASKED]
    nothing(scans(reads_of(crowded, routes)))


def test_no_report_and_no_task_scans_the_ledger(crowded: Served) -> None:
    features = (population, alerts, outbox, audit, holds, core)
    tasks = {name: task for feature in features for name, task in feature.TASKS.items()}
    assert tasks.keys() == QUEUES.keys() - {BACK_UP}  # which is for reading everything

    def post(report: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {crowded.tokens['administrator']}"}
        answer = crowded.app.test_client().post("/api/v1/reports", json={"reports": [report]}, headers=headers)
        assert [result["status"] for result in answer.json["results"]] == ["accepted"], answer.json  # type: ignore[index]

    doing: list[tuple[str, Callable[[], Any]]] = []
    for report in told_of(crowded.values["<code>"], crowded.values["<quiet>"])[1:]:
        doing.append((f"posting a {report['kind']}", lambda report=report: post(report)))  # type: ignore[misc]  # as above
        doing += [(f"{name} after a {report['kind']}", task) for name, task in tasks.items()]
    nothing(scans(doing))


def test_it_finds_a_planted_scan(served: Served) -> None:
    @http.public
    def planted() -> str:
        return str(http.session().scalar(text("SELECT count(*) FROM reports WHERE total > 1000000")))

    served.app.add_url_rule("/planted", view_func=planted)
    (found,) = scans(reads_of(served, ["GET /planted"]), most=1)
    assert found.startswith("GET /planted reads 5 reports: SELECT count(*) FROM reports")
