"""Mails that are written in one go: each reader is told theirs, whoever else is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.accounts.models import Membership
from app.alerts import links
from app.alerts.emails import compose as emails
from app.alerts.models import Notice
from app.alerts.notices import compose_mails, writing
from app.core import db
from app.outbox.models import Mail
from tests.factories.explained import what_is_read
from tests.factories.operations import a_headcount
from tests.factories.trials import START, Trial
from workers.tasks import alerts as tasks
from workers.tasks import core

LANGUAGES = ("en", "ar", "fr")
PARTS = (None, ["SY06"], ["SY0602"], ["SY10"], ["SY0602", "SY1002"])


def mails_of(session: Session) -> dict[tuple[str, UUID | None], tuple[Any, ...]]:
    """What each address was told of each operation; a second mail of it to one would not fit in."""
    found: dict[tuple[str, UUID | None], tuple[Any, ...]] = {}
    for mail in session.scalars(select(Mail)):
        assert (mail.recipient, mail.operation_id) not in found
        found[mail.recipient, mail.operation_id] = (mail.subject, mail.text, mail.html, mail.headers)
    return found


def test_together_each_is_told_what_they_would_be_told_alone(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers of every language and area, two operations (one brief), people in both, an alert that rose meanwhile."""
    session = trial.session
    other = Trial(session, trial.clock)
    other.operation.mail_detail = "brief"
    for one, two in ((trial, other), (other, trial)):
        for language in LANGUAGES:
            for areas in PARTS * 2:
                actor = one.coordinator(areas, language=language)
        session.add(Membership(user_id=actor.user_id, operation_id=two.operation.id, role="coordinator", areas=None))
        session.flush()
    for one in (trial, other):
        one.shelter("KHM")
        one.shelter("BAN", area="SY1002", lat=35.2)
        one.shelter("ROOM", lat=35.5)
        one.count("ROOM", 20)
        one.count("KHM", 90)
        one.count("KHM", 134)
        one.report(a_headcount("BAN", at=START, people=100))
    people, in_both = len(LANGUAGES) * len(PARTS) * 4, 2
    with session.begin_nested() as together:
        assert compose_mails(session) + compose_mails(session) == people + in_both
        told = mails_of(session)
        together.rollback()
    monkeypatch.setattr(writing, "PEOPLE_A_TIME", 1)
    assert sorted(compose_mails(session) for _ in range(people)) == [1] * (people - in_both) + [2] * in_both
    assert mails_of(session) == told
    assert {operation for _, operation in told} == {trial.operation.id, other.operation.id}
    assert len({text for _, text, _, _ in told.values()}) > len(LANGUAGES) * len(PARTS)


def test_of_two_operations_there_is_a_mail_each_that_ends_its_own(trial: Trial) -> None:
    """What is given up is seen by the administrators of its operation, and whoever ends one keeps the other."""
    session, other = trial.session, Trial(trial.session, trial.clock)
    actor = trial.coordinator()
    session.add(Membership(user_id=actor.user_id, operation_id=other.operation.id, role="coordinator", areas=None))
    session.flush()
    for one, code in ((trial, "KHM"), (other, "BAN")):
        one.shelter(code)
        one.count(code, 134)
    assert compose_mails(session) == 2
    told = {mail.operation_id: mail for mail in session.scalars(select(Mail))}
    ends = [told[one.operation.id].headers["List-Unsubscribe"] for one in (trial, other)]
    assert [links.read(links.UNSUBSCRIBE, end.strip("<>").rpartition("/")[2]) for end in ends] == [
        [one.operation.id, actor.user_id] for one in (trial, other)
    ]
    assert "KHM" in told[trial.operation.id].text and "BAN" not in told[trial.operation.id].text
    assert compose_mails(session) == 0


def test_fifty_are_told_the_same_with_few_questions(trial: Trial) -> None:
    for _ in range(writing.PEOPLE_A_TIME):
        trial.coordinator(["SY06"])
    trial.shelter("KHM")
    trial.count("KHM", 134)
    asked: list[str] = []
    connection = trial.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert compose_mails(trial.session) == writing.PEOPLE_A_TIME
    assert len(asked) < 25, asked
    assert len(mails_of(trial.session)) == writing.PEOPLE_A_TIME


