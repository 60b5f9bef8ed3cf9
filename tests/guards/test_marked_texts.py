"""Nothing people read was written past the catalogue: with every text of it in brackets, nothing else has words."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.accounts.policy import ROLES
from app.accounts.service import make_token
from app.alerts.models import Alert
from app.cli.demo import OPERATION
from app.core import jobs
from app.core.db import new_session, unit_of_work
from app.factory import create_app
from app.holds.models import Hold
from app.holds.schemas import Theirs
from app.holds.service import hold
from app.intake.cli import load_seed
from app.outbox.models import Mail
from app.places.queries import operation_by_code
from config.settings import settings
from tests.factories.folding import drain, send
from tests.factories.marked import mark_texts, unmarked
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state, make_actor
from tests.guards.conftest import NOBODY, Served
from tests.guards.project import nothing
from tests.unit.test_emails import MAILS, written

# For who runs or programs it, in English only.
NOT_TRANSLATED = ("/api/", "/dev/mail", "/static/", "/healthz", "/readyz", "/.well-known/")
LOOKED_AT = (
    "/groups/G-0001",
    "/shelters/KHM?as_of=2025-03-12&known_on=2025-03-13",
    "/shelters/JBL-SCH3",
    "/field/groups/new?code=G-0001",
    "/field/groups/new?code=G-9999",
    "/admin/operation/areas?word=jabl",
    "/placement?people=120&wheelchairs=6&start=KHM&days=3000",
    "/placement?people=900&start=KHM&days=3000&within=300&show=refused",
    "/placement?people=900&start=KHM&days=3000&within=300&needs=health_post",
    "/placement?people=0&start=Atlantis",
    "/not-there",
)
AT = "2025-03-20T12:00:00+03:00"


def reports_of(person: str) -> list[dict[str, Any]]:
    """One report of each kind, as one person may send them."""
    code = f"{person.upper()[:5]}-1"
    count = a_headcount("KHM", at=AT, people=7000, method="key_informant", source="Khmeimim")
    return [
        count,
        a_shelter(code=code, at=AT, name={"en": "Khmeimim"}, area="SY0602", capacity=9, status="open"),
        a_headcount(code, at=AT, people=14),
        a_movement(at=AT, people={"low": 3, "high": 9, "households": 2}, to="KHM", method="site_visit"),
        a_movement(at=AT, people=2, source="KHM", to=code, seen="from"),
        a_movement(at=AT, people=1, source="KHM", reason="death"),
        a_state("KHM", at=AT, toilets=4, access="difficult", health_post=True),
        a_group(
            f"G-{person[:5].upper()}", at=AT, label="Khmeimim", people={"cells": {"female:0-4": 2}}, needs={"CR": 1}
        ),
        {"id": str(uuid4()), "kind": "note", "occurred_at": AT, "place": {"shelter": "KHM"}, "text": "Khmeimim"},
        {"id": str(uuid4()), "kind": "decision", "headcount": count["id"], "adopt": False, "reason": "Khmeimim"}
        | {"occurred_at": AT},
    ]


@pytest.fixture
def spoken(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The demonstration with a little of everything, in marked texts."""
    mark_texts(monkeypatch)
    monkeypatch.setenv("MAWA_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    with unit_of_work() as session:
        load_seed(session, OPERATION)
        operation = operation_by_code(session, OPERATION)
        assert operation is not None
        actors = {role: make_actor(session, operation, role=role) for role in ROLES}
    sent = {who: reports_of(who) for who in ("administrator", "field_worker")}
    for who, reports in sent.items():
        send(actors[who], *(one for one in reports if who == "administrator" or one["kind"] != "decision"))
    mine = sent["administrator"][0]["id"]
    worker = actors["field_worker"]
    with unit_of_work() as session:
        theirs = Theirs(worker.user_id, actors["administrator"].scope)
        hold(session, actor=actors["administrator"], hold_id=uuid4(), theirs=theirs, reason="Khmeimim")
        token = make_token(session, email=worker.email, operation_id=operation.id, name="Khmeimim")
    drain()
    with new_session() as session:
        values = {
            "<uuid:report_id>": mine,
            "<uuid:headcount_id>": mine,
            "<uuid:movement_id>": sent["administrator"][4]["id"],
            "<uuid:other_id>": sent["administrator"][5]["id"],
            "<uuid:hold_id>": str(session.scalar(select(Hold.id))),
            "<uuid:alert_id>": str(session.scalar(select(Alert.id).limit(1))),
            "<code>": "KHM",
        }
    values |= dict.fromkeys(("<uuid:user_id>", "<uuid:person_id>"), str(worker.user_id))
    values |= {
        "<uuid:sign_in_id>": str(uuid4()),
        "<uuid:token_id>": str(uuid4()),
        "<token>": "no-link",
        "<key>": "no-key",
    }
    yield Served(create_app(), dict(actors), {"administrator": token}, values)
    jobs.send_wakes_by(None)
    settings.cache_clear()


def test_every_page_says_only_marked_texts(spoken: Served) -> None:
    ours = [route for route in spoken.routes() if not route.split(" ")[1].startswith(NOT_TRANSLATED)]
    assert len(ours) > 80
    found, pages = [], 0
    # First what only reads; what changes something is sent empty, and says what is wrong.
    for route in sorted([*ours, *(f"GET {path}" for path in LOOKED_AT)], key=lambda one: not one.startswith("GET")):
        for who in ("administrator", "field_worker", NOBODY):
            answer = spoken.request(route, who)
            if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
                pages += 1
                found += [f"{who} {route} ({answer.status_code}): {one}" for one in unmarked(answer.text)]
    assert pages > 150
    nothing(found)
    with new_session() as session:
        mails = list(session.scalars(select(Mail)))
    assert mails
    nothing(
        [f"{mail.subject}: {one}" for mail in mails for one in [*unmarked(mail.html), *unmarked(escape(mail.text))]]
    )


@pytest.mark.parametrize("kind", MAILS)
def test_mails_about_alerts_say_only_marked_texts(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_texts(monkeypatch)
    mail = written(*MAILS[kind])
    parts = (escape(mail.subject), escape(mail.text), mail.html)
    nothing([one for part in parts for one in unmarked(part.replace("women and children &lt;only&gt;", ""))])


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<p>Save</p>", ["“Save” in “Save”"]),
        ("<p>⟦Of <b>Jablah</b>⟧</p>", []),
        ("<p>⟦Count⟧: 7</p>", ["“: 7” in “⟦Count⟧: 7”"]),
        ('<input aria-label="Name" title="⟦Name⟧">', ["aria-label=“Name”"]),
        ("<p>Khmeimim air base <bdi>whoever</bdi> 12 March 2025</p>", []),
    ],
)
def test_it_finds_planted_words(page: str, found: list[str]) -> None:
    assert unmarked(page) == found
