"""A night on which a thousand shelters fill at once: each recipient is told of each once, in two mails, in a minute."""

import time
from collections import Counter, defaultdict
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from sqlalchemy import text

from app.alerts.notices import compose_mails
from app.alerts.policy import GATHER_WITHIN
from app.alerts.refresh import refresh
from app.core import clock, db
from app.outbox.transports import SmtpTransport
from tests.factories.folding import send
from tests.factories.mail_server import Sink
from tests.factories.operations import a_headcount, a_shelter, make_actor, make_operation
from workers.tasks import outbox

ALERTS, RECIPIENTS = 1_000, 12
LONGEST = timedelta(minutes=1)  # of work; that a second mail waits a minute for the first is not work

pytestmark = pytest.mark.slow


def test_each_recipient_gets_each_of_a_thousand_notices_once_and_soon(
    database: str, sink: Sink, transport: SmtpTransport
) -> None:
    with db.unit_of_work() as session:
        operation = make_operation(session)
        worker = make_actor(session, operation)
        readers = [
            make_actor(session, operation, role="coordinator", language=("en", "ar", "fr")[number % 3]).email
            for number in range(RECIPIENTS)
        ]
    codes = [f"S-{number}" for number in range(ALERTS)]
    at = clock.now()
    send(worker, *(a_shelter(code=code, at=at, capacity=100, status="open", lat=35.4, lon=35.9) for code in codes))
    _fold()
    send(worker, *(a_headcount(code, at=at, people=120 + number) for number, code in enumerate(codes)))
    began = time.monotonic()
    while _fold(most=1):
        _mail(transport)
    with time_machine.travel(clock.now() + GATHER_WITHIN, tick=True):
        _mail(transport)
    took = timedelta(seconds=time.monotonic() - began)
    told: dict[str, Counter[str]] = defaultdict(Counter)
    mails: Counter[str] = Counter()
    for content in sink.taken:
        message = message_from_bytes(content, policy=default)
        mails[message["To"]] += 1
        told[message["To"]].update(message["X-Mawa-Notices"].split(", "))
    assert set(told) == set(readers)
    assert {reader: (len(found), set(found.values())) for reader, found in told.items()} == dict.fromkeys(
        readers, (ALERTS, {1})
    )
    assert set(mails.values()) <= {1, 2}
    assert len({notice for found in told.values() for notice in found}) == ALERTS * RECIPIENTS == _written()
    assert took < LONGEST, took


def _fold(*, most: int | None = None) -> int:
    """So many rounds of the fold, or all there is to do; how many places were folded."""
    folded, rounds = 0, 0
    while most is None or rounds < most:
        with db.unit_of_work() as session:
            now = refresh(session)
        if not now:
            break
        folded, rounds = folded + now, rounds + 1
    return folded


def _mail(transport: SmtpTransport) -> None:
    """What the mail worker does when it is woken."""
    while True:
        with db.unit_of_work() as session:
            written = compose_mails(session)
        if not written:
            break
    outbox.send_through(transport)


def _written() -> int:
    with db.new_snapshot() as session:
        return session.scalar(text("SELECT count(*) FROM notices WHERE mail_id IS NOT NULL")) or 0
