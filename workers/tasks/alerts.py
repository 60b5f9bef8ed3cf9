"""Turning due notices into mails."""

from app.alerts.notices import compose_mails
from app.core.db import unit_of_work
from app.core.jobs import COMPOSE


def compose_due_mails() -> int:
    """Write the mails that are due; how many."""
    with unit_of_work() as session:
        return compose_mails(session)


TASKS = {COMPOSE: compose_due_mails}
