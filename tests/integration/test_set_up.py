"""An installation nobody administers yet is set up in a browser, once, by who has the key."""

import re
import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts.service import add_user
from app.cli.keeping import EMPTY
from app.core import db
from app.factory import create_app
from app.intake.cli import open_operation
from app.places.models import Operation
from app.places.policy import set_up_key
from app.places.queries import operation_by_code
from config.settings import settings
from tests.factories.folding import send
from tests.factories.operations import a_shelter, make_actor
from tests.factories.pages import form_of, words_of

TYPED = {
    "email": "Ada@Example.org",
    "password": "correct horse battery",
    "again": "correct horse battery",
    "name_fr": "Côte",
    "time_zone": "Africa/Bamako",
    "scheme": "other",
    "ages": "0 18 60",
    "mail_detail": "brief",
}


@pytest.fixture
def application(database: str) -> Flask:
    with db.unit_of_work() as session:
        open_operation(session, EMPTY)
    return create_app()


@pytest.fixture
def browser(application: Flask) -> FlaskClient:
    return application.test_client()


def operation() -> Operation:
    with db.new_snapshot() as session:
        found = operation_by_code(session, "default")
        assert found is not None
        return found


def address() -> str:
    return f"/setup/{set_up_key(settings().secret_key or '', operation().id)}"


def sends(browser: FlaskClient, **typed: str) -> tuple[int, str]:
    data = form_of(browser.get(address()).text).to_dict() | TYPED | typed
    answer = browser.post(address(), data=data)
    return answer.status_code, answer.text


def count(what: str) -> int:
    with db.new_snapshot() as session:
        return session.scalar(text(f"SELECT count(*) FROM {what}")) or 0


def test_an_administrator_and_an_operation_are_made_and_one_signs_in(browser: FlaskClient) -> None:
    assert browser.get(address()).status_code == 200
    assert sends(browser)[0] == 303
    made = operation()
    assert (made.name, made.time_zone, made.mail_detail) == ({"fr": "Côte"}, "Africa/Bamako", "brief")
    assert made.scheme["ages"] == ["0-17", "18-59", "60+", "unknown"]
    page = browser.get("/login").text
    assert "The operation is set up. Sign in now." in words_of(page)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    browser.post("/login", data={"email": "ada@example.org", "password": TYPED["password"], "csrf_token": token[1]})
    assert browser.get("/admin/operation").status_code == 200


def test_without_the_key_there_is_nothing(browser: FlaskClient) -> None:
    for key in ("", "x", "é", "0" * 64, set_up_key("another secret", operation().id)):
        assert browser.get(f"/setup/{key}").status_code == 404


def test_once_there_is_an_administrator_there_is_nothing_any_more(browser: FlaskClient) -> None:
    there = address()
    page = form_of(browser.get(there).text).to_dict()
    sends(browser)
    assert browser.get(there).status_code == 404
    assert browser.post(there, data=page | TYPED | {"email": "eve@example.org"}).status_code == 404
    assert count("users") == 1
    with db.unit_of_work() as session:  # shut out in the database, even
        session.execute(text("UPDATE users SET active = false"))
    assert browser.get(there).status_code == 404


def test_of_two_at_once_one_wins(application: Flask) -> None:
    pages, found = [application.test_client() for _ in range(4)], []
    begin = threading.Barrier(len(pages))
    path = address()
    forms = [form_of(page.get(path).text).to_dict() for page in pages]

    def set_up(number: int) -> None:
        begin.wait()
        typed = TYPED | {"email": f"ada{number}@example.org"}
        found.append(pages[number].post(path, data=forms[number] | typed).status_code)

    threads = [threading.Thread(target=set_up, args=(number,)) for number in range(len(pages))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [303, 404, 404, 404]
    assert count("memberships") == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "ada"}, "This is not an e-mail address."),
        ({"email": ""}, "This is not an e-mail address."),
        ({"password": "short", "again": "short"}, "A password needs at least"),
        ({"again": "correct horse batterie"}, "The two passwords are not the same."),
        ({"name_fr": ""}, "Write the name in at least one language."),
        ({"time_zone": "Mars/Olympus"}, "Choose one of the answers."),
        ({"ages": "0 5"}, "0, 18 and 60 must be among them"),
        ({"mail_detail": ""}, "Choose how much mails say."),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_but_passwords_is_typed_again(
    browser: FlaskClient, typed: dict[str, str], said: str
) -> None:
    status, page = sends(browser, **typed)
    assert status == 422
    assert said in words_of(page)
    assert TYPED["password"] not in page
    assert count("users") == 0


def test_what_was_reported_before_keeps_its_zone(browser: FlaskClient) -> None:
    with db.unit_of_work() as session:
        actor = make_actor(session, operation())
    send(actor, a_shelter(area="SY0602"))
    assert sends(browser)[0] == 303
    assert (operation().time_zone, operation().name) == ("Asia/Damascus", {"fr": "Côte"})


def test_an_address_that_has_an_account_is_not_taken_over(browser: FlaskClient) -> None:
    with db.unit_of_work() as session:
        add_user(
            session, email="ada@example.org", role="partner", areas=None, operation_id=operation().id, password=None
        )
    status, page = sends(browser)
    assert (status, "This address has an account already." in words_of(page)) == (409, True)
