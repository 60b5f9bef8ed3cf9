"""People who work in several operations choose which of them they are in."""

import re
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts import service
from app.core import db
from app.factory import create_app
from tests.factories.operations import a_shelter, make_operation
from tests.factories.pages import form_of, words_of

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


def taken_out(browser: Browser, name: str) -> None:
    with db.unit_of_work() as session:
        service.remove_member(session, user_id=browser.user_id, operation_id=browser.operations[name])


def writes_a_note(browser: Browser, form: dict[str, str]) -> tuple[int, str]:
    """What is answered to who sends a note from a form, and where notes are then."""
    typed = form | {"place": "area:SY0602", "text": "The road is closed."}
    answer = browser.client.post("/field/notes/new", data=typed)
    return answer.status_code, words_of(answer.text) if answer.status_code != 303 else ""


def noted() -> list[UUID]:
    with db.new_snapshot() as session:
        return list(session.scalars(text("SELECT operation_id FROM reports")))


def note_form(browser: Browser) -> dict[str, str]:
    return form_of(browser.client.get("/field/notes/new").text).to_dict()


def test_what_was_typed_where_one_has_no_role_any_more_is_not_stored_elsewhere(browser: Browser) -> None:
    form = note_form(browser)
    taken_out(browser, HERE)
    status, said = writes_a_note(browser, form)
    assert status == 403
    assert "You have no role any more in the operation you were in" in said
    assert writes_a_note(browser, form)[0] == 400, "nor is it when it is sent again"
    assert noted() == []
    assert writes_a_note(browser, note_form(browser))[0] == 303
    assert noted() == [browser.operations[THERE]]


def test_nor_once_another_page_was_opened_meanwhile_which_says_so(browser: Browser) -> None:
    form = note_form(browser)
    taken_out(browser, HERE)
    assert "You have no role any more in the operation you were in" in words_of(browser.client.get("/dashboard").text)
    assert "You have no role any more" not in words_of(browser.client.get("/dashboard").text)
    assert writes_a_note(browser, form)[0] == 400
    assert noted() == []


def test_a_page_of_ours_that_sends_json_is_refused_too(browser: Browser) -> None:
    browser.client.get("/field/")
    taken_out(browser, HERE)
    ours = {"X-Mawa-Form": "1", "Sec-Fetch-Site": "same-origin"}
    answer = browser.client.post("/api/v1/reports", json={"reports": [a_shelter()]}, headers=ours)
    assert (answer.status_code, answer.json["code"]) == (403, "other_operation")  # type: ignore[index]
    assert noted() == []


def test_signing_out_works_all_the_same(browser: Browser) -> None:
    form = browser.token()
    taken_out(browser, HERE)
    assert browser.client.post("/logout", data={"csrf_token": form}).location == "/login"


def test_a_token_stays_in_its_operation(browser: Browser) -> None:
    with db.unit_of_work() as session:
        key = service.make_token(session, email=ADDRESS, operation_id=browser.operations[HERE])
    browser.chooses(str(browser.operations[THERE]))
    headers = {"Authorization": f"Bearer {key}"}
    deciding = f"/api/v1/alerts/{uuid4()}/acknowledge"  # what field workers may not
    assert browser.client.post(deciding, json={}, headers=headers).status_code == 403
