"""A served situation in which every route has something to answer with."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import partial
from mailbox import Maildir
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.policy import ROLES, Actor
from app.accounts.service import make_token
from app.alerts import links
from app.alerts.models import Alert, Notice
from app.alerts.refresh import refresh
from app.alerts.rules import OCCUPANCY
from app.core import jobs, static_files
from app.core.db import unit_of_work
from app.factory import create_app
from app.holds.models import Hold
from app.holds.schemas import Theirs
from app.holds.service import hold
from app.intake.service import take
from app.outbox.transports import MAILBOX
from config.settings import settings
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor, make_operation
from tests.factories.pages import sign_in

NOBODY = "nobody"
AT = "2025-03-10T12:00:00+03:00"
BEFORE = "2025-03-10T10:00:00+03:00"
EVERYBODY = (NOBODY, *ROLES)


@dataclass
class Served:
    """An application with one person of each role, a full shelter, its alert and a mail."""

    app: Flask
    actors: dict[str, Actor]
    tokens: dict[str, str]
    values: dict[str, str]

    def routes(self) -> list[str]:
        """Every method and rule that is answered, `GET /shelters`."""
        methods = {
            f"{method} {rule.rule}"
            for rule in self.app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }
        return sorted(methods)

    def request(self, route: str, who: str) -> TestResponse:
        """Ask for a route as somebody: for a page with a browser, for the API with a token. A change carries what its
        shape and the protection of forms want, no more."""
        return self.ready(route, who)()

    def ready(self, route: str, who: str) -> Callable[[], TestResponse]:
        """The same, all but asking: whoever is to ask has signed in."""
        method, path = route.split(" ", 1)
        for name, value in self.values.items():
            path = path.replace(name, value)
        client = self.app.test_client()
        sent: dict[str, Any] = {"method": method, "buffered": True}
        if path.startswith("/api/"):
            sent |= {"json": {"reports": [{}]}} if method != "GET" else {}
            sent |= {"headers": {"Authorization": f"Bearer {self.tokens[who]}"}} if who in self.tokens else {}
            return partial(client.open, path, **sent)
        if method != "GET":
            form_token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
            sent["data"] = {"csrf_token": form_token[1] if form_token else ""}
        if who in self.actors:
            sign_in(client, self.actors[who])
        return partial(client.open, path, **sent)


@pytest.fixture
def served(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Served as in development, because then there are the most routes."""
    monkeypatch.setenv("MAWA_ENV", "development")
    monkeypatch.setenv("MAWA_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    values = {"<path:filename>": "mawa.css", "<code>": "KHM", "<key>": _mail(tmp_path / MAILBOX)}
    values["<string(length=12):version>"] = static_files.version()
    with unit_of_work() as session:
        operation = make_operation(session)
        actors = {role: make_actor(session, operation, role=role) for role in ROLES}
        tokens: dict[str, str] = {
            role: make_token(session, email=actor.email, operation_id=operation.id, name=role)
            for role, actor in actors.items()
        }
        somebody = make_actor(session, operation, role="field_worker")
        values |= {"<uuid:user_id>": str(somebody.user_id), "<uuid:token_id>": str(uuid4()), "<token>": "no-link"}
        values["<uuid:sign_in_id>"] = str(uuid4())
        reports = [
            a_shelter(code="KHM", capacity=100, lat=35.40109, lon=35.94868),
            a_headcount("KHM", at=AT, people=120),
            {"id": str(uuid4()), "kind": "group", "occurred_at": AT, "code": "KHM", "label": "Families"},
            *(a_movement(at=BEFORE, people=7, to="KHM", origin="SY0602") for _ in range(2)),
        ]
        values |= {"<uuid:movement_id>": reports[4]["id"], "<uuid:other_id>": reports[3]["id"]}
        values["<uuid:headcount_id>"] = reports[1]["id"]
        take(session, actor=actors["field_worker"], reports=reports)
        values["<uuid:report_id>"] = reports[1]["id"]
        values["<uuid:shelter_report>"] = reports[0]["id"]  # in no route: it says where the shelter lies
        theirs = Theirs(actors["field_worker"].user_id, actors["coordinator"].scope, device="a lost phone")
        hold(session, actor=actors["coordinator"], hold_id=uuid4(), theirs=theirs, reason="lost")
        values |= {"<uuid:person_id>": str(theirs.person_id), "<uuid:hold_id>": str(session.scalar(select(Hold.id)))}
        refresh(session)
        values["<uuid:alert_id>"] = str(session.scalars(select(Alert).where(Alert.rule == OCCUPANCY)).one().id)
        told = session.scalars(select(Notice)).one()  # the coordinator, of that alert
        values["<notice>"] = links.sign(links.ALERT, operation.id, told.id)
        values["<person>"] = links.sign(links.UNSUBSCRIBE, operation.id, told.user_id)
        values["<uuid:subscription_id>"] = str(uuid4())
    yield Served(create_app(), dict(actors), tokens, values)
    jobs.send_wakes_by(None)
    settings.cache_clear()


def _mail(folder: Path) -> str:
    message = EmailMessage()
    message["To"], message["Subject"] = "a@example.org", "KHM is full"
    message.set_content("120 people, 100 places.")
    message.add_alternative("<p>120 people, 100 places.</p>", subtype="html")
    return Maildir(folder).add(message)
