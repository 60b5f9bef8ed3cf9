"""Mails on their way: a real SMTP server that takes, defers, refuses, hangs or cuts the line."""

import socket
import ssl
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from mailbox import Maildir
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.smtp import AuthResult
from sqlmodel import select

from app.core import clock
from app.core.db import unit_of_work
from app.outbox import service, transports
from app.outbox.emails import message_of
from app.outbox.errors import ServerAway
from app.outbox.models import Mail
from app.outbox.queries import refused_among
from app.outbox.transports import MailboxTransport, SmtpTransport
from config.settings import settings
from tests.factories.mail_server import Sink, mails, serve, write
from workers.tasks import outbox

pytestmark = pytest.mark.usefixtures("database")


def test_it_sends_many_mails_over_one_connection(sink: Sink, transport: SmtpTransport) -> None:
    write(*(f"p{number}@example.org" for number in range(25)))
    assert outbox.send_through(transport) == 25
    assert {(mail.status, mail.attempts) for mail in mails().values()} == {("sent", 1)}
    assert len(sink.connections) == 1
    message = message_from_bytes(sink.taken[0], policy=default)
    assert message["Message-ID"] == mails()[message["To"]].message_id
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "نص"
    assert outbox.send_through(transport) == 0


@pytest.mark.parametrize(
    ("kind", "failure", "reason"),
    [
        ("defer-rcpt", "temporary", "450 greylisted"),
        ("defer-data", "temporary", "452 disk full"),
        ("refuse-rcpt", "permanent", "550 nobody here"),
        ("refuse-data", "permanent", "554 looks like spam"),
        ("cut", "temporary", "SMTPServerDisconnected"),
        ("hang", "timeout", "timed out"),
    ],
)
def test_one_mail_that_fails_holds_up_no_other(
    sink: Sink, transport: SmtpTransport, kind: str, failure: str, reason: str
) -> None:
    write("first@example.org", f"{kind}@example.org", "last@example.org")
    assert outbox.send_through(transport) == 2
    found = mails()
    assert {found[f"{name}@example.org"].status for name in ("first", "last")} == {"sent"}
    failed = found[f"{kind}@example.org"]
    status = "dead" if failure == "permanent" else "waiting"
    assert (failed.status, failed.failure) == (status, failure)
    assert reason in (failed.last_error or "")
    assert (failed.due_at > clock.now()) == (status == "waiting")


def test_a_deferred_mail_is_sent_when_its_time_comes(sink: Sink, transport: SmtpTransport) -> None:
    write("defer-rcpt@example.org")
    assert outbox.send_through(transport) == 0
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert outbox.send_through(transport) == 0
    assert mails()["defer-rcpt@example.org"].attempts == 2


def test_without_a_server_no_mail_loses_anything_and_all_leave_in_their_order_when_it_is_back(
    sink: Sink, transport: SmtpTransport
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gone = SmtpTransport(f"smtp://127.0.0.1:{closed.getsockname()[1]}", timeout=0.5)
        for name in ("c", "a", "b"):
            write(f"{name}@example.org")
        for _ in range(service.MOST_ATTEMPTS + 1):
            assert outbox.send_through(gone) == 0
    found = mails()
    assert {(mail.status, mail.leased_until, mail.attempts) for mail in found.values()} == {("waiting", None, 0)}
    assert [mail.failure for mail in found.values()].count("temporary") == 1
    assert outbox.send_through(transport) == 3
    told = [str(message_from_bytes(taken, policy=default)["To"]) for taken in sink.taken]
    assert told == ["c@example.org", "a@example.org", "b@example.org"]


def test_a_sender_the_server_does_not_know_is_our_mistake_and_kills_no_mail(
    sink: Sink, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "settings", lambda: settings().model_copy(update={"mail_from": "stranger@example.org"}))
    write("a@example.org")
    assert outbox.send_through(transport) == 0
    assert mails()["a@example.org"].status == "waiting"


def test_it_signs_in_where_the_address_of_the_server_says_so() -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.login == b"mawa" and given.password == b"p@ss/word")

    for sink in serve(Sink(), authenticator=check, auth_require_tls=False):
        write("a@example.org")
        wrong = SmtpTransport(f"smtp://mawa:wrong@127.0.0.1:{sink.port}", timeout=0.5)
        with unit_of_work() as session:
            (mail,) = service.claim(session, limit=1)
            message = message_of(mail, "mawa@example.org")
            service.give_back(session, mail)
        with pytest.raises(ServerAway):
            wrong.send(message)
        right = SmtpTransport(f"smtp://mawa:p%40ss%2Fword@127.0.0.1:{sink.port}", timeout=0.5)
        assert outbox.send_through(right) == 1
        right.close()


