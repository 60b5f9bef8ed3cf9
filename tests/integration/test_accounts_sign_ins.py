"""Where somebody is signed in: listed, ended, and of no use any more at once, wherever it is asked."""

import re
import time
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, text

from app.accounts import service
from app.accounts.policy import Actor, browser_of
from app.core import clock, db
from tests.factories.browsers import PHONE, Browser, audited, make_person

LAPTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"


@pytest.fixture
def rana(database: str) -> Actor:
    return make_person(role="administrator")


@pytest.fixture
def phone(app: Flask, rana: Actor) -> Browser:
    return signed_in(app, rana, address="192.0.2.7")


def signed_in(app: Flask, who: Actor, **more: str) -> Browser:
    browser = Browser(app, **more)
    browser.sign_in(who.email)
    assert browser.is_in()
    return browser


def ids_on(page: str) -> list[str]:
    return re.findall(r"/sign-ins/([0-9a-f-]{36})/end", page)


def test_one_sees_where_one_is_signed_in_and_which_one_this_is(app: Flask, rana: Actor, phone: Browser) -> None:
    laptop = signed_in(app, rana, agent=LAPTOP)
    said = laptop.reads("/account")
    assert "Firefox, Android" in said
    assert "from 192.0.2.7" in said
    assert "Chrome, Linux (this one)" in said
    assert len(ids_on(laptop.open("/account").text)) == 1, "one ends oneself by signing out"


def test_ending_one_shuts_that_browser_out_and_no_other(app: Flask, rana: Actor, phone: Browser) -> None:
    laptop = signed_in(app, rana, agent=LAPTOP)
    (other,) = ids_on(laptop.open("/account").text)
    assert laptop.press(f"/account/sign-ins/{other}/end").status_code == HTTPStatus.SEE_OTHER
    assert not phone.is_in()
    assert laptop.is_in()
    assert audited("user.sign_out") == [{"browser": "Firefox, Android"}]
    assert phone.open("/login").status_code == HTTPStatus.OK, "it is shown where to sign in, not sent in circles"
    phone.sign_in(rana.email)
    assert phone.is_in()


def test_all_others_are_ended_at_once(app: Flask, rana: Actor, phone: Browser) -> None:
    others = [phone, *(signed_in(app, rana) for _ in range(2))]
    laptop = signed_in(app, rana, agent=LAPTOP)
    laptop.press("/account/sign-ins/end-others")
    assert [each.is_in() for each in (*others, laptop)] == [False, False, False, True]


def test_nobody_ends_a_sign_in_of_somebody_else(app: Flask, rana: Actor, phone: Browser) -> None:
    sami = signed_in(app, make_person("sami@example.org", "partner"))
    laptop = signed_in(app, rana)
    (of_phone,) = ids_on(laptop.open("/account").text)
    sami.press(f"/account/sign-ins/{of_phone}/end")
    assert phone.is_in()


def test_an_administrator_sees_and_ends_those_of_the_people_of_the_operation(app: Flask, rana: Actor) -> None:
    with db.unit_of_work() as session:
        added = service.add_user(
            session,
            email="sami@example.org",
            role="field_worker",
            areas=None,
            operation_id=rana.scope.operation_id,
            password="correct horse battery",
        )
    boss, first, second = signed_in(app, rana), Browser(app), Browser(app, agent=LAPTOP)
    for browser in (first, second):
        browser.sign_in("sami@example.org")
    page = f"/admin/users/{added.user_id}"
    assert "Chrome, Linux" in boss.reads(page)
    newest = ids_on(boss.open(page).text)[0]
    boss.press(f"{page}/sign-ins/{newest}/end")
    assert (first.is_in(), second.is_in()) == (True, False)
    boss.press(f"{page}/sign-ins/end")
    assert not first.is_in()
    assert "Nowhere." in boss.reads(page)


def test_signing_out_ends_it_so_that_a_copy_of_the_cookie_is_worth_nothing(app: Flask, phone: Browser) -> None:
    stolen = Browser(app)
    kept = phone.client.get_cookie("mawa")
    assert kept is not None
    stolen.client.set_cookie("mawa", kept.value)
    assert stolen.is_in()
    phone.press("/logout")
    assert not stolen.is_in()


