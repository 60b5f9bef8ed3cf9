"""Turning due notices into mails, which leave at once."""

from app.alerts.notices import compose_mails
from app.core.db import unit_of_work
from app.core.jobs import COMPOSE
from workers.tasks.outbox import send_waiting_mails


def compose_due_mails() -> int:
    """Write the mails that are due, and send what waits; how many were written."""
    with unit_of_work() as session:
        written = compose_mails(session)
    if written:
        send_waiting_mails()
    return written


TASKS = {COMPOSE: compose_due_mails}