# What one person was told in years: the mail there is, once an hour before.
_YEARS = """
  WITH hours AS (SELECT hour, md5('step' || hour)::uuid AS step, md5('mail' || hour)::uuid AS mail
      FROM generate_series(1, 5000) AS hour),
    steps AS (INSERT INTO alert_transitions (id, operation_id, alert_id, kind, before, after, since, at, numbers)
      SELECT step, operation_id, alert_id, kind, before, after, since, at, numbers FROM alert_transitions, hours
      WHERE id IN (SELECT transition_id FROM notices)),
    sent AS (INSERT INTO mails
        (id, recipient, subject, text, html, message_id, headers, status, created_at, due_at, attempts)
      SELECT mail, recipient, subject, text, html, mail::text, headers, 'sent', created_at - hour * interval '1 hour',
        due_at, 1 FROM mails, hours)
  INSERT INTO notices (id, operation_id, transition_id, user_id, due_at, mail_id)
  SELECT gen_random_uuid(), operation_id, step, user_id, due_at, mail FROM notices, hours
"""


def test_what_was_mailed_in_years_is_not_read_again(trial: Trial) -> None:
    trial.coordinator(["SY06"])
    trial.shelter("KHM")
    trial.count("KHM", 95)
    assert len(trial.mails()) == 1
    trial.session.execute(text(_YEARS))
    trial.session.execute(text("ANALYZE"))
    trial.count("KHM", 134, after=timedelta(hours=2))
    with what_is_read(trial.session.connection()) as read:
        assert compose_mails(trial.session) == 1
    assert sum(one.rows["mails"] + one.rows["notices"] for one in read) < 100, read


def test_a_mail_that_cannot_be_stored_holds_up_no_other(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = trial.coordinator(language="fr"), [trial.coordinator().email, trial.coordinator(language="ar").email]
    compose = emails.compose

    def with_what_postgresql_refuses(reader: emails.Reader, *given: Any, **more: Any) -> emails.Written:
        written = compose(reader, *given, **more)
        return emails.Written(written.subject, "\0", written.html) if reader.language == "fr" else written

    monkeypatch.setattr(emails, "compose", with_what_postgresql_refuses)
    trial.shelter("A")
    trial.count("A", 110)
    assert sorted(mail.recipient for mail in trial.mails()) == sorted(fine)
    waiting = trial.session.scalars(
        select(Notice).where(col(Notice.mail_id).is_(None), col(Notice.dropped_at).is_(None))
    )
    assert [notice.user_id for notice in waiting] == [broken.user_id]
    monkeypatch.undo()
    trial.clock.shift(writing.TRIED_AGAIN_AFTER)
    assert {mail.recipient for mail in trial.mails()} == {broken.email, *fine}
    assert len(mails_of(trial.session)) == 3


def test_a_worker_that_dies_before_it_commits_has_written_nothing(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.unit_of_work() as session, time_machine.travel(START, tick=False) as clock:
        trial = Trial(session, clock)
        emails_told = {trial.coordinator().email for _ in range(5)}
        trial.shelter("A")
        trial.count("A", 110)

    def dies(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(db, "commit", dies)
        with pytest.raises(SystemExit):
            tasks.compose_due_mails()
    with db.unit_of_work() as session:
        assert mails_of(session) == {}
    sent: list[int] = []
    monkeypatch.setattr(tasks, "send_waiting_mails", lambda: sent.append(1))
    assert tasks.compose_due_mails() == 5
    with db.unit_of_work() as session:
        assert {recipient for recipient, _ in mails_of(session)} == emails_told
    assert tasks.compose_due_mails() == 0
    assert sent == [1]


def test_the_first_mail_of_a_worker_makes_no_statement_anew(database: str) -> None:
    with db.unit_of_work() as session, time_machine.travel(START, tick=False) as clock:
        trial = Trial(session, clock)
        trial.coordinator(["SY06"])
        trial.shelter("A")
        trial.count("A", 110)
    core.warm_up(["mail"])
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, _given: Any, context: Any, *_more: Any) -> None:
        if context.cache_hit is CacheStats.CACHE_MISS and statement.startswith("SELECT"):
            made.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    assert tasks.compose_due_mails() == 1
    assert made == []
