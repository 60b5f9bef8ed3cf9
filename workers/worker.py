"""A worker: Celery, and the tasks it works on."""

from celery.signals import worker_ready
from celery.worker import state

from app import broker
from app.core.jobs import send_wakes_by
from app.core.meters import keep_counting
from app.tables import table_metadata
from config.settings import settings
from workers.celery_app import app
from workers.metered import metered
from workers.tasks import alerts, audit, backups, core, holds, outbox, population

# Wake-ups that nobody needed any more Celery remembers by name, fifty thousand of them for three hours: under load that
# was a third of a megabyte a minute (ARCHITECTURE 133). Their names come once.
REMEMBERED = 100
state.revoked.maxlen = REMEMBERED

table_metadata()

for feature in (population, alerts, outbox, audit, holds, backups, core):
    for name, task in feature.TASKS.items():
        app.task(metered(name, task), name=name)

send_wakes_by(broker.sender(settings()))
keep_counting()


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery has no types
def say_hello(sender: object, **_more: object) -> None:
    """A worker that has just started is heard of at once, and looks for work left behind."""
    queues = {queue.name for queue in sender.app.amqp.queues.consume_from.values()}  # type: ignore[attr-defined]
    core.warm_up(queues)
