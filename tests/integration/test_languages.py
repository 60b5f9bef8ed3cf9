"""The language of pages and mails: the browser's until somebody chooses, then theirs."""

import re
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts import queries, service
from app.core.db import new_session, unit_of_work
from app.factory import create_app
from tests.factories.operations import make_operation

ADDRESS, PASSWORD = "rana@example.org", "correct horse battery"
FRENCH = {"Accept-Language": "fr"}


@pytest.fixture
def client(database: str) -> FlaskClient:
    with unit_of_work() as session:
        operation = make_operation(session)
        service.add_user(
            session, email=ADDRESS, role="coordinator", areas=None, operation_id=operation.id, password=PASSWORD
        )
    return create_app().test_client()


def post(client: FlaskClient, path: str, on: str, **typed: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(on).text)
    assert token
    answer = client.post(path, data={"csrf_token": token[1], **typed})
    assert answer.status_code in (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER), answer.text


def sign_in(client: FlaskClient) -> None:
    post(client, "/login", "/login", email=ADDRESS, password=PASSWORD)


def language_of(client: FlaskClient, path: str = "/dashboard", **headers: str) -> str:
    found = re.search(r'<html lang="(..)"', client.get(path, headers=headers).text)
    assert found
    return found[1]


def chosen() -> str | None:
    with new_session() as session:
        return session.scalars(text("SELECT language FROM users")).one()


def test_until_somebody_chooses_each_request_follows_the_browser(client: FlaskClient) -> None:
    assert language_of(client, "/login", **FRENCH) == "fr"
    sign_in(client)
    assert language_of(client, **FRENCH) == "fr"
    assert language_of(client, **{"Accept-Language": "ar, en;q=0.5"}) == "ar"
    assert language_of(client, **{"Accept-Language": "ru"}) == "en"
    assert chosen() is None
    with new_session() as session:
        operation_id = session.scalars(text("SELECT id FROM operations")).one()
        [recipient] = queries.people_over(session, operation_id=operation_id, area_path=["SY"], role="coordinator")
    assert recipient.language == "en", "mails have no browser to follow"


def test_what_was_chosen_on_the_sign_in_page_is_the_person_s_from_then_on(client: FlaskClient) -> None:
    assert language_of(client, "/login?lang=ar", **FRENCH) == "ar"
    sign_in(client)
    assert language_of(client, **FRENCH) == "ar"
    assert chosen() == "ar"
    post(client, "/logout", "/account")
    assert language_of(client, "/login", **FRENCH) == "fr", "the next person on this device chooses for themselves"
    sign_in(client)
    assert language_of(client, **FRENCH) == "ar"


def test_what_is_chosen_on_a_page_is_kept_and_leads_back_there(client: FlaskClient) -> None:
    sign_in(client)
    page = client.get("/shelters?after=A&lang=ar").text
    assert 'name="next" value="/shelters?after=A"' in page
    post(client, "/account/language", "/shelters", language="fr", next="/shelters?after=A")
    assert (chosen(), language_of(client, **{"Accept-Language": "ar"})) == ("fr", "fr")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a b", "\\x"])
def test_choosing_a_language_leads_to_no_other_site(client: FlaskClient, elsewhere: str) -> None:
    sign_in(client)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    assert token
    sent = {"csrf_token": token[1], "language": "ar", "next": elsewhere}
    assert client.post("/account/language", data=sent).location == "/account"


def test_programs_of_who_never_chose_are_answered_as_they_ask(client: FlaskClient) -> None:
    with unit_of_work() as session:
        operation_id = session.scalars(text("SELECT id FROM operations")).one()
        token = service.make_token(session, email=ADDRESS, operation_id=operation_id)
    asked = {"Authorization": f"Bearer {token}", "Accept-Language": "fr"}
    [result] = client.post("/api/v1/reports", json={"reports": [{}]}, headers=asked).json["results"]  # type: ignore[index]
    assert result["errors"][0]["message"] == "Ce type de rapport est inconnu ici."
