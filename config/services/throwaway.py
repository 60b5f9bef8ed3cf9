"""PostgreSQL and Valkey for tests: new, empty, gone afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.services import folder as data_folder
from config.services import postgresql, valkey
from config.services.addresses import Addresses, as_broker, embedded_database, embedded_redis
from config.services.database import running
from config.services.embedded import prepare_postgresql, prepare_valkey
from config.services.folder import DataFolder

_MEMORY = "/dev/shm"  # noqa: S108  # Linux has it; what is made in it has a name of its own
_ENOUGH = 4 << 30  # bytes
_END_ALL = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %(name)s AND usename = current_user"
)


@dataclass(frozen=True)
class Throwaway:
    """The services of one test run. Its role may create databases; everything else is as in `mawa up`."""

    folder: DataFolder
    addresses: Addresses

    def create_database(self, name: str, template: str = "template1") -> str:
        """Create a database, a copy of `template` (to which nobody may be connected); returns SQLAlchemy's URL."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return embedded_database(self.folder, name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it. Not WITH (FORCE): that is refused to our role while PostgreSQL
        itself is vacuuming there, where a plain DROP has it stop."""
        self._run(_END_ALL, f'DROP DATABASE IF EXISTS "{name}"', name=name)

    def _run(self, *statements: str, **named: str) -> None:
        url = embedded_database(self.folder, "postgres").replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                # bytes: psycopg takes text only when it is a literal
                connection.execute(statement.encode(), named if "%(" in statement else None)


def _in_memory() -> str | None:
    """A folder whose files reach no disk, if there is room enough for several of these at once."""
    try:
        return _MEMORY if shutil.disk_usage(_MEMORY).free >= _ENOUGH else None
    except OSError:
        return None


@contextmanager
def throwaway_services(*, durable: bool = False) -> Iterator[Throwaway]:
    """Start both services in a new folder, as root or not, as many at once as you like; stop and delete them.

    They end with this process too. Enter from the main thread. Unless `durable`, PostgreSQL does not wait for the disk,
    and where there is memory enough its files lie there: a database is made in a tenth of the time.
    """
    where = None if durable else _in_memory()
    with tempfile.TemporaryDirectory(prefix="mawa-test-", dir=where, ignore_cleanup_errors=True) as root:
        folder = DataFolder(Path(root).resolve())
        data_folder.make(folder)
        database = prepare_postgresql(folder, throwaway=not durable)
        with (
            running(database, lambda: postgresql.is_ready(folder)),
            running(prepare_valkey(folder), lambda: valkey.is_ready(folder)),
        ):
            redis = embedded_redis(folder)
            yield Throwaway(folder, Addresses(embedded_database(folder), as_broker(redis), redis, redis, redis))
