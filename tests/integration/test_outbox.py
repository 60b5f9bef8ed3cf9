"""The outbox on PostgreSQL: written with a change, claimed by one, settled by whoever still holds the lease."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.core import jobs
from app.core.db import unit_of_work
from app.outbox import emails, queries, service
from app.outbox.errors import NotSent
from app.outbox.models import Mail
from app.outbox.schemas import Letter

START = datetime(2025, 3, 7, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def write(session: Session, *, due_at: datetime | None = None, **more: Any) -> Mail:
    given = {"recipient": "rana@example.org", "subject": "Full", "text": "text", "html": "<p>html</p>", **more}
    (mail_id,) = service.write(session, [Letter(None, **given)], due_at=due_at)
    return session.get_one(Mail, mail_id)


def test_a_mail_is_written_whole_and_wakes_the_sender_after_commit(session: Session) -> None:
    mail = write(session, subject="Full:\r\nBcc: x@example.org", headers={"X-Mawa": "a\nb"})
    assert mail.message_id == f"<{mail.id}@localhost>"
    assert mail.subject == "Full: Bcc: x@example.org"
    assert mail.headers == {"X-Mawa": "a b"}
    assert session.info["wake"] == {jobs.SEND}


def test_a_retry_is_the_same_bytes(session: Session) -> None:
    mail = write(
        session, subject="مأوى امتلأ", text="امتلأ المأوى", html="<p dir='rtl'>امتلأ</p>", headers={"List-Id": "mawa"}
    )
    first, again = (emails.message_of(mail, "Mawa <mawa@example.org>") for _ in range(2))
    assert first == again
    found = message_from_bytes(first.content, policy=default)
    assert found["Message-ID"] == mail.message_id
    assert found["List-Id"] == "mawa"
    assert found["Date"].datetime == mail.created_at.replace(microsecond=0)


def test_it_claims_what_is_due_oldest_first_and_only_once(session: Session, clock: time_machine.Traveller) -> None:
    later = write(session, due_at=START + timedelta(minutes=1))
    second = write(session, due_at=START - timedelta(seconds=1))
    first = write(session, due_at=START - timedelta(seconds=2))
    write(session, due_at=START)
    assert [mail.id for mail in service.claim(session, limit=2)] == [first.id, second.id]
    assert len(service.claim(session, limit=9)) == 1
    assert service.claim(session, limit=9) == []
    clock.shift(timedelta(minutes=1))
    assert [mail.id for mail in service.claim(session, limit=9)] == [later.id]


def test_a_lease_that_ran_out_can_be_claimed_again_and_its_first_holder_settles_nothing(
    session: Session, clock: time_machine.Traveller
) -> None:
    write(session)
    (mine,) = service.claim(session, limit=1)
    session.expunge(mine)
    clock.shift(service.LEASE - timedelta(seconds=1))
    assert service.claim(session, limit=1) == []
    clock.shift(timedelta(seconds=1))
    (theirs,) = service.claim(session, limit=1)
    assert (mine.attempts, theirs.attempts) == (1, 2)
    assert not service.settle_sent(session, mine)
    assert not service.settle_failed(session, mine, NotSent("late", "permanent"))
    assert service.settle_sent(session, theirs)
    assert not service.settle_sent(session, theirs)
    session.expire_all()
    assert (session.get_one(Mail, theirs.id).status, session.get_one(Mail, theirs.id).sent_at) == (
        "sent",
        START + service.LEASE,
    )


def test_a_temporary_failure_waits_longer_each_time_and_gives_up_after_about_two_days(
    session: Session, clock: time_machine.Traveller
) -> None:
    mail_id, pauses = write(session).id, list[timedelta]()
    while claimed := service.claim(session, limit=1):
        assert service.settle_failed(session, claimed[0], NotSent("451 later"))
        session.expire_all()
        mail = session.get_one(Mail, mail_id)
        pauses.append(mail.due_at - datetime.now(UTC))
        clock.move_to(max(mail.due_at, datetime.now(UTC)))
    assert (mail.status, mail.last_error, mail.attempts) == ("dead", "451 later", service.MOST_ATTEMPTS)
    assert timedelta(seconds=24) <= pauses[0] <= timedelta(seconds=30)
    assert max(pauses) <= timedelta(hours=1)
    assert timedelta(days=1.7) < datetime.now(UTC) - START < timedelta(days=2.3)


def test_a_permanent_failure_is_a_dead_letter_with_its_reason(session: Session) -> None:
    mail_id = write(session).id
    (mail,) = service.claim(session, limit=1)
    service.settle_failed(session, mail, NotSent("550 " + "x" * 9999, "permanent"))
    session.expire_all()
    dead = session.get_one(Mail, mail_id)
    assert (dead.status, dead.leased_until) == ("dead", None)
    assert dead.last_error is not None
    assert len(dead.last_error) == 500
    assert service.claim(session, limit=1) == []


def test_a_dead_letter_of_an_account_keeps_no_link(session: Session) -> None:
    """It would be good for a day, and stand in that day's backup."""
    mail_id = write(session).id
    (mail,) = service.claim(session, limit=1)
    service.settle_failed(session, mail, NotSent("550 no such user", "permanent"))
    session.expire_all()
    dead = session.get_one(Mail, mail_id)
    assert (dead.status, dead.text, dead.html) == ("dead", "", "")


def test_a_mail_given_back_is_due_at_once_and_lost_no_attempt(session: Session) -> None:
    write(session)
    (mail,) = service.claim(session, limit=1)
    assert service.give_back(session, mail)
    (again,) = service.claim(session, limit=1)
    assert again.attempts == 1


def test_waiting_counts_what_is_being_sent_and_what_will_be_tried_again(
    session: Session, clock: time_machine.Traveller
) -> None:
    assert queries.waiting(session) == (0, 0.0)
    write(session)
    clock.shift(timedelta(seconds=30))
    write(session, due_at=START + timedelta(days=1))
    (held,) = service.claim(session, limit=1)
    assert queries.waiting(session) == (2, 30.0)
    service.settle_sent(session, held)
    assert queries.waiting(session) == (1, 0.0)


@pytest.mark.usefixtures("database")
def test_many_workers_at_once_take_each_mail_exactly_once() -> None:
    with unit_of_work() as session:
        for number in range(120):
            write(session, subject=str(number))
    taken, barrier = Counter[str](), threading.Barrier(8)
    lock = threading.Lock()

    def work() -> None:
        barrier.wait()
        while True:
            with unit_of_work() as session:
                mails = service.claim(session, limit=7)
            if not mails:
                return
            assert len(mails) <= 7
            for mail in mails:
                with unit_of_work() as session:
                    settled = service.settle_sent(session, mail)
                with lock:
                    taken[mail.subject] += settled

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == Counter({str(number): 1 for number in range(120)})
    with unit_of_work() as session:
        assert set(session.scalars(select(col(Mail.status)))) == {"sent"}
