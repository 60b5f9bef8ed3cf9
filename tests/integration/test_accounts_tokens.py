"""Tokens are for programs: good for the API and for nothing else."""

import re

import pytest
from sqlalchemy import text

from app.accounts import service
from app.accounts.policy import Actor
from app.core import db
from app.factory import create_app
from tests.factories.browsers import Browser, make_person

EVERYTHING = {"email": "thief@example.org", "language": "en", "role": "administrator", "where": "everywhere"}


@pytest.fixture
def rana(database: str) -> Actor:
    return make_person(role="administrator")


@pytest.fixture
def bearer(rana: Actor) -> dict[str, str]:
    with db.unit_of_work() as session:
        key = service.make_token(session, email=rana.email, operation_id=rana.scope.operation_id, days=1)
    return {"Authorization": f"Bearer {key}"}


def count(table: str) -> int:
    with db.new_snapshot() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}")) or 0


@pytest.mark.parametrize(
    "path", ["/account", "/admin/users", "/admin/audit", "/field/", "/dashboard", "/shelters", "/"]
)
def test_a_token_opens_no_page(bearer: dict[str, str], path: str) -> None:
    answer = create_app().test_client().get(path, headers=bearer)
    assert answer.status_code == 302
    assert answer.location.startswith("/login")


@pytest.mark.parametrize(
    ("path", "typed"),
    [("/account/tokens", {"name_of_token": "mine", "days": "366"}), ("/admin/users/new", EVERYTHING)],
)
def test_a_token_makes_no_tokens_and_no_people(bearer: dict[str, str], path: str, typed: dict[str, str]) -> None:
    client = create_app().test_client()
    form = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert form is not None
    answer = client.post(path, data={"csrf_token": form[1], **typed}, headers=bearer)
    assert answer.location.startswith("/login")
    assert (count("tokens"), count("users")) == (1, 1)


def test_beside_a_token_a_cookie_opens_no_page_either(rana: Actor, bearer: dict[str, str]) -> None:
    browser = Browser(create_app())
    browser.sign_in(rana.email)
    for header in (bearer, {"Authorization": "Bearer mawa_wrong"}):
        assert browser.client.get("/account", headers=header).location.startswith("/login")
    assert browser.is_in(), "asking so has not signed it out"


def test_a_token_is_good_for_the_api(bearer: dict[str, str]) -> None:
    assert create_app().test_client().get("/api/v1/shelters", headers=bearer).status_code == 200
