"""Tokens are few, and their names are names."""

import pytest
from flask import Flask

from app.accounts import service
from app.accounts.policy import Actor
from app.accounts.service.tokens import MOST_TOKENS
from app.core import db
from app.factory import create_app
from tests.factories.browsers import PASSWORD, Browser, make_person
from tests.factories.pages import words_of


@pytest.fixture
def rana(database: str) -> Actor:
    return make_person()


@pytest.fixture
def app(rana: Actor) -> Flask:
    return create_app()


@pytest.fixture
def browser(app: Flask, rana: Actor) -> Browser:
    browser = Browser(app)
    browser.sign_in(rana.email)
    return browser


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
