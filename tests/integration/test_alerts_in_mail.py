"""Links in mails that open without signing in: they show one sentence, and only a button changes anything."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts.policy import Actor
from app.alerts.notices import compose_mails
from app.core import db
from app.factory import create_app
from app.outbox.models import Mail
from tests.factories.folding import drain, send
from tests.factories.operations import a_headcount, a_shelter, make_actor, make_operation
from tests.factories.pages import words_of

NOON = datetime(2025, 3, 10, 9, tzinfo=UTC)


class Told:
    """A coordinator who was told by mail that a shelter is full, and a browser nobody is signed in with."""

    def __init__(self, *, role: str = "coordinator", **more: str) -> None:
        with db.unit_of_work() as session:
            operation = make_operation(session)
            self.worker = make_actor(session, operation)
            self.reader: Actor = make_actor(session, operation, role="coordinator", areas=["SY06"])
        send(self.worker, a_shelter(capacity=100, status="open"), a_headcount("KHM", at=NOON, people=120))
        drain()
        self.application: Flask = create_app()
        self.mail = self.mails()[0]

    @property
    def nobody(self) -> FlaskClient:
        return self.application.test_client()

    def mails(self) -> list[Mail]:
        with db.unit_of_work() as session:
            compose_mails(session)
            return list(session.query(Mail).order_by(Mail.created_at))  # type: ignore[arg-type]  # SQLModel's types

    def link(self, begins: str = "/a/") -> str:
        found = re.search(rf"https?://[^/\s]+({begins}[^\s>]+)", self.mail.text + self.mail.headers["List-Unsubscribe"])
        assert found is not None
        return found[1]

    def status(self) -> str:
        with db.new_snapshot() as session:
            return str(session.scalar(text("SELECT status FROM alerts WHERE rule = 'occupancy'")))

    def run(self, statement: str) -> None:
        with db.unit_of_work() as session:
            session.execute(text(statement), {"user": self.reader.user_id})


@pytest.fixture
def told(database: str) -> Told:
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False) as clock:
        made = Told()
        made.clock = clock  # type: ignore[attr-defined]
        yield made  # type: ignore[misc]


def test_a_link_shows_the_sentence_and_nothing_else(told: Told) -> None:
    answer = told.nobody.get(told.link())
    said = words_of(answer.text)
    assert "Shelter KHM is 20 people over its places" in said
    assert "I take this on" in said
    for kept in ("Jablah", told.reader.email, "Nearest", "full_count"):
        assert kept not in answer.text
    assert answer.headers["Cache-Control"].startswith("no-store") or "private" in answer.headers["Cache-Control"]


def test_whoever_follows_every_link_acknowledges_nothing(told: Told) -> None:
    for part in (told.mail.text, told.mail.html, str(told.mail.headers)):
        for link in re.findall(r"https?://[^/\s]+(/[^\s\"<>]*)", part):
            for method in ("GET", "HEAD", "OPTIONS"):
                told.nobody.open(link, method=method)
    assert told.status() == "open"
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM subscriptions")) == 0


def test_the_button_takes_it_on_as_the_one_who_was_told(told: Told) -> None:
    answer = told.nobody.post(told.link())
    assert "Somebody has taken this on." in words_of(answer.text)
    assert told.status() == "acknowledged"
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT acknowledged_by FROM alerts")) == told.reader.user_id
    again = told.nobody.get(told.link())
    assert "I take this on" not in words_of(again.text)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET active = false WHERE id = :user",
        "DELETE FROM memberships WHERE user_id = :user",
        "UPDATE memberships SET areas = '{SY10}' WHERE user_id = :user",
        "UPDATE alerts SET ended_at = now(), status = 'resolved'",
        "UPDATE alert_transitions SET at = at - interval '8 days'",
    ],
)
def test_it_ends_with_the_account_the_role_the_areas_the_alert_and_after_a_week(told: Told, change: str) -> None:
    link = told.link()
    told.run(change)
    assert told.nobody.get(link).status_code == 404
    assert told.nobody.post(link).status_code == 404


def other(encoded: str) -> str:
    """The same with its first letter, all bits of which count, changed: the last bits of base64 may say nothing."""
    return ("A" if encoded[0] != "A" else "B") + encoded[1:]


def test_nobody_can_make_one_up(told: Told) -> None:
    link = told.link()
    token = link.removeprefix("/a/").split("?")[0]
    said, signature = token.split(".")
    for forged in (f"{said}.{other(signature)}", f"{other(said)}.{signature}", said, "x", "."):
        assert told.nobody.get(f"/a/{forged}").status_code == 404
        assert told.nobody.post(f"/u/{forged}").status_code == 404
    assert told.nobody.get(f"/u/{token}").status_code == 404, "a link is good for what it was made for"


def test_one_click_ends_all_mails_about_alerts(told: Told) -> None:
    assert told.mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = told.link("/u/")
    assert "Stop all mails about these alerts" in words_of(told.nobody.get(link).text)
    answer = told.nobody.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You get no more mails about alerts in “Coast”." in words_of(answer.text)
    with db.new_snapshot() as session:
        assert session.execute(text("SELECT user_id, how FROM subscriptions")).all() == [(told.reader.user_id, "never")]


def test_all_mails_about_one_alert_are_one_thread(told: Told) -> None:
    told.clock.shift(timedelta(hours=1))  # type: ignore[attr-defined]
    send(told.worker, a_headcount("KHM", at=NOON + timedelta(hours=1), people=10))
    drain()
    told.clock.shift(timedelta(hours=2))  # type: ignore[attr-defined]
    first, last = told.mails()
    assert first.headers["References"] == last.headers["References"]
    assert first.message_id != last.message_id
