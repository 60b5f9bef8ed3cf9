"""People who sign in with a browser, as `/login` has them do it."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.accounts import queries, service
from app.accounts.policy import Actor, Role
from app.core import db
from app.places.models import Operation
from tests.factories.operations import make_operation
from tests.factories.pages import words_of

PASSWORD = "correct horse battery"
PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"


class Browser:
    """One browser: its cookies, and where it asks from."""

    def __init__(self, app: Flask, *, address: str = "127.0.0.1", agent: str = PHONE) -> None:
        self.client: FlaskClient = app.test_client()
        self.asks: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": address}, "headers": {"User-Agent": agent}}

    def open(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **{**self.asks, **more})

    def csrf(self, path: str = "/reset") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.open(path).text)
        assert found is not None
        return found[1]

    def press(self, path: str, *, on: str = "/account", **typed: str) -> TestResponse:
        """Post what a form on a page would."""
        data = {"csrf_token": self.csrf(on), **typed}
        return self.client.post(path, data=data, **self.asks)

    def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
        return self.press("/login", on="/reset", email=email, password=password, **more)

    def sign_in_with_code(self, email: str, code: str) -> TestResponse:
        """Both steps; what the second is answered."""
        assert self.sign_in(email).location == "/login/code"
        return self.press("/login/code", on="/login/code", code=code)

    def is_in(self) -> bool:
        return self.open("/account").status_code == 200

    def reads(self, path: str) -> str:
        return words_of(self.open(path).text)


def make_person(email: str = "rana@example.org", role: Role = "coordinator", *, here: Operation | None = None) -> Actor:
    """Somebody with a password, in an operation of their own if none is named."""
    with db.unit_of_work() as session:
        operation = here or make_operation(session)
        added = service.add_user(
            session, email=email, role=role, areas=None, operation_id=operation.id, password=PASSWORD
        )
        actor = queries.actor_of_user(session, added.user_id)
        assert actor is not None
        return actor


def audited(action: str) -> list[dict[str, Any]]:
    """What the audit log says besides, of each time something was done."""
    with db.new_snapshot() as session:
        wanted = text("SELECT details FROM audit_entries WHERE action = :action ORDER BY at")
        return list(session.scalars(wanted, {"action": action}))
