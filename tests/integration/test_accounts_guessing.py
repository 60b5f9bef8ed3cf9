"""Guessing is slow and gets slower, the owner gets in all the same, and nobody learns who has an account."""

import re
import time
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from app.accounts import codes, service
from app.accounts.guessing import ACCOUNT, Patience, Tries
from app.accounts.policy import Actor
from app.accounts.signin.factor import seal
from app.core import clock, db
from app.factory import create_app
from config.services.addresses import addresses
from config.settings import settings
from tests.factories.browsers import Browser, make_person
from tests.factories.pages import words_of

NOWHERE = "redis://127.0.0.1:1/0"
SOON = Patience(free=3, longest=20)


def guess(app: Flask, email: str, times: int, *, network: str = "10.0") -> list[int]:
    """What so many wrong passwords are answered, each from another address."""
    page = Browser(app)
    token = page.csrf()
    data = {"csrf_token": token, "email": email, "password": "a wrong guess"}

    def once(turn: int) -> int:
        page.client.delete_cookie("mawa_device", path="/login")
        there = {"REMOTE_ADDR": f"{network}.{turn // 250}.{turn % 250}"}
        return page.client.post("/login", data=data, environ_base=there).status_code

    return [once(turn) for turn in range(times)]


def with_factor(app: Flask, actor: Actor) -> tuple[str, list[str]]:
    """Give somebody a second factor: its secret, and their recovery codes."""
    secret = codes.new_secret()
    with app.app_context():
        sealed = seal(secret)
    step = codes.step_of(clock.now().timestamp())
    with db.unit_of_work() as session:
        return secret, service.set_factor(session, user_id=actor.user_id, sealed=sealed, step=step - 5)


@pytest.mark.parametrize("is_away", [False, True])
def test_the_delay_grows_up_to_its_longest_and_is_forgotten_when_nobody_tries(session: object, is_away: bool) -> None:
    tries = Tries(NOWHERE if is_away else addresses(settings()).limits, settings().secret_key or "")
    at, waits = clock.now(), []
    for _ in range(30):
        with time_machine.travel(at, tick=False):
            assert tries.attempt("account:a@example.org", SOON) == 0
            waits.append(tries.wait("account:a@example.org"))
            assert not waits[-1] or tries.attempt("account:a@example.org", SOON) == waits[-1], "too early: not counted"
            at += timedelta(seconds=waits[-1])
    assert waits[:7] == [0, 0, 1, 2, 4, 8, 16]
    assert {*waits[7:]} == {16, 20}, "one is forgotten in each twenty seconds"
    assert sum(waits) > 20 * (len(waits) - 8), "so often somebody may go on"
    tries.forget("account:a@example.org")
    with time_machine.travel(at, tick=False):
        assert tries.wait("account:a@example.org") == 0


def test_tries_at_the_same_moment_are_counted_one_by_one(session: object) -> None:
    tries = Tries(addresses(settings()).limits, settings().secret_key or "")
    with time_machine.travel(clock.now(), tick=False):
        assert [tries.attempt("b", SOON) > 0 for _ in range(8)] == [False] * 3 + [True] * 5


def test_valkey_does_not_know_whose_account_is_tried(app: Flask, rana: Actor) -> None:
    guess(app, rana.email, 3)
    store = app.extensions["mawa_tries"]._redis
    assert not [key for key in store.keys("*") if b"rana" in key or b"example" in key]


