"""Celery, set up for work that may be woken twice or not at all: the tables say what there is to do.

The code of tasks is not here: beat sends their names, and half of a worker's memory is spared it.
"""

from celery import Celery

from app import broker
from app.core.jobs import QUEUES
from config.logging import configure_logging
from config.services.addresses import addresses
from config.settings import settings
from workers.schedule import SCHEDULE

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

configure_logging(settings().mawa_log_format)
