"""People who work in several operations choose which of them they are in."""

import re
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts import service
from app.core import db
from app.factory import create_app
from tests.factories.operations import make_operation
from tests.factories.pages import words_of

ADDRESS, PASSWORD = "rana@example.org", "correct horse battery"
HERE, THERE = "North coast", "South coast"


class Browser:
    """Somebody signed in who reports in one operation and administers another."""

    def __init__(self) -> None:
        with db.unit_of_work() as session:
            self.operations: dict[str, UUID] = {}
            for name, role in ((HERE, "field_worker"), (THERE, "administrator")):
                operation = make_operation(session)
                operation.name = {"en": name}
                self.operations[name] = operation.id
                added = service.add_user(
                    session, email=ADDRESS, role=role, areas=None, operation_id=operation.id, password=PASSWORD
                )
            self.user_id = added.user_id
        self.client: FlaskClient = create_app().test_client()
        self.client.post("/login", data={"email": ADDRESS, "password": PASSWORD, "csrf_token": self.token("/login")})

    def token(self, path: str = "/account") -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(path).text)
        assert found is not None
        return found[1]

    def chooses(self, operation: str, *, token: str | None = None) -> int:
        sent = {"operation": operation, "csrf_token": token or self.token()}
        return self.client.post("/account/operation", data=sent).status_code

    def shown(self) -> str:
        page = self.client.get("/account").text
        said = re.search(r'<p class="bar quiet"><bdi>([^<]+)', page)
        return said[1] if said else ""


@pytest.fixture
def browser(database: str) -> Browser:
    return Browser()


def test_one_begins_in_the_first_and_goes_to_the_other(browser: Browser) -> None:
    assert browser.shown() == HERE
    assert browser.client.get("/admin/users").status_code == 403
    assert browser.chooses(str(browser.operations[THERE])) == 303
    assert browser.shown() == THERE
    assert browser.client.get("/admin/users").status_code == 200
    assert "Work there" in words_of(browser.client.get("/account").text)


def test_a_form_that_lay_open_is_not_stored_in_the_other(browser: Browser) -> None:
    before = browser.token("/field/arrivals/new")
    browser.chooses(str(browser.operations[THERE]))
    answer = browser.client.post("/field/arrivals/new", data={"csrf_token": before, "how": "total", "total": "5"})
    assert answer.status_code == 400
    assert browser.chooses(str(browser.operations[HERE]), token=before) == 400


@pytest.mark.parametrize("operation", ["", "no operation", "00000000-0000-0000-0000-000000000000"])
def test_only_what_is_theirs_is_chosen(browser: Browser, operation: str) -> None:
    browser.chooses(operation)
    said = words_of(browser.client.get("/account").text)
    assert "You have no role in this operation." in said
    assert browser.shown() == HERE


def test_a_choice_that_is_no_longer_theirs_falls_back_to_the_first(browser: Browser) -> None:
    browser.chooses(str(browser.operations[THERE]))
    with db.unit_of_work() as session:
        session.execute(
            text("DELETE FROM memberships WHERE user_id = :user AND operation_id = :operation"),
            {"user": browser.user_id, "operation": browser.operations[THERE]},
        )
    assert browser.client.get("/admin/users").status_code == 403
    assert browser.shown() == ""  # there is nothing to choose between any more
    assert "Work there" not in words_of(browser.client.get("/account").text)


def test_a_token_stays_in_its_operation(browser: Browser) -> None:
    with db.unit_of_work() as session:
        key = service.make_token(session, email=ADDRESS, operation_id=browser.operations[HERE])
    browser.chooses(str(browser.operations[THERE]))
    headers = {"Authorization": f"Bearer {key}"}
    deciding = f"/api/v1/alerts/{uuid4()}/acknowledge"  # what field workers may not
    assert browser.client.post(deciding, json={}, headers=headers).status_code == 403
