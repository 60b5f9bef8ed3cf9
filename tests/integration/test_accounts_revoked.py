"""What is revoked in one web process is refused by every other within a second."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from sqlalchemy import text

from app.accounts import service
from app.accounts.policy import Actor
from app.core import db
from app.factory import create_app
from tests.factories.browsers import PASSWORD, Browser, make_person
from tests.factories.live import free_port, wait_for


@pytest.fixture
def rana(database: str) -> Actor:
    return make_person(role="administrator")


class Web:
    """A web process of its own."""

    def __init__(self) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        words = [sys.executable, "-m", "app.cli", "web", "--port", self.url.rsplit(":", 1)[1]]
        self.process = subprocess.Popen(words, env={**os.environ, "MAWA_ENV": "development"})

    def status(self, path: str, **headers: str) -> int:
        """0 while it does not answer; a page that sends to where one signs in is 401, as for programs."""
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=5) as answer:
                return 401 if "/login" in answer.url else int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


@pytest.fixture
def two_webs(rana: Actor) -> Iterator[tuple[Web, Web]]:
    webs = Web(), Web()
    try:
        for web in webs:
            wait_for(lambda web=web: web.status("/healthz") == HTTPStatus.OK, 60, "a web process does not serve")
        yield webs
    finally:
        for web in webs:
            web.stop()


def test_what_is_revoked_is_refused_by_every_process_within_a_second(two_webs: tuple[Web, Web], rana: Actor) -> None:
    def token() -> str:
        with db.unit_of_work() as session:
            return service.make_token(session, email=rana.email, operation_id=rana.scope.operation_id)

    def refused_after_s(path: str, headers: dict[str, str]) -> float:
        began = time.monotonic()
        while any(web.status(path, **headers) != HTTPStatus.UNAUTHORIZED for web in two_webs):
            assert time.monotonic() - began < 10
        return time.monotonic() - began

    def served(path: str, headers: dict[str, str]) -> None:
        assert [web.status(path, **headers) for web in two_webs] == [HTTPStatus.OK] * 2

    def cookie() -> dict[str, str]:
        browser = Browser(create_app())
        browser.sign_in(rana.email)
        kept = browser.client.get_cookie("mawa")
        assert kept is not None
        return {"Cookie": f"mawa={kept.value}"}

    taken: dict[str, float] = {}
    by_cookie, by_token = cookie(), {"Authorization": f"Bearer {token()}"}
    served("/account", by_cookie)
    served("/api/v1/shelters", by_token)
    with db.unit_of_work() as session:
        service.end_sign_ins(session, user_id=rana.user_id, actor_id=rana.user_id)
    taken["sign-in"] = refused_after_s("/account", by_cookie)
    with db.unit_of_work() as session:
        session.execute(text("UPDATE tokens SET revoked_at = now()"))
    taken["token"] = refused_after_s("/api/v1/shelters", by_token)
    by_cookie, by_token = cookie(), {"Authorization": f"Bearer {token()}"}
    served("/account", by_cookie)
    served("/api/v1/shelters", by_token)
    make_administrator_besides(rana)
    with db.unit_of_work() as session:
        service.disable_user(session, email=rana.email)
    taken["account, in a browser"] = refused_after_s("/account", by_cookie)
    taken["account, of a program"] = refused_after_s("/api/v1/shelters", by_token)
    assert max(taken.values()) < 1.0, taken


def make_administrator_besides(rana: Actor) -> None:
    with db.unit_of_work() as session:
        service.add_user(
            session,
            email="second@example.org",
            role="administrator",
            areas=None,
            operation_id=rana.scope.operation_id,
            password=PASSWORD,
        )