@pytest.mark.slow
def test_of_ten_thousand_tries_from_as_many_addresses_few_are_looked_at_and_the_owner_gets_in(
    app: Flask, rana: Actor
) -> None:
    secret, recovery = with_factor(app, rana)
    begun = time.time()

    def at(seconds: float) -> Any:
        return time_machine.travel(begun + 40 * 900 + seconds, tick=True)

    def code() -> str:
        return codes.code_at(secret, codes.step_of(clock.now().timestamp()))

    known = Browser(app)
    known.sign_in(rana.email, code=recovery[0])
    known.press("/logout")
    answers: list[int] = []
    for turn in range(400):  # ten thousand within ten hours, without a pause
        with time_machine.travel(begun + turn * 90, tick=True):
            answers += guess(app, rana.email, 25, network=f"{10 + turn // 250}.{turn % 250}")
    looked_at = answers.count(HTTPStatus.OK)
    assert looked_at + answers.count(HTTPStatus.TOO_MANY_REQUESTS) == 10_000
    assert looked_at < 60, "one in a hundred and sixty, and fewer an hour the longer it goes on"
    moments = [90 * (number // 25) for number, answer in enumerate(answers) if answer == HTTPStatus.OK]
    assert moments[4] == 0
    assert moments[-1] - moments[-2] >= ACCOUNT.longest / 2, "the delay has grown"
    stranger = Browser(app)
    with at(60):
        guess(app, rana.email, 1, network="10.99")
        refused = stranger.sign_in(rana.email)
        assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
        assert 0 < int(refused.headers["Retry-After"]) <= ACCOUNT.longest
        assert ", then try again." in words_of(refused.text)
        known.sign_in_with_code(rana.email, code())
        assert known.is_in(), "a browser that was let in before has a count of its own"
    with at(180):
        before, now = (codes.code_at(secret, codes.step_of(clock.now().timestamp()) - ago) for ago in (1, 0))
        for shown in (f"{before} {now}", recovery[1]):
            new = Browser(app, address="198.51.100.7")
            new.sign_in(rana.email, code=shown)
            assert new.is_in(), "whoever shows the second factor waits for nobody, on any machine"
        assert stranger.sign_in(rana.email).status_code == HTTPStatus.TOO_MANY_REQUESTS
    with at(180 + ACCOUNT.longest):
        stranger.sign_in_with_code(rana.email, code())
        assert stranger.is_in(), "nobody is locked out for good"


def test_with_two_codes_or_a_recovery_code_the_owner_need_not_wait_on_any_machine(app: Flask, rana: Actor) -> None:
    secret, kept = with_factor(app, rana)
    step = codes.step_of(clock.now().timestamp())
    shown, next_one = codes.code_at(secret, step), codes.code_at(secret, step + 1)
    with time_machine.travel((step + 1) * codes.STEP_S, tick=False):
        guess(app, rana.email, 12)
        for typed in ("", shown, next_one, f"{next_one} {shown}", "123456 654321", kept[0][:-1]):
            answer = Browser(app).sign_in(rana.email, code=typed)
            assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS, "one code might be guessed"
        wrong = Browser(app).sign_in(rana.email, "a wrong guess", code=f"{shown} {next_one}")
        assert wrong.status_code == HTTPStatus.OK, "looked at, and wrong"
        for typed in (f"{shown} {next_one}", kept[0]):
            browser = Browser(app)
            browser.sign_in(rana.email, code=typed)
            assert browser.is_in()
            again = Browser(app).sign_in(rana.email, code=typed)
            assert again.status_code == HTTPStatus.TOO_MANY_REQUESTS, "each is good once"


def test_behind_https_a_browser_is_known_over_https_only(rana: Actor) -> None:
    served = create_app(settings().model_copy(update={"base_url": "https://localhost"}))
    browser = Browser(served)
    browser.asks["base_url"] = "https://localhost"
    browser.asks["headers"]["Referer"] = "https://localhost/login"
    said = browser.sign_in(rana.email).headers.getlist("Set-Cookie")
    (known,) = (cookie.split("; ") for cookie in said if "mawa_device" in cookie)
    assert known[0].startswith("__Secure-mawa_device=")
    assert {"Secure", "HttpOnly", "Path=/login", "SameSite=Lax"} <= set(known)
    browser.press("/logout")
    with time_machine.travel(clock.now(), tick=False):
        guess(served, rana.email, 6)
        browser.sign_in(rana.email)
        assert browser.is_in()


def test_a_known_browser_is_slowed_too(app: Flask, rana: Actor) -> None:
    browser = Browser(app)
    browser.sign_in(rana.email)
    browser.press("/logout")
    with time_machine.travel(clock.now(), tick=False):
        answers = [browser.sign_in(rana.email, "wrong").status_code for _ in range(8)]
        assert answers == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 3
        assert Browser(app).sign_in(rana.email).status_code == HTTPStatus.FOUND, "which slows nobody else"


def test_a_browser_is_known_for_those_who_were_let_in_with_it_only(app: Flask, rana: Actor) -> None:
    make_person("sami@example.org", "partner")
    browser = Browser(app)
    browser.sign_in("sami@example.org")
    browser.press("/logout")
    with time_machine.travel(clock.now(), tick=False):
        guess(app, rana.email, 6)
        assert browser.sign_in(rana.email).status_code == HTTPStatus.TOO_MANY_REQUESTS
        guess(app, "sami@example.org", 6)
        assert browser.sign_in("sami@example.org").status_code == HTTPStatus.FOUND


def test_who_fails_with_many_accounts_waits_whatever_they_try_next(app: Flask, rana: Actor) -> None:
    thief = Browser(app, address="203.0.113.9")
    token = thief.csrf()

    def once(email: str) -> int:
        data = {"csrf_token": token, "email": email, "password": "Spring 2025"}
        return thief.client.post("/login", data=data, **thief.asks).status_code

    with time_machine.travel(clock.now(), tick=False):
        assert {once(f"user{n}@example.org") for n in range(30)} == {HTTPStatus.OK}
        assert once(rana.email) == HTTPStatus.TOO_MANY_REQUESTS
        assert Browser(app, address="203.0.113.10").sign_in(rana.email).status_code == HTTPStatus.FOUND


def test_what_was_typed_stays_and_is_said_in_the_language_of_the_page(app: Flask, rana: Actor) -> None:
    with time_machine.travel(clock.now(), tick=False):
        guess(app, rana.email, 6)
        browser = Browser(app)
        browser.open("/login?lang=ar")
        answer = browser.sign_in(rana.email)
    assert f'value="{rana.email}"' in answer.text
    assert "correct horse" not in answer.text
    assert "انتظر ثانية واحدة" in words_of(answer.text)


def test_an_account_that_is_there_cannot_be_told_from_one_that_is_not(app: Flask, rana: Actor) -> None:
    """Same answers, one after another, to the byte; and in the same time."""

    def told(email: str) -> tuple[list[str], list[float], list[float]]:
        browser = Browser(app)
        token, answers = browser.csrf(), []
        looked_at, refused = [], []
        for turn in range(24):
            data = {"csrf_token": token, "email": email, "password": "a wrong guess"}
            there = {"REMOTE_ADDR": f"10.1.1.{turn}"}
            began = time.perf_counter()
            answer = browser.client.post("/login", data=data, environ_base=there)
            took = time.perf_counter() - began
            (looked_at if answer.status_code == HTTPStatus.OK else refused).append(took)
            headers = sorted(
                (name, value) for name, value in answer.headers if name not in ("X-Request-Id", "Set-Cookie")
            )
            page = re.sub(r'(name="csrf_token" value=)"[^"]+"', r"\1", answer.text).replace(email, "")
            answers.append(f"{answer.status_code} {headers} {page}")
        return answers, looked_at, refused

    def shortest(part: int) -> tuple[float, float]:
        """What is done at all takes that long; what else the machine does only lengthens it."""
        first, second = (min(took for each in side for took in each[part]) for side in (there, missing))
        return min(first, second), max(first, second)

    begun = clock.now()
    there: list[tuple[list[str], list[float], list[float]]] = []
    missing: list[tuple[list[str], list[float], list[float]]] = []
    for round_ in range(16):
        if round_ >= 4 and all(high < 1.6 * low for low, high in map(shortest, (1, 2))):
            break  # else the machine is busy: a difference that is ours stays, however often one looks
        with time_machine.travel(begun + timedelta(days=2 * round_), tick=False):
            there.append(told(rana.email))
        with time_machine.travel(begun + timedelta(days=2 * round_ + 1), tick=False):
            missing.append(told("nobo@example.org"))  # as long as the other
    for with_account, without in zip(there, missing, strict=True):
        assert with_account[0] == without[0]
    for low, high in map(shortest, (1, 2)):
        assert high < 1.6 * low


def test_while_valkey_is_away_guessing_is_slow_all_the_same(rana: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMITS_URL", NOWHERE)
    settings.cache_clear()
    app = create_app()
    with time_machine.travel(clock.now(), tick=False):
        answers = guess(app, rana.email, 8)
    assert answers == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 3


def test_nobody_fills_a_mailbox_with_links(app: Flask, rana: Actor) -> None:
    browser = Browser(app)
    with time_machine.travel(clock.now(), tick=False):
        said = {words_of(browser.press("/reset", on="/reset", email=rana.email).text) for _ in range(9)}
    assert len(said) == 1
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM mails")) == 3


def test_nor_do_administrators_with_invitations(app: Flask, rana: Actor) -> None:
    boss = make_person("boss@example.org", "administrator")
    with db.unit_of_work() as session:
        operation_id = boss.scope.operation_id
        service.add_user(session, email=rana.email, role="partner", areas=None, operation_id=operation_id)
    browser = Browser(app)
    browser.sign_in(boss.email)
    with time_machine.travel(clock.now(), tick=False):
        pressed = [browser.press(f"/admin/users/{rana.user_id}/invite") for _ in range(5)]
    assert [answer.status_code for answer in pressed[:3]] == [HTTPStatus.SEE_OTHER] * 3
    assert pressed[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "ask them to look for one" in words_of(pressed[-1].text)
