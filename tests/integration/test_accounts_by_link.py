"""Who has somebody's mailbox has not their second factor; and nobody is told when somebody signs in."""

from datetime import timedelta
from http import HTTPStatus

import time_machine
from flask import Flask

from app.accounts.policy import Actor
from app.core import clock
from tests.factories.browsers import PASSWORD, Browser
from tests.integration.test_accounts_besieged import NEW, set_anew
from tests.integration.test_accounts_guessing import with_factor

SESSION = "mawa"


def test_codes_are_counted_together_for_all_browsers_a_link_let_in(app: Flask, rana: Actor) -> None:
    with_factor(app, rana)
    thief = Browser(app)
    with time_machine.travel(clock.now(), tick=False):
        begin = Browser(app)
        set_anew_and_keep(begin, rana.email)
        kept = begin.client.get_cookie(SESSION)
        assert kept is not None
        answers = []
        for turn in range(12):
            thief = Browser(app, address=f"203.0.113.{turn}")
            thief.client.set_cookie(SESSION, kept.value)  # the cookie as it was after the link, again and again
            thief.open("/login")
            if thief.sign_in(rana.email, NEW).location != "/login/code":
                continue
            answers.append(thief.press("/login/code", on="/login/code", code="000000").status_code)
    assert answers.count(HTTPStatus.OK) <= 5, answers


def set_anew_and_keep(browser: Browser, email: str) -> None:
    """As who sets a password by a link, short of the page that comes next."""
    opened = browser.open
    browser.open = lambda path, **more: opened("/healthz" if path == "/login" else path, **more)  # type: ignore[method-assign]
    set_anew(browser, email)
    browser.open = opened  # type: ignore[method-assign]


def test_that_somebody_signed_in_shows_in_no_delay_of_strangers(app: Flask, rana: Actor) -> None:
    """Six tries at an account and at none; then its owner comes in with a browser nobody knew."""
    begun = clock.now()
    with time_machine.travel(begun, tick=False) as now:
        for email in (rana.email, "nobody@example.org"):
            thief = Browser(app, address="203.0.113.50")
            for _ in range(6):
                thief.sign_in(email, "a wrong guess")
        now.shift(timedelta(seconds=3))
        owner = Browser(app, address="203.0.113.60")
        owner.sign_in(rana.email, PASSWORD)
        assert owner.is_in()
        found = {}
        for email in (rana.email, "nobody@example.org"):
            thief = Browser(app, address="203.0.113.50")
            found[email] = [thief.sign_in(email, "a wrong guess").status_code for _ in range(4)]
    assert found[rana.email] == found["nobody@example.org"]
