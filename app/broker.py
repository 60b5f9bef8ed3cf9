"""The way to the broker, for the web and for workers. What is sent is a wake-up and nothing else."""

from collections.abc import Callable
from typing import Any

from celery import Celery

from app.core.jobs import QUEUES
from config.services.addresses import addresses
from config.settings import Settings


def options(settings: Settings) -> dict[str, Any]:
    """How every program speaks to the broker of these settings, a Redis or its sentinels, which know the Redis of the
    moment by a name."""
    return {
        "visibility_timeout": 3600,  # longer than any task: a task still running is never handed out again
        "unacked_restore_interval": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "master_name": settings.sentinel_name,
    }


def sender(settings: Settings) -> Callable[[str], None]:
    """A way to send wake-ups to the broker of these settings; connects at the first one. Raises when it is away."""
    broker = Celery("wakes", broker=addresses(settings).broker, set_as_current=False)
    broker.conf.update(broker_transport_options=options(settings), broker_connection_retry=False)

    def send(task: str) -> None:
        broker.send_task(task, queue=QUEUES[task], ignore_result=True, retry=False, expires=60)

    return send
