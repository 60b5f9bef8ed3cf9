"""Sending what waits in the outbox: claim, send, settle, each in a short transaction of its own."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from app.alerts.notices import call_off, meant_no_more
from app.core import meters, requests
from app.core.db import unit_of_work
from app.core.jobs import SEND
from app.outbox import emails, service
from app.outbox.errors import NotSent, ServerAway
from app.outbox.models import Mail
from app.outbox.queries import refused_among
from app.outbox.transports import Transport, transport_of
from config.settings import settings

BATCH = 10
LONGEST_RUN = 60.0  # seconds; what is left is for the next wake-up or sweep
LONGEST_HOLD = 120.0  # seconds after which the rest of a batch is given back, well inside the lease

FIRST_AWAY, LONGEST_AWAY, LONGEST_SHUT_OUT = 2.0, 20.0, 600.0  # seconds
REFUSED_BEFORE = "not tried: an earlier mail to this address was refused"

log = structlog.get_logger(__name__)


@dataclass
class Server:
    """How long a server that was away is left alone: longer each time, and much longer where it refused our login, for
    which providers lock a sender out."""

    until: float = 0.0
    pause: float = 0.0

    def went_away(self, failure: ServerAway) -> None:
        longest = LONGEST_SHUT_OUT if failure.is_shut_out else LONGEST_AWAY
        self.pause = min(max(2 * self.pause, FIRST_AWAY), longest)
        self.until = time.monotonic() + self.pause


_server = Server()


def send_waiting_mails() -> int:
    """Send what is due over one connection; how many were taken by the server."""
    if time.monotonic() < _server.until:
        return 0
    transport = transport_of(settings())
    try:
        return send_through(transport, _server)
    finally:
        transport.close()


def send_through(transport: Transport, server: Server | None = None) -> int:
    """Send batch after batch until nothing is due, the server is away, or it is another run's turn."""
    server = server or Server()
    sent, until = 0, time.monotonic() + LONGEST_RUN
    while time.monotonic() < until:
        with unit_of_work() as session:
            claimed = service.claim(session, limit=BATCH)
            mails = _still_meant(session, claimed)
            refused = refused_among(session, [mail.recipient for mail in mails])
        try:
            sent += _send_batch(transport, mails, refused)
        except ServerAway as away:
            server.went_away(away)
            break
        if mails:
            server.pause = 0.0
        if len(claimed) < BATCH:
            break
    return sent


def _still_meant(session: Session, mails: Sequence[Mail]) -> list[Mail]:
    """Those that may leave. The others are for somebody who may not read them any more."""
    over = meant_no_more(session, [mail.id for mail in mails])
    if over:
        log.info("mails_called_off", mails=sorted(str(mail) for mail in over))
        call_off(session, over)
    return [mail for mail in mails if mail.id not in over]


def _send_batch(transport: Transport, mails: Sequence[Mail], refused: Collection[str]) -> int:
    """How many of these left; what is for an address that takes no mail is not tried. Raises ServerAway, everything not
    tried given back, when there is no server."""
    sent, until = 0, time.monotonic() + LONGEST_HOLD
    for position, mail in enumerate(mails):
        if time.monotonic() > until:
            _give_back(mails[position:])
            break
        try:
            sent += _send_one(transport, mail, is_refused=mail.recipient in refused)
        except ServerAway:
            _give_back(mails[position + 1 :])
            raise
    return sent


def _send_one(transport: Transport, mail: Mail, *, is_refused: bool) -> bool:
    """Try one mail and settle it; whether it left and was still ours to settle."""
    failure = NotSent(REFUSED_BEFORE, "permanent") if is_refused else _failure(transport, mail)
    meters.count("mails", failure.failure if failure else "sent")
    told = {"mail": str(mail.id), "request_ids": requests.named(mail.headers.get(requests.HEADER))}
    if failure is None:
        log.debug("mail_sent", **told)
        with unit_of_work() as session:
            return service.settle_sent(session, mail)
    with unit_of_work() as session:
        service.settle_failed(session, mail, failure)
    log.warning("mail_not_sent", **told, attempts=mail.attempts, failure=failure.failure)
    if isinstance(failure, ServerAway):
        raise failure
    return False


def _failure(transport: Transport, mail: Mail) -> NotSent | None:
    """Why the mail did not leave, None when it did."""
    if mail.attempts > service.MOST_ATTEMPTS:
        return NotSent("every attempt ended with the worker", "permanent")
    try:
        transport.send(emails.message_of(mail, settings().mail_from))
    except NotSent as failure:
        return failure
    except Exception as error:  # a mail that cannot even be built must not hold up the others
        return NotSent(f"{type(error).__name__}: {error}")
    return None


def _give_back(mails: Sequence[Mail]) -> None:
    with unit_of_work() as session:
        for mail in mails:
            service.give_back(session, mail)


TASKS = {SEND: send_waiting_mails}
