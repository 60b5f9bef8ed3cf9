"""Heartbeats, so that `/readyz` can say whether anyone is working."""

from collections.abc import Collection

from sqlalchemy.dialects.postgresql import insert

from app.alerts import notices
from app.alerts.emails import layout
from app.core import clock
from app.core.db import unit_of_work
from app.core.jobs import BEAT, BEAT_MAIL
from app.core.models import Heartbeat
from app.outbox.queries import refused_among


def fold_worker_beats() -> None:
    """The fold worker answered."""
    beat("fold")


def mail_worker_beats() -> None:
    """The mail worker answered."""
    beat("mail")


def beat(queue: str) -> None:
    """Note that a worker of this queue is at work."""
    with unit_of_work() as session:
        statement = insert(Heartbeat).values(queue=queue, at=clock.now())
        session.execute(statement.on_conflict_do_update(index_elements=["queue"], set_={"at": statement.excluded.at}))


def warm_up(queues: Collection[str]) -> None:
    """The first beat of a worker that just started: opens its connections, and loads what it writes with, before there
    is work."""
    for queue in sorted(queues):
        beat(queue)
    if "mail" in queues:
        layout.warm_up()
        with unit_of_work() as session:
            notices.warm_up(session)
            refused_among(session, [""])


TASKS = {BEAT: fold_worker_beats, BEAT_MAIL: mail_worker_beats}
