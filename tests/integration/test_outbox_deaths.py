"""Mails whose worker dies, or whose server goes away, half-way: none is lost, only the one between is sent twice."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine

from app.core import clock
from app.outbox import service
from app.outbox.emails import Message
from app.outbox.errors import ServerAway
from app.outbox.transports import SmtpTransport
from tests.factories.mail_server import Sink, mails, write
from workers.tasks import outbox

pytestmark = pytest.mark.usefixtures("database")


def test_a_worker_that_dies_after_the_servers_250_sends_again_under_the_same_message_id(
    sink: Sink, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a@example.org")
    with monkeypatch.context() as broken:
        broken.setattr(service, "settle_sent", dies)
        with pytest.raises(SystemExit):
            outbox.send_through(transport)
    assert outbox.send_through(transport) == 0
    with time_machine.travel(clock.now() + service.LEASE + timedelta(seconds=1)):
        assert outbox.send_through(transport) == 1
    assert len(sink.taken) == 2
    assert sink.taken[0] == sink.taken[1]


def test_a_worker_that_dies_in_the_middle_of_a_batch_has_told_nobody_twice(
    sink: Sink, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"p{number}@example.org" for number in range(outbox.BATCH + 3)]
    write(*names)
    send, tried = transport.send, list[str]()

    def send_four(message: Message) -> None:
        tried.append(message.recipient)
        if len(tried) > 4:
            raise SystemExit
        send(message)

    with monkeypatch.context() as broken:
        broken.setattr(transport, "send", send_four)
        with pytest.raises(SystemExit):
            outbox.send_through(transport)
    assert {name for name, mail in mails().items() if mail.status == "sent"} == set(tried[:4])
    assert outbox.send_through(transport) == 3  # the rest of the batch is held until the lease ends
    with time_machine.travel(clock.now() + service.LEASE + timedelta(seconds=1)):
        assert outbox.send_through(transport) == outbox.BATCH - 4
    told = sorted(str(message_from_bytes(taken, policy=default)["To"]) for taken in sink.taken)
    assert told == sorted(names)


def test_a_server_that_goes_away_in_the_middle_of_a_batch_has_taken_what_it_took() -> None:
    class Leaving:
        def __init__(self) -> None:
            self.taken: list[str] = []

        def send(self, message: Message) -> None:
            if len(self.taken) == 3:
                raise ServerAway("away")
            self.taken.append(message.recipient)

        def close(self) -> None:
            pass

    write(*(f"p{number}@example.org" for number in range(outbox.BATCH)))
    leaving = Leaving()
    outbox.send_through(leaving)
    assert len(leaving.taken) == 3
    found = mails()
    assert {name for name, mail in found.items() if mail.status == "sent"} == set(leaving.taken)
    left = [mail for mail in found.values() if mail.status == "waiting"]
    assert [mail.attempts for mail in left] == [0] * (outbox.BATCH - 3)
    assert {mail.leased_until for mail in left} == {None}


def dies(*_: object, **__: object) -> bool:
    raise SystemExit
