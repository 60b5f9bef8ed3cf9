"""What nobody could mean to type is refused before it is looked at: to compose a long text takes as long as its length
squared, and meanwhile nobody else is answered."""

import re
import time

import pytest
from flask import Flask
from sqlalchemy import text

from app.accounts.policy import Actor, address_of, plain_password
from app.cli.keeping import EMPTY
from app.core import db
from app.factory import create_app
from app.intake.cli import open_operation
from app.places.policy import meant_by, set_up_key
from app.places.queries import operation_by_code
from app.places.schemas import Candidate
from config.settings import settings
from tests.factories.browsers import PASSWORD, Browser

LONG = "\u0301" * 40_000 + "\u0316" * 40_000  # composing this would take minutes
QUICK_S = 1.0


def post(browser: Browser, path: str, *, on: str = "/reset", **typed: str) -> int:
    data = {"csrf_token": browser.csrf(on), **typed}
    began = time.process_time()
    answer = browser.client.post(path, data=data, content_type="multipart/form-data", **browser.asks)
    took = time.process_time() - began
    assert took < QUICK_S, took
    return answer.status_code


@pytest.mark.parametrize("path", ["/login", "/reset"])
def test_an_address_that_is_far_too_long_is_answered_at_once(app: Flask, path: str) -> None:
    assert post(Browser(app), path, email=f"rana{LONG}@example.org", password=PASSWORD) == 200


@pytest.mark.parametrize("email", ["rana@example.org", "nobody@example.org"])
def test_a_password_that_is_far_too_long_is_wrong_at_once(app: Flask, email: str) -> None:
    assert post(Browser(app), "/login", email=email, password=LONG) == 200


def test_it_cannot_be_set_by_a_link(app: Flask, rana: Actor) -> None:
    browser = Browser(app)
    browser.press("/reset", on="/reset", email=rana.email)
    with db.new_snapshot() as session:
        found = re.search(r"http\S+(/reset/\S+)", session.scalar(text("SELECT text FROM mails")) or "")
    assert found is not None
    assert post(browser, found[1], password=LONG, password_confirm=LONG) == 200
    browser.sign_in(rana.email)
    assert browser.is_in(), "the password is the one before"


def test_setting_up_is_answered_at_once(database: str) -> None:
    with db.unit_of_work() as session:
        open_operation(session, EMPTY)
    with db.new_snapshot() as session:
        waiting = operation_by_code(session, "default")
        assert waiting is not None
        path = f"/setup/{set_up_key(settings().secret_key or '', waiting.id)}"
    browser = Browser(create_app())
    assert post(browser, path, on=path, email="ada@example.org", password=LONG, again=LONG[:9]) == 422


def test_a_place_and_a_shelter_that_is_far_too_long_are_answered_at_once(app: Flask, rana: Actor) -> None:
    browser = Browser(app)
    browser.sign_in(rana.email)
    assert post(browser, "/field/arrivals/new", on="/account", place=LONG, **{"place.elsewhere": LONG}) == 422


def test_what_is_too_long_is_no_address_no_place_and_not_changed() -> None:
    began = time.process_time()
    assert address_of(LONG) is None
    assert plain_password(LONG) == LONG
    assert meant_by(LONG, [Candidate("SY06", ("Lattakia",))]).one is None
    assert time.process_time() - began < 0.1
