"""Celery, set up for work that may be woken twice or not at all: the tables say what there is to do."""

from celery import Celery
from celery.signals import worker_ready

from app import broker
from app.core.jobs import QUEUES, send_wakes_by
from app.tables import table_metadata
from config.logging import configure_logging
from config.services.addresses import addresses
from config.settings import settings
from workers.schedule import SCHEDULE
from workers.tasks import alerts, audit, backups, core, holds, outbox, population

table_metadata()

app = Celery("mawa", broker=addresses(settings()).broker)
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue="fold",
    task_routes={name: {"queue": queue} for name, queue in QUEUES.items()},
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_transport_options=broker.options(settings()),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    beat_schedule=SCHEDULE,
    beat_max_loop_interval=1,
    timezone="UTC",
)
TASKS = {
    name: task
    for feature in (population, alerts, outbox, audit, holds, backups, core)
    for name, task in feature.TASKS.items()
}
for name, task in TASKS.items():
    app.task(task, name=name)

configure_logging(settings().mawa_log_format)
send_wakes_by(broker.sender(settings()))


@worker_ready.connect  # type: ignore[untyped-decorator]  # Celery has no types
def say_hello(sender: object, **_more: object) -> None:
    """A worker that has just started is heard of at once, and looks for work left behind."""
    queues = {queue.name for queue in sender.app.amqp.queues.consume_from.values()}  # type: ignore[attr-defined]
    core.warm_up(queues)
