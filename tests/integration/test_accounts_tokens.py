"""Tokens are for programs: good for the API and for nothing else, made by who shows to be their owner, who is told."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import text

from app.accounts import codes, queries, service
from app.accounts.policy import Actor
from app.accounts.service.tokens import MOST_TOKENS
from app.accounts.signin import factor
from app.core import clock, db
from app.factory import create_app
from tests.factories.browsers import PASSWORD, Browser, make_person
from tests.factories.pages import words_of

EVERYTHING = {"email": "thief@example.org", "language": "en", "role": "administrator", "where": "everywhere"}


@pytest.fixture
def rana(database: str) -> Actor:
    return make_person(role="administrator")


@pytest.fixture
def bearer(rana: Actor) -> dict[str, str]:
    with db.unit_of_work() as session:
        key = service.make_token(session, email=rana.email, operation_id=rana.scope.operation_id, days=1)
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def browser(rana: Actor) -> Iterator[Browser]:
    """Rana's, left open. A code must not grow old because a machine is busy."""
    with time_machine.travel(clock.now(), tick=False):
        browser = Browser(create_app())
        browser.sign_in(rana.email)
        yield browser


def asks(browser: Browser, **typed: str) -> tuple[int, str]:
    """What is answered to who asks for a token."""
    answer = browser.press("/account/tokens", name_of_token="desk", days="30", **typed)
    return answer.status_code, words_of(answer.text)


def mailed() -> list[tuple[str, str, str]]:
    with db.new_snapshot() as session:
        return [tuple(row) for row in session.execute(text("SELECT recipient, subject, text FROM mails"))]


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


def test_a_browser_that_is_left_open_makes_no_token(browser: Browser) -> None:
    for typed, said in (({}, "Write your password."), ({"password": "guessed"}, "This is not your password.")):
        status, page = asks(browser, **typed)
        assert (status, said in page) == (422, True)
        assert 'value="desk"' in browser.press("/account/tokens", name_of_token="desk", days="30", **typed).text
    assert (count("tokens"), mailed()) == (0, [])
    assert asks(browser, password=PASSWORD)[0] == 200
    assert count("tokens") == 1


def test_guessing_the_password_there_gets_slow(browser: Browser) -> None:
    assert 429 in [asks(browser, password=f"guess {number}")[0] for number in range(7)]
    assert asks(browser, password=PASSWORD)[0] == 429
    assert count("tokens") == 0


def test_who_has_a_second_factor_shows_a_code_too_and_each_once(rana: Actor, browser: Browser) -> None:
    now, secret = codes.step_of(clock.now().timestamp()), codes.new_secret()
    with browser.client.application.app_context(), db.unit_of_work() as session:
        service.set_factor(session, user_id=rana.user_id, sealed=factor.seal(secret), step=now - 1)
    assert "Write a code." in asks(browser, password=PASSWORD)[1]
    assert "This code is not right" in asks(browser, password=PASSWORD, code="000000")[1]
    shown = codes.code_at(secret, now)
    assert asks(browser, password=PASSWORD, code=shown)[0] == 200
    assert asks(browser, password=PASSWORD, code=shown)[0] == 422
    assert count("tokens") == 1


def test_its_owner_is_told_by_mail_in_their_language(rana: Actor, browser: Browser) -> None:
    asks(browser, password=PASSWORD)
    with db.unit_of_work() as session:
        service.choose_language(session, user_id=rana.user_id, language="fr")
    asks(browser, password=PASSWORD)
    (to, subject, said), (_, french, _) = mailed()
    assert (to, subject) == (rana.email, "A token was made for your account for Mawa")
    assert "If this was not meant, revoke it on your account page" in said
    assert said.rstrip().endswith("/account")
    assert "mawa_" not in said
    assert french == "Un jeton a été créé pour votre compte Mawa"


def test_a_new_password_revokes_every_token(rana: Actor, bearer: dict[str, str]) -> None:
    app = create_app()
    fresh = Browser(app)
    fresh.press("/reset", on="/reset", email=rana.email)
    link = re.search(r"http\S+(/reset/\S+)", mailed()[0][2])
    assert link is not None
    assert "the tokens of your programs are revoked" in fresh.reads(link[1])
    fresh.press(link[1], on="/reset", password="several plain words", password_confirm="several plain words")
    assert app.test_client().get("/api/v1/shelters", headers=bearer).status_code == 401
    with db.new_snapshot() as session:
        assert queries.tokens_of(session, rana.user_id, rana.scope.operation_id) == []
    assert any("the tokens of your programs were revoked" in said for _, _, said in mailed())


def test_a_person_has_so_many_that_are_good(browser: Browser, rana: Actor) -> None:
    with db.unit_of_work() as session:
        for _ in range(MOST_TOKENS):
            service.make_token(session, email=rana.email, operation_id=rana.scope.operation_id)
    answer = browser.press("/account/tokens", name_of_token="one more", days="9", password=PASSWORD)
    assert answer.status_code == 409
    assert "50 tokens are good already. Revoke one that nobody uses any more." in words_of(answer.text)


def test_a_name_is_not_a_book(browser: Browser) -> None:
    answer = browser.press("/account/tokens", name_of_token="a" * 101, days="9", password=PASSWORD)
    assert answer.status_code == 422
    assert "Write at most 100 characters." in words_of(answer.text)
