"""A second factor: set up, asked for, used once; recovery codes; taken away; needed by role."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from app.accounts import codes, service
from app.accounts.policy import Actor
from app.core import clock, db
from app.factory import create_app
from config.settings import settings
from tests.factories.browsers import PASSWORD, Browser, audited, make_person
from tests.factories.operations import make_operation
from tests.factories.pages import words_of

PAGE = "/account/second-factor"


@pytest.fixture(autouse=True)
def at_one_moment() -> Iterator[None]:
    """A code must not grow old because a machine is busy."""
    with time_machine.travel(clock.now(), tick=False):
        yield


def code(secret: str, at: datetime | None = None, *, ahead: int = 0) -> str:
    return codes.code_at(secret, codes.step_of((at or clock.now()).timestamp()) + ahead)


def key_shown(browser: Browser) -> str:
    found = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', browser.open(PAGE).text)
    assert found is not None
    return found[1]


def set_up(browser: Browser) -> tuple[str, list[str]]:
    """The secret, and the recovery codes that were shown."""
    secret = key_shown(browser).replace(" ", "")
    answer = browser.press(PAGE, on=PAGE, code=code(secret, ahead=-1), password=PASSWORD)
    assert answer.status_code == HTTPStatus.OK, words_of(answer.text)
    return secret, re.findall(r'<code dir="ltr">([A-Z2-7-]{29})</code>', answer.text)


@pytest.fixture
def phone(app: Flask, rana: Actor) -> Browser:
    browser = Browser(app)
    browser.sign_in(rana.email)
    return browser


def second_step(browser: Browser, email: str, typed: str) -> str:
    """Sign in with password and code; what the page says where that failed."""
    said = browser.sign_in_with_code(email, typed)
    return "" if said.status_code == HTTPStatus.SEE_OTHER else words_of(said.text)


def test_a_secret_that_was_looked_at_is_not_the_one_that_is_set_up(phone: Browser) -> None:
    """At a browser left open, before its owner comes back; and no cookie tells it."""
    seen = key_shown(phone)
    assert key_shown(phone) == seen, "who reloads the page has it in the authenticator already"
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        shown = key_shown(phone)
        assert shown != seen
        answer = phone.press(PAGE, on=PAGE, code=code(seen.replace(" ", "")), password=PASSWORD)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with phone.client.session_transaction() as kept:
        assert shown.replace(" ", "") not in str(dict(kept))


def test_signing_in_asks_for_a_code_once_it_is_set_up(app: Flask, rana: Actor, phone: Browser) -> None:
    assert '<path class="qrline"' in phone.open(PAGE).text
    secret, _ = set_up(phone)
    assert "It is set up." in phone.reads("/account")
    other = Browser(app)
    assert other.sign_in(rana.email, next="/shelters").location == "/login/code"
    assert not other.is_in(), "a password alone opens nothing"
    answer = other.press("/login/code", on="/login/code", code=code(secret))
    assert answer.location == "/shelters"
    assert other.is_in()
    assert audited("user.sign_in")[-1]["second_factor"] is True
    assert audited("user.factor_set") == [{}]


def test_a_code_is_good_once(app: Flask, rana: Actor, phone: Browser) -> None:
    secret, _ = set_up(phone)
    shown = code(secret)
    first, second = Browser(app), Browser(app)
    second_step(first, rana.email, shown)
    assert first.is_in()
    assert "was used before" in second_step(second, rana.email, shown)
    assert not second.is_in()
    earlier = codes.code_at(secret, codes.step_of(clock.now().timestamp()) - 1)
    assert "was used before" in second_step(second, rana.email, earlier)


def test_each_recovery_code_is_good_once_and_the_page_says_how_many_are_left(
    app: Flask, rana: Actor, phone: Browser
) -> None:
    _, kept = set_up(phone)
    assert len(kept) == 10
    first, second = Browser(app), Browser(app)
    second_step(first, rana.email, kept[3].lower())
    assert first.is_in()
    assert "9 recovery codes are left." in first.reads(PAGE)
    assert "is not right" in second_step(second, rana.email, kept[3])
    assert not second.is_in()
    assert audited("user.recovery_code") == [{}]


def test_new_recovery_codes_make_the_old_ones_worthless(app: Flask, rana: Actor, phone: Browser) -> None:
    secret, kept = set_up(phone)
    answer = phone.press(f"{PAGE}/codes", on=PAGE, code=code(secret), password=PASSWORD)
    made = re.findall(r'<code dir="ltr">([A-Z2-7-]{29})</code>', answer.text)
    assert len(made) == 10
    assert not set(made) & set(kept)
    other = Browser(app)
    assert "is not right" in second_step(other, rana.email, kept[0])
    second_step(other, rana.email, made[0])
    assert other.is_in()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"code": "000000", "password": PASSWORD}, "This code is not right"),
        ({"password": "wrong"}, "This is not your password."),
        ({"code": "", "password": ""}, "Write a code."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(phone: Browser, typed: dict[str, str], said: str) -> None:
    page = phone.open(PAGE).text
    found = re.search(r'<code dir="ltr">([A-Z2-7 ]+)</code>', page)
    assert found is not None
    answer = phone.press(PAGE, on=PAGE, **({"code": code(found[1].replace(" ", ""))} | typed))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in words_of(answer.text)
    assert found[1] in answer.text, "the key stays: it is in the authenticator already"
    assert "There is none." in phone.reads("/account")


def test_a_session_left_open_does_not_take_it_away(rana: Actor, phone: Browser) -> None:
    secret, _ = set_up(phone)
    phone.press(f"{PAGE}/remove", on=PAGE, code=code(secret), password="wrong")
    phone.press(f"{PAGE}/remove", on=PAGE, code="123456", password=PASSWORD)
    assert "It is set up." in phone.reads("/account")
    phone.press(f"{PAGE}/remove", on=PAGE, code=code(secret), password=PASSWORD)
    assert "There is none." in phone.reads("/account")
    with db.new_snapshot() as session:
        wanted = text("SELECT text FROM mails WHERE subject LIKE 'The second factor%' ORDER BY created_at")
        told = list(session.scalars(wanted))
    assert ["set up" in told[0], "taken away" in told[1]] == [True, True]


def test_guessing_codes_gets_slower(app: Flask, rana: Actor, phone: Browser) -> None:
    secret, _ = set_up(phone)
    thief = Browser(app)
    thief.sign_in(rana.email)
    answers = [thief.press("/login/code", on="/login/code", code=f"{n:06}") for n in range(7)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [HTTPStatus.OK] * 5 + [HTTPStatus.TOO_MANY_REQUESTS] * 2
    phone.press("/logout")
    second_step(phone, rana.email, code(secret))
    assert phone.is_in(), "the owner's own browser has a count of its own"


def test_the_second_step_is_not_kept_open(app: Flask, rana: Actor, phone: Browser) -> None:
    secret, _ = set_up(phone)
    other = Browser(app)
    other.sign_in(rana.email)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
        answer = other.press("/login/code", on="/reset", code=code(secret))
        assert answer.location == "/login"
        assert not other.is_in()


def test_secrets_are_not_in_the_database_to_read(phone: Browser) -> None:
    secret, kept = set_up(phone)
    with db.new_snapshot() as session:
        stored = str(session.execute(text("SELECT * FROM users")).all())
        stored += str(session.execute(text("SELECT * FROM recovery_codes")).all())
    assert secret not in stored
    assert not [one for one in kept if one in stored or one.replace("-", "") in stored]


def test_a_new_secret_key_beside_the_old_one_changes_nothing(app: Flask, rana: Actor, phone: Browser) -> None:
    secret, _ = set_up(phone)
    old = app.config["SECRET_KEY"]
    later = create_app()
    later.config |= {"SECRET_KEY": "another", "SECRET_KEY_FALLBACKS": [old]}
    second_step(Browser(later), rana.email, code(secret))
    last = create_app()
    last.config |= {"SECRET_KEY": "another"}
    browser = Browser(last)
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):
        second_step(browser, rana.email, code(secret))
        assert browser.is_in(), "it was encrypted anew when it was used"


@pytest.fixture
def by_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECOND_FACTOR_ROLES", "coordinator, administrator")
    settings.cache_clear()


def test_who_needs_one_is_led_to_it_before_anything_else(rana: Actor, by_role: None) -> None:
    app = create_app()
    browser = Browser(app)
    browser.sign_in(rana.email)
    for path in ("/", "/dashboard", "/account", "/shelters"):
        assert browser.open(path).location == PAGE
    assert browser.open("/api/v1/shelters").status_code == HTTPStatus.FORBIDDEN
    assert "Your role needs a second factor." in browser.reads(PAGE)
    refused = browser.press("/account/tokens", on=PAGE, name_of_token="x", days="3")
    assert refused.location == PAGE
    set_up(browser)
    assert browser.open("/dashboard").status_code == HTTPStatus.OK
    worker = Browser(app)
    make_person("sami@example.org", "field_worker")
    worker.sign_in("sami@example.org")
    assert worker.is_in(), "a field worker does not"


def boss_of(app: Flask, who: Actor) -> Browser:
    """An administrator of the operation somebody works in, signed in."""
    with db.unit_of_work() as session:
        service.add_user(
            session,
            email="boss@example.org",
            role="administrator",
            areas=None,
            operation_id=who.scope.operation_id,
            password=PASSWORD,
        )
    boss = Browser(app)
    boss.sign_in("boss@example.org")
    return boss


def test_an_administrator_takes_away_that_of_who_lost_it(app: Flask, rana: Actor, phone: Browser) -> None:
    set_up(phone)
    boss, page = boss_of(app, rana), f"/admin/users/{rana.user_id}"
    assert "With a second factor." in boss.reads(page)
    boss.press(f"{page}/second-factor/reset")
    assert "With a second factor." in boss.reads(page), "without the box nothing happens"
    boss.press(f"{page}/second-factor/reset", sure="yes")
    assert "Without a second factor." in boss.reads(page)
    other = Browser(app)
    other.sign_in(rana.email)
    assert other.is_in()
    with db.new_snapshot() as session:
        wanted = text("SELECT count(*) FROM mails WHERE recipient = :email AND text LIKE 'An administrator has taken%'")
        assert session.scalar(wanted, {"email": rana.email}) == 1
        assert session.scalar(text("SELECT count(*) FROM recovery_codes")) == 0
    assert audited("user.factor_off") == [{}]


def test_nobody_weakens_an_account_for_an_operation_they_do_not_administer(
    app: Flask, rana: Actor, phone: Browser
) -> None:
    set_up(phone)
    with db.unit_of_work() as session:
        elsewhere = make_operation(session, code="elsewhere")
        service.add_user(session, email=rana.email, role="partner", areas=None, operation_id=elsewhere.id)
    answer = boss_of(app, rana).press(f"/admin/users/{rana.user_id}/second-factor/reset", sure="yes")
    assert answer.status_code == HTTPStatus.CONFLICT
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT factor IS NOT NULL FROM users WHERE id = :id"), {"id": rana.user_id})


def test_an_administrator_does_not_take_their_own_away_that_way(app: Flask, rana: Actor) -> None:
    boss = boss_of(app, rana)
    set_up(boss)
    with db.new_snapshot() as session:
        me = session.scalar(text("SELECT id FROM users WHERE email = 'boss@example.org'"))
    boss.press(f"/admin/users/{me}/second-factor/reset", sure="yes")
    assert "It is set up." in boss.reads("/account")
