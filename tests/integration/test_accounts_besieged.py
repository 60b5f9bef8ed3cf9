"""An attacker who does not stop: whoever has a mailbox gets in, and neighbours do not wait for old mistakes."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from app.accounts.guessing import ACCOUNT, ADDRESS, Tries
from app.accounts.policy import Actor
from app.core import clock, db
from config.services.addresses import addresses
from config.settings import settings
from tests.factories.browsers import PASSWORD, Browser, make_person

NEW = "several plain words"
NOWHERE = "redis://127.0.0.1:1/0"


def guesser(app: Flask, email: str, address: str = "203.0.113.9") -> Browser:
    """Fails until it has to wait, and goes on whenever it may."""
    thief = Browser(app, address=address)
    for _ in range(6):
        thief.sign_in(email, "a wrong guess")
    return thief


def set_anew(browser: Browser, email: str) -> None:
    browser.press("/reset", on="/reset", email=email)
    with db.new_snapshot() as session:
        said = session.scalar(text("SELECT text FROM mails WHERE text LIKE '%/reset/%' ORDER BY created_at DESC")) or ""
    found = re.search(r"http\S+(/reset/\S+)", said)
    assert found is not None
    answer = browser.press(found[1], on=found[1], password=NEW, password_confirm=NEW)
    assert answer.location == "/login"
    browser.open("/login")


def test_who_sets_a_password_by_a_link_gets_in_while_somebody_guesses(app: Flask, rana: Actor) -> None:
    begun = clock.now()
    with time_machine.travel(begun, tick=False) as now:
        thief, owner = guesser(app, rana.email), Browser(app)
        for _ in range(3):  # each time it may try, the attacker was faster
            now.shift(timedelta(seconds=ACCOUNT.longest))
            thief.sign_in(rana.email, "a wrong guess")
            assert owner.sign_in(rana.email).status_code == HTTPStatus.TOO_MANY_REQUESTS
        set_anew(owner, rana.email)
        thief.sign_in(rana.email, "a wrong guess")
        assert Browser(app).sign_in(rana.email, NEW).status_code == HTTPStatus.TOO_MANY_REQUESTS
        owner.sign_in(rana.email, NEW)
        assert owner.is_in()


def test_a_browser_stays_known_for_others_when_somebody_sets_a_password_with_it(app: Flask, rana: Actor) -> None:
    make_person("sami@example.org", "partner")
    shared = Browser(app)
    shared.sign_in("sami@example.org")
    shared.press("/logout")
    with time_machine.travel(clock.now(), tick=False):
        set_anew(shared, rana.email)
        guesser(app, "sami@example.org")
        shared.sign_in("sami@example.org")
        assert shared.is_in()


def test_mistakes_behind_one_address_are_forgotten_one_by_one(session: object) -> None:
    """A camp whose people mistype four times an hour, for two days."""
    tries = Tries(addresses(settings()).limits, settings().secret_key or "")
    with time_machine.travel(clock.now(), tick=False) as now:
        for _ in range(192):
            assert tries.attempt("network:camp", ADDRESS) == 0
            assert tries.wait("network:camp") == 0, "nobody else there waits for it"
            now.shift(timedelta(minutes=15))


def test_who_gets_in_takes_their_own_mistakes_back_and_no_others(app: Flask, rana: Actor) -> None:
    counted = app.extensions.setdefault("mawa_tries", Tries(addresses(settings()).limits, app.config["SECRET_KEY"]))
    here = "203.0.113.30"

    def tried() -> int:
        return int(counted._redis.hget(counted._key(f"network:{here}"), "tries") or 0)

    with time_machine.travel(clock.now(), tick=False):
        for turn in range(6):
            Browser(app, address=here).sign_in(f"user{turn}@example.org", "a wrong guess")
        for _ in range(3):
            Browser(app, address=here).sign_in(rana.email, "mistyped")
        assert tried() == 9
        for _ in range(3):
            Browser(app, address=here).sign_in(rana.email, PASSWORD)
        assert tried() == 6


@pytest.mark.parametrize("is_away", [False, True])
def test_pausing_gains_a_guesser_nothing(session: object, is_away: bool) -> None:
    """Whatever the rhythm, in two days no more of an account can be tried than is forgotten in them, and fifteen."""
    begun = clock.now()
    for pause in (900, 3_600, 14_400):
        tries = Tries(NOWHERE if is_away else addresses(settings()).limits, settings().secret_key or "")
        looked_at = 0
        for turn in range(2 * 86_400 // pause):
            with time_machine.travel(begun + timedelta(seconds=turn * pause), tick=False):
                looked_at += [tries.attempt(f"account:{pause}", ACCOUNT) for _ in range(8)].count(0)
        assert looked_at <= 192 + 15


def test_a_counter_that_waits_for_nothing_is_soon_gone(session: object) -> None:
    tries = Tries(addresses(settings()).limits, settings().secret_key or "")
    tries.attempt("account:once", ACCOUNT)
    assert 0 < tries._redis.ttl(tries._key("account:once")) <= 900


def test_what_is_no_address_leaves_nothing_behind(app: Flask, rana: Actor) -> None:
    counted = app.extensions.setdefault("mawa_tries", Tries(addresses(settings()).limits, app.config["SECRET_KEY"]))
    with time_machine.travel(clock.now(), tick=False):
        thief = Browser(app, address="203.0.113.40")
        thief.sign_in("nobody at all", "x")
        before = set(counted._redis.keys("mawa:tries:*"))
        for turn in range(31):
            answer = thief.sign_in(f"nobody at all {turn}", "x")
        assert set(counted._redis.keys("mawa:tries:*")) <= before, "those of others may end meanwhile"
        assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS, "where it comes from is counted"
