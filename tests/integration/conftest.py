"""Programs that ask the API, one of each role; and somebody who signs in."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.policy import ROLES, Actor
from app.accounts.service import make_token
from app.alerts.refresh import refresh, verify
from app.core.db import unit_of_work
from app.factory import create_app
from app.intake.schemas import Result
from app.intake.service import take
from app.outbox.transports import SmtpTransport
from config.settings import settings
from tests.factories.browsers import make_person
from tests.factories.mail_server import Sink, serve
from tests.factories.operations import a_shelter, make_actor, make_operation
from tests.factories.pages import Visitor
from tests.factories.teams import Team, make_team
from tests.factories.trials import START, Trial


class Caller:
    """Programs of an operation, one for each role, and whose they are."""

    def __init__(self, application: Flask, tokens: dict[str, str], actors: dict[str, Actor]) -> None:
        self.application, self.tokens, self.actors = application, tokens, actors
        self.client: FlaskClient = application.test_client()

    def get(self, path: str, role: str = "coordinator", **headers: str) -> Any:
        return self.client.get(f"/api/v1{path}", headers={**self.token(role), **headers})

    def post(self, path: str, body: Any, role: str = "field_worker") -> Any:
        return self.client.post(f"/api/v1{path}", json=body, headers=self.token(role))

    def page(self, path: str, role: str = "coordinator") -> str:
        """A page as the person of a role sees it."""
        return Visitor(self.application, self.actors[role]).open(path).text

    def token(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}


@pytest.fixture
def caller_with(database: str) -> Callable[..., Caller]:
    """Makes callers of an application with these settings in place of the usual."""
    actors, tokens = {}, {}
    with unit_of_work() as session:
        operation = make_operation(session)
        for role in ROLES:
            actors[role] = make_actor(session, operation, role=role)
            tokens[role] = make_token(session, email=actors[role].email, operation_id=operation.id)

    def make(**changed: Any) -> Caller:
        return Caller(create_app(settings().model_copy(update=changed)), tokens, dict(actors))

    return make


@pytest.fixture
def caller(caller_with: Callable[..., Caller]) -> Caller:
    return caller_with()


def fold() -> None:
    with unit_of_work() as session:
        while refresh(session):
            pass


@pytest.fixture
def coordinator(session: Session) -> Actor:
    """Someone who may decide, and two shelters in one district, one elsewhere."""
    actor = make_actor(session, make_operation(session), role="coordinator")
    take(
        session,
        actor=actor,
        reports=[a_shelter(code="KHM"), a_shelter(code="JAB"), a_shelter(code="BAN", area="SY1002")],
    )
    return actor


@pytest.fixture
def say(session: Session, coordinator: Actor) -> Callable[..., list[Result]]:
    """Reports in, all folded, and what is stored is what the ledger says."""

    def said(*reports: dict[str, Any], by: Actor = coordinator) -> list[Result]:
        results = take(session, actor=by, reports=list(reports))
        while refresh(session):
            pass
        assert [difference for part in verify(session) for difference in part] == []
        return results

    return said


@pytest.fixture
def team(database: str) -> Team:
    return make_team()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def trial(session: Session, clock: time_machine.Traveller) -> Trial:
    return Trial(session, clock)


@pytest.fixture
def sink() -> Iterator[Sink]:
    yield from serve(Sink())


@pytest.fixture
def transport(sink: Sink) -> Iterator[SmtpTransport]:
    transport = SmtpTransport(f"smtp://127.0.0.1:{sink.port}", timeout=0.5)
    yield transport
    transport.close()


@pytest.fixture
def rana(database: str) -> Actor:
    """Somebody with a password, a coordinator of an operation."""
    return make_person()


@pytest.fixture
def app(rana: Actor) -> Flask:
    """The application, made when there is somebody to sign in."""
    return create_app()


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder another account can reach, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="mawa-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()
