"""Looking at what time alone changed, calling others where nobody took an alert on, and turning due notices into
mails, which leave at once."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.alerts.digests import compose_digests
from app.alerts.notices import compose_mails
from app.alerts.refresh import pass_time
from app.alerts.service import escalate
from app.core.db import unit_of_work, wake
from app.core.jobs import COMPOSE, DIGEST, LOOK_AGAIN
from workers.tasks.outbox import send_waiting_mails

A_TIME = 100  # in one transaction


def look_again() -> int:
    """See to each alert nobody took on in time, and ask the rules of each place that is due; of how many."""
    escalated = _as_often_as(lambda session: escalate(session, most=A_TIME))
    return escalated + _as_often_as(lambda session: pass_time(session, most=A_TIME))


def _as_often_as(work: Callable[[Session], int]) -> int:
    """Do some of it in each transaction until nothing is left; how much was done."""
    done = 0
    while True:
        with unit_of_work() as session:
            some = work(session)
        if not some:
            return done
        done += some


def compose_due_mails() -> int:
    """Write the mails that are due, and send what waits; how many were written."""
    with unit_of_work() as session:
        written = compose_mails(session)
    if written:
        send_waiting_mails()
    return written


def write_digests() -> int:
    """Write the digests of a morning for some, and send what waits; for how many people. The others have their turn
    after what else there is to send."""
    with unit_of_work() as session:
        written = compose_digests(session)
        if written:
            wake(session, DIGEST)
    if written:
        send_waiting_mails()
    return written


TASKS = {LOOK_AGAIN: look_again, COMPOSE: compose_due_mails, DIGEST: write_digests}
