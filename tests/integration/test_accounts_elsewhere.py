"""Whoever works in two operations: what the administrators of one learn and may do of what they do in the other."""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from app.accounts import service
from app.accounts.policy import Actor
from app.core import db
from app.factory import create_app
from app.places.models import Operation
from tests.factories.browsers import Browser, make_person
from tests.factories.operations import make_actor, make_operation
from tests.factories.pages import Visitor, words_of


@dataclass
class Both:
    """Rana works in two operations, first in one whose administrator is `boss`."""

    app: Flask
    rana: Actor
    boss: Actor
    other: UUID

    def phone(self) -> Browser:
        browser = Browser(self.app, address="192.0.2.7")
        browser.sign_in(self.rana.email)
        return browser

    def page(self) -> str:
        return f"/admin/users/{self.rana.user_id}"


@pytest.fixture
def both(database: str) -> Both:
    rana = make_person(role="coordinator")
    with db.unit_of_work() as session:
        other = make_operation(session, code="other")
        service.add_user(session, email=rana.email, role="partner", areas=None, operation_id=other.id)
        boss = make_actor(session, session.get_one(Operation, rana.scope.operation_id), role="administrator")
        return Both(create_app(), rana, boss, other.id)


def entries(action: str) -> list[tuple[str, str | None]]:
    """In which operation an action is written down, and from where it is said to come."""
    wanted = text(
        "SELECT CASE code WHEN 'other' THEN code ELSE 'here' END, address FROM audit_entries"
        " JOIN operations ON operations.id = operation_id WHERE action = :action ORDER BY at, 1"
    )
    with db.new_snapshot() as session:
        return [(code, address) for code, address in session.execute(wanted, {"action": action})]


def test_where_somebody_is_signed_in_who_works_elsewhere_too_is_not_shown(both: Both) -> None:
    both.phone()
    said = words_of(Visitor(both.app, both.boss).open(both.page()).text)
    assert "192.0.2.7" not in said
    assert "Firefox" not in said
    assert "so where they are signed in is not shown here" in said


def test_nor_is_it_ended(both: Both) -> None:
    phone, boss = both.phone(), Browser(both.app)
    boss.client = Visitor(both.app, both.boss).client
    with db.new_snapshot() as session:
        sign_in = session.scalar(text("SELECT id FROM sign_ins WHERE user_id = :id"), {"id": both.rana.user_id})
    for path in (f"/sign-ins/{sign_in}/end", "/sign-ins/end"):
        answer = boss.press(both.page() + path)
        assert answer.status_code == HTTPStatus.CONFLICT
        assert "They also work in an operation that you do not administer" in words_of(answer.text)
    assert phone.is_in()


def test_who_administers_both_sees_and_ends_it(both: Both) -> None:
    phone, boss = both.phone(), Browser(both.app)
    with db.unit_of_work() as session:
        add = {"email": both.boss.email, "role": "administrator", "areas": None, "operation_id": both.other}
        service.add_user(session, **add)  # type: ignore[arg-type]  # as named
    boss.client = Visitor(both.app, both.boss).client
    assert "192.0.2.7" in boss.reads(both.page())
    boss.press(f"{both.page()}/sign-ins/end")
    assert not phone.is_in()


def test_signing_in_and_out_is_written_down_where_they_work_just_now(both: Both) -> None:
    phone = both.phone()
    assert entries("user.sign_in") == [("here", "192.0.2.7")]
    phone.press("/account/operation", operation=str(both.other))
    assert entries("user.sign_in") == [("here", "192.0.2.7"), ("other", "192.0.2.7")]
    phone.press("/logout")
    assert entries("user.sign_out") == [("other", "192.0.2.7")]


def test_from_where_they_do_anything_else_is_told_there_too(both: Both) -> None:
    both.phone().press("/account/language", language="fr")
    assert sorted(entries("user.language")) == [("here", "192.0.2.7"), ("other", None)], "of one request"


def test_who_is_given_a_role_in_a_further_operation_is_told(both: Both) -> None:
    with db.unit_of_work() as session:
        somebody = make_actor(session, make_operation(session), language="fr")
    visitor = Visitor(both.app, both.boss)
    typed = {"email": somebody.email, "role": "partner", "where": "everywhere", "language": "en"}
    assert "and are told by mail" in visitor.read(visitor.send("/admin/users/new", **typed))
    with db.new_snapshot() as session:
        to, subject, said = session.execute(text("SELECT recipient, subject, text FROM mails")).one()
    assert (to, subject) == (somebody.email, "Vous travaillez dans une autre opération sur Mawa")
    assert "Coast" in said