def test_signing_out_ends_it_however_long_nobody_used_it(phone: Browser) -> None:
    form, kept = phone.csrf("/account"), phone.client.get_cookie("mawa")
    assert kept is not None
    with time_machine.travel(time.time() + 13 * 3600, tick=True):
        answer = phone.client.post("/logout", data={"csrf_token": form}, **phone.asks)
        assert answer.location == "/login"
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM sign_ins WHERE ended_at IS NULL")) == 0
    stolen = Browser(phone.client.application)
    stolen.client.set_cookie("mawa", kept.value)
    assert not stolen.is_in(), "not with a clock set back either"
    assert audited("user.sign_out") == [{"browser": "Firefox, Android"}]


def test_nobody_is_signed_out_by_a_page_of_somebody_else(phone: Browser) -> None:
    assert phone.client.post("/logout", data={"csrf_token": "guessed"}, **phone.asks).status_code == 400
    assert phone.client.post("/logout", **phone.asks).status_code == 400
    assert phone.is_in()


def test_signing_in_anew_after_half_a_day_leaves_no_other_behind(rana: Actor, phone: Browser) -> None:
    with time_machine.travel(time.time() + 13 * 3600, tick=True):
        assert not phone.is_in()
        phone.sign_in(rana.email)
        assert phone.is_in()
        assert ids_on(phone.open("/account").text) == []


def test_a_new_password_ends_all_of_them(app: Flask, rana: Actor, phone: Browser) -> None:
    phone.press("/reset", on="/account", email=rana.email)
    fresh = Browser(app)
    fresh.press("/reset", on="/reset", email=rana.email)
    with db.new_snapshot() as session:
        mail = session.scalar(text("SELECT text FROM mails ORDER BY created_at DESC LIMIT 1"))
    found = re.search(r"http\S+(/reset/\S+)", mail or "")
    assert found is not None
    fresh.press(found[1], on="/reset", password="several plain words", password_confirm="several plain words")
    assert not phone.is_in()
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM sign_ins WHERE ended_at IS NULL")) == 0


def test_a_browser_nobody_used_for_half_a_day_is_signed_out(phone: Browser) -> None:
    begun = time.time()
    for hours in (11, 22):
        with time_machine.travel(begun + hours * 3600, tick=True):
            assert phone.is_in(), "used within twelve hours"
    with time_machine.travel(begun + 35 * 3600, tick=True):
        assert not phone.is_in()


def test_after_a_week_everybody_signs_in_anew_however_much_they_used_it(phone: Browser) -> None:
    begun = time.time()
    for hours in range(10, 168, 10):
        with time_machine.travel(begun + hours * 3600, tick=True):
            assert phone.is_in()
    with time_machine.travel(begun + 169 * 3600, tick=True):
        assert not phone.is_in()


def test_each_sign_in_is_another_one_and_written_down(app: Flask, rana: Actor, phone: Browser) -> None:
    before = phone.client.get_cookie("mawa")
    phone.press("/logout")
    phone.sign_in(rana.email)
    assert phone.client.get_cookie("mawa") != before
    assert audited("user.sign_in") == [{"browser": "Firefox, Android", "second_factor": False}] * 2


def test_those_of_long_ago_are_forgotten(app: Flask, rana: Actor, phone: Browser) -> None:
    with time_machine.travel(clock.now() + timedelta(days=91), tick=True):
        signed_in(app, rana)
        with db.new_snapshot() as session:
            assert session.scalar(text("SELECT count(*) FROM sign_ins")) == 1


def test_a_page_still_asks_once_who_it_is_for(phone: Browser) -> None:
    asked: list[str] = []

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        phone.open("/admin/users/new")
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    assert [one for one in asked if "users" in one] == asked[:1]


def test_a_report_from_a_form_says_from_which_sign_in_it_came(phone: Browser) -> None:
    page = phone.open("/field/notes/new").text
    form = dict(re.findall(r'name="(report_id|read_at)" value="([^"]+)"', page))
    with db.unit_of_work() as session:
        sign_in = session.scalar(text("SELECT id FROM sign_ins"))
    assert isinstance(sign_in, UUID)
    answer = phone.press("/field/notes/new", **form, place="area:SY0602", text="The road is closed.")
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT device FROM reports")) == f"browser:{sign_in.hex[:12]}"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (PHONE, "Firefox, Android"),
        (LAPTOP, "Chrome, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge, Windows"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_browser_is_said_in_few_words_and_never_in_its_own(agent: str, said: str) -> None:
    assert browser_of(agent) == said
