"""A forgotten password, or none yet: a link by mail, good once, for a day, and never telling who has an account."""

import re
import time
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.accounts import service
from app.accounts.policy import Actor
from app.accounts.signin import security
from app.core import db
from app.factory import create_app
from app.outbox.service import claim, settle_sent
from tests.factories.operations import make_actor, make_operation
from tests.factories.pages import words_of

OLD, NEW = "the old password", "several plain words"


@pytest.fixture
def actor(database: str) -> Actor:
    with db.unit_of_work() as session:
        operation = make_operation(session)
        email = "rana@example.org"
        service.add_user(session, email=email, role="coordinator", areas=None, operation_id=operation.id, password=OLD)
        return make_actor(session, operation, role="administrator")


@pytest.fixture
def browser(actor: Actor) -> FlaskClient:
    return create_app().test_client()


def post(browser: FlaskClient, path: str, **typed: str) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/reset").text)
    assert token is not None
    return browser.post(path, data={"csrf_token": token[1], **typed}, follow_redirects=True)


def link(browser: FlaskClient, email: str = "rana@example.org") -> str:
    """The path of the link that is mailed."""
    assert "If there is an account with this address" in words_of(post(browser, "/reset", email=email).text)
    with db.new_snapshot() as session:
        wanted = text("SELECT text FROM mails WHERE recipient = :to ORDER BY created_at DESC")
        mail = session.scalar(wanted, {"to": email})
    found = re.search(r"http\S+(/reset/\S+)", mail or "")
    assert found is not None
    return found[1]


def signs_in(browser: FlaskClient, password: str) -> bool:
    post(browser, "/logout")
    answer = post(browser, "/login", email="rana@example.org", password=password)
    return "Address or password is wrong" not in words_of(answer.text)


def test_a_link_sets_a_password_once(browser: FlaskClient) -> None:
    path = link(browser)
    assert "Set a password" in words_of(browser.get(path).text)
    answer = post(browser, path, password=NEW, password_confirm=NEW)
    assert "The password is set. Sign in with it now." in words_of(answer.text)
    assert signs_in(browser, NEW)
    assert not signs_in(browser, OLD)
    assert "This link was used already" in words_of(browser.get(path, follow_redirects=True).text)
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'user.password'")) == 1
        told = text("SELECT count(*) FROM mails WHERE subject = 'Your password for Mawa was set anew'")
        assert session.scalar(told) == 1


def test_whoever_was_signed_in_is_out(browser: FlaskClient) -> None:
    stolen = browser.application.test_client()
    assert signs_in(stolen, OLD)
    assert stolen.get("/dashboard").status_code == 200
    post(browser, link(browser), password=NEW, password_confirm=NEW)
    assert stolen.get("/dashboard").status_code in (302, 401)


def test_a_link_is_good_for_a_day(browser: FlaskClient) -> None:
    path = link(browser)
    with time_machine.travel(time.time() + timedelta(hours=25).total_seconds(), tick=True):
        assert "This link is too old." in words_of(browser.get(path, follow_redirects=True).text)
        answer = post(browser, path, password=NEW, password_confirm=NEW)
        assert "This link is too old." in words_of(answer.text)


def test_of_two_links_the_first_used_ends_the_other(browser: FlaskClient) -> None:
    first, second = link(browser), link(browser)
    post(browser, second, password=NEW, password_confirm=NEW)
    assert "This link was used already" in words_of(browser.get(first, follow_redirects=True).text)


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "A password needs at least 8 characters."),
        (NEW, "something else", "The two passwords are not the same."),
        ("password1", "password1", "This password is easy to guess. Use three or four words that do not belong"),
        ("rana@example.org", "rana@example.org", "This password is easy to guess."),
        ("", "", "Write a password."),
    ],
)
def test_what_is_wrong_with_a_password_is_said(browser: FlaskClient, password: str, again: str, said: str) -> None:
    answer = post(browser, link(browser), password=password, password_confirm=again)
    assert said in words_of(answer.text)
    assert signs_in(browser, OLD)


def test_it_is_said_in_the_language_of_the_page(browser: FlaskClient) -> None:
    path = link(browser)
    answer = post(browser, f"{path}?lang=ar", password="short", password_confirm="short")
    assert "يجب ألا تقل كلمة المرور عن ٨ أحرف." in words_of(answer.text)


def test_nobody_learns_who_has_an_account(browser: FlaskClient, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "HELD_S", 1.5)  # as long as it takes a busy machine

    def ask(email: str) -> tuple[str, float]:
        began = time.perf_counter()
        answer = post(browser, "/reset", email=email)
        return re.sub(r"rana|nobody", "", words_of(answer.text)), time.perf_counter() - began

    asked = [(ask("rana@example.org"), ask("nobody@example.org")) for _ in range(4)]
    there, not_there = zip(*asked, strict=True)
    assert {said for said, _ in there} == {said for said, _ in not_there}
    taken = [min(took for _, took in some) for some in (there, not_there)]  # the rest is what else the machine does
    assert max(taken) < 1.05 * min(taken)
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM mails WHERE recipient = 'nobody@example.org'")) == 0


def test_whoever_is_disabled_gets_no_link(browser: FlaskClient) -> None:
    with db.unit_of_work() as session:
        service.disable_user(session, email="rana@example.org")
    assert "If there is an account" in words_of(post(browser, "/reset", email="rana@example.org").text)
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM mails")) == 0


def test_a_link_leads_here_whatever_host_was_asked(browser: FlaskClient) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/reset").text)
    assert token is not None
    data = {"csrf_token": token[1], "email": "rana@example.org"}
    browser.post("/reset", data=data, headers={"X-Forwarded-Host": "evil.example"})
    with db.new_snapshot() as session:
        assert "evil" not in (session.scalar(text("SELECT text || html FROM mails")) or "evil")


def test_the_mail_is_in_the_language_of_its_reader(browser: FlaskClient) -> None:
    with db.unit_of_work() as session:
        session.execute(text("UPDATE users SET language = 'ar' WHERE email = 'rana@example.org'"))
    post(browser, "/reset?lang=fr", email="rana@example.org")
    with db.new_snapshot() as session:
        subject, said = session.execute(text("SELECT subject, text FROM mails")).one()
    assert subject == "تعيين كلمة مرور لمأوى"
    assert "طلب أحدهم" in said


def test_a_link_that_was_sent_is_not_kept(browser: FlaskClient) -> None:
    link(browser)
    with db.unit_of_work() as session:
        (mail,) = claim(session, limit=5)
        assert "/reset/" in mail.text
        assert settle_sent(session, mail)
    with db.new_snapshot() as session:
        assert session.execute(text("SELECT text, html FROM mails")).all() == [("", "")]
