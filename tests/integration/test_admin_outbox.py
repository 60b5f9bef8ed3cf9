"""`/admin/outbox`: what was given up is seen by its operation's administrators, and sent again; nobody else's."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from app.accounts.policy import Actor
from app.core import clock
from app.core.db import unit_of_work
from app.outbox import service
from app.outbox.errors import NotSent
from app.outbox.models import Mail, RefusedAddress
from app.outbox.queries import PAGE, refused_among
from app.outbox.schemas import Letter
from tests.factories.offices import Office, page_of
from tests.factories.pages import words_of

OUTBOX, AGAIN = "/admin/outbox", "/admin/outbox/again"
SPAM = NotSent("554 looks like spam", "permanent")
NOBODY = NotSent("550 5.1.1 nobody here", "permanent", is_address=True)


@pytest.fixture
def office(database: str) -> Office:
    return Office()


def failed(of: Actor, recipient: str, failure: NotSent, headers: dict[str, str] | None = None) -> UUID:
    """A mail of somebody's operation that was tried once."""
    letter = Letter(of.scope.operation_id, recipient, "its subject", "text", "<p>html</p>", headers or {})
    with unit_of_work() as session:
        service.write(session, [letter])
        (mail,) = service.claim(session, limit=1)
        service.settle_failed(session, mail, failure)
        return mail.id


def status_of(mail_id: UUID) -> str:
    with unit_of_work() as session:
        return session.get_one(Mail, mail_id).status


def use_again(actor: Actor) -> str:
    return f"/admin/outbox/people/{actor.user_id}/use-again"


def test_what_did_not_leave_is_shown_with_why(office: Office) -> None:
    for failure in (SPAM, NotSent("timed out", "timeout"), NotSent("450 later")):
        failed(office.boss, "b@example.org", failure, {"X-Mawa-Digest": "2026-01-01"})
    page = words_of(office.visitor.open(OUTBOX).text)
    for words in ("Refused for good", "554 looks like spam", "it may have arrived", "Not taken", "450 later", "Digest"):
        assert words in page
    assert page.count("tried again ") == 2
    assert "subject" not in page  # an alert of children who are alone is not for everybody


def test_where_all_has_left_it_says_so(office: Office) -> None:
    assert "All mail of this operation has left." in words_of(office.visitor.open(OUTBOX).text)


def test_a_mail_given_up_is_sent_again_as_it_was(office: Office) -> None:
    given_up = failed(office.boss, office.worker.email, SPAM)
    assert "1 mail is tried again." in office.presses(AGAIN, mail=str(given_up))
    with unit_of_work() as session:
        (again,) = service.claim(session, limit=1)
    assert (again.id, again.text, again.attempts, again.failure) == (given_up, "text", 1, None)
    assert "Mails sent again" in words_of(office.visitor.open("/admin/audit").text)
    assert "No mail is tried again" in office.presses(AGAIN, mail=str(given_up))


def test_what_is_not_meant_for_them_any_more_is_not_sent_again(office: Office) -> None:
    given_up = failed(office.boss, office.worker.email, SPAM)
    office.presses(f"{page_of(office.worker)}/remove", sure="yes")
    assert "no longer for them" in office.presses(AGAIN, mail=str(given_up))
    assert status_of(given_up) == "dead"


def test_another_operations_mails_are_neither_shown_nor_sent(office: Office) -> None:
    theirs = failed(office.other_boss, "theirs@example.org", SPAM)
    assert "theirs@" not in office.visitor.open(OUTBOX).text
    assert "No mail is tried again" in office.presses(AGAIN, mail=str(theirs))
    assert "No mail is tried again" in office.presses(AGAIN, mail="not an id")
    assert status_of(theirs) == "dead"


def test_an_address_at_which_nobody_is_is_told_to_all_it_concerns_and_used_again(office: Office) -> None:
    given_up = failed(office.boss, office.worker.email, NOBODY)
    page = words_of(office.visitor.open(OUTBOX).text)
    assert "Addresses that take no mail" in page and NOBODY.reason in page
    assert "nobody is at this address" in words_of(office.visitor.open(page_of(office.worker)).text)
    assert "nobody is at your address" in words_of(office.visits(office.worker).open("/account").text)
    office.presses(AGAIN, mail=str(given_up))
    assert status_of(given_up) == "dead"  # the address takes none yet
    assert "Mail is sent to this address again." in office.presses(use_again(office.worker))
    office.presses(AGAIN, mail=str(given_up))
    assert status_of(given_up) == "waiting"
    assert "Address used again" in words_of(office.visitor.open("/admin/audit").text)
    assert "nobody is at your address" not in words_of(office.visits(office.worker).open("/account").text)


def test_of_an_address_of_another_operation_nothing_is_said(office: Office) -> None:
    with unit_of_work() as session:
        session.add(RefusedAddress(address="stranger@example.org", refused_at=clock.now(), reason=NOBODY.reason))
    assert "stranger@" not in office.visitor.open(OUTBOX).text
    assert office.visits(office.worker).open(OUTBOX).status_code == 403
    office.presses("/admin/outbox/people/00000000-0000-4000-8000-000000000000/use-again")
    with unit_of_work() as session:
        assert refused_among(session, ["stranger@example.org"]) == {"stranger@example.org"}


def test_many_are_paged(office: Office) -> None:
    begin, many = clock.now() - timedelta(days=1), PAGE + 3
    with unit_of_work() as session:
        of = office.boss.scope.operation_id
        service.write(session, [Letter(of, f"r{number}@example.org", "s", "t", "h") for number in range(many)])
        for number, mail in enumerate(session.scalars(select(Mail))):
            mail.status, mail.created_at = "dead", begin + timedelta(seconds=number // 2)
    seen: list[str] = []
    path: str | None = OUTBOX
    while path:
        page = office.visitor.open(path).text
        seen += re.findall(r">(r\d+@example\.org)</bdi></td>", page)
        onward = re.search(r'href="(/admin/outbox\?after=[^"]+)"', page)
        path = onward[1].replace("&amp;", "&") if onward else None
    assert len(seen) == len(set(seen)) == many