def test_a_mail_that_ends_every_worker_is_dead_in_the_end(sink: Sink, transport: SmtpTransport) -> None:
    write("a@example.org")
    with unit_of_work() as session:
        session.scalars(select(Mail)).one().attempts = service.MOST_ATTEMPTS
    assert outbox.send_through(transport) == 0
    assert mails()["a@example.org"].status == "dead"


def test_a_mail_that_cannot_be_built_holds_up_no_other(sink: Sink, transport: SmtpTransport) -> None:
    write("a@example.org", "b@example.org")
    with unit_of_work() as session:
        session.scalars(select(Mail).where(Mail.recipient == "a@example.org")).one().headers = {"To": "b@example.org"}
    assert outbox.send_through(transport) == 1
    unbuilt = mails()["a@example.org"]
    assert (unbuilt.status, unbuilt.attempts) == ("waiting", 1)
    assert "ValueError" in (unbuilt.last_error or "")


def test_an_address_the_server_cannot_read_is_dead() -> None:
    for sink in serve(Sink(), enable_SMTPUTF8=False):
        write("رنا@example.org", "b@example.org")
        transport = SmtpTransport(f"smtp://127.0.0.1:{sink.port}", timeout=0.5)
        assert outbox.send_through(transport) == 1
        assert mails()["رنا@example.org"].status == "dead"
        transport.close()


def test_an_address_outside_of_ascii_arrives_where_the_server_takes_it(sink: Sink, transport: SmtpTransport) -> None:
    write("رنا@example.org")
    assert outbox.send_through(transport) == 1
    assert "\r\nTo: رنا@example.org\r\n".encode() in sink.taken[0]


def test_whose_certificates_are_believed_is_read_once_and_only_for_a_server_that_encrypts(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, begin = [], ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda: read.append(begin()) or read[-1])
    transports.trusted.cache_clear()
    write("a@example.org")
    plain = SmtpTransport(f"smtp://127.0.0.1:{sink.port}", timeout=0.5)
    assert outbox.send_through(plain) == 1
    plain.close()
    assert read == []
    for _ in range(2):
        write("b@example.org")
        assert outbox.send_through(SmtpTransport(f"smtps://127.0.0.1:{sink.port}", timeout=0.2)) == 0
    assert len(read) == 1
    assert read[0].verify_mode is ssl.CERT_REQUIRED
    assert read[0].check_hostname


def test_without_a_server_set_mails_go_to_the_development_mailbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = settings().model_copy(update={"mawa_data_dir": tmp_path / "data", "mail_url": None})
    monkeypatch.setattr(outbox, "settings", lambda: here)
    write("a@example.org")
    assert outbox.send_waiting_mails() == 1
    (kept,) = Maildir(tmp_path / "data" / "mail")
    assert kept["Message-ID"] == mails()["a@example.org"].message_id


def test_a_mailbox_that_cannot_be_written_is_a_server_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where a folder should be")
    write("a@example.org")
    assert outbox.send_through(MailboxTransport(tmp_path / "mail")) == 0
    assert mails()["a@example.org"].status == "waiting"


@pytest.mark.parametrize(
    ("answer", "is_address"),
    [
        ("550 nobody here", True),
        ("550 5.1.1 no such user", True),
        ("553 mailbox name not allowed", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 5.7.1 we do not like you", False),
        ("554 5.7.1 blocked", False),
        ("552 5.2.2 mailbox full", False),
        ("554 no", False),
    ],
)
def test_an_address_at_which_nobody_is_gets_no_mail_any_more(answer: str, is_address: bool) -> None:
    for sink in serve(Sink(refusal=answer)):
        transport = SmtpTransport(f"smtp://127.0.0.1:{sink.port}", timeout=0.5)
        write("refuse-rcpt@example.org")
        assert outbox.send_through(transport) == 0
        write("refuse-rcpt@example.org", "b@example.org")
        sink.asked.clear()
        assert outbox.send_through(transport) == 1
        assert ("refuse-rcpt@example.org" in sink.asked) is not is_address
        with unit_of_work() as session:
            refused = refused_among(session, ["refuse-rcpt@example.org", "b@example.org"])
            kept = [(mail.status, mail.failure) for mail in session.scalars(select(Mail)) if mail.status != "sent"]
        assert refused == ({"refuse-rcpt@example.org"} if is_address else set())
        assert kept == [("dead", "permanent")] * 2
        transport.close()


def test_refusals_by_the_server_as_a_whole_close_no_address(sink: Sink, transport: SmtpTransport) -> None:
    write("refuse-data@example.org", "defer-rcpt@example.org")
    assert outbox.send_through(transport) == 0
    with unit_of_work() as session:
        assert refused_among(session, ["refuse-data@example.org", "defer-rcpt@example.org"]) == set()
