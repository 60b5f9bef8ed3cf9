"""Services of its own for what is measured in a process of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory


@contextmanager
def services_apart(*, durable: bool) -> Iterator[None]:
    """New services with the newest schema; this process and those it starts use them. Before anything of app is
    imported."""
    from app.migrations import moves
    from config.services.throwaway import throwaway_services

    with throwaway_services(durable=durable) as services, TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": services.addresses.database,
            "REDIS_URL": services.addresses.redis,
            "MAWA_ENV": "test",
            "SECRET_KEY": "only for measuring",
            "MAWA_DATA_DIR": folder,
        }
        moves.upgrade(services.addresses.database)
        yield
