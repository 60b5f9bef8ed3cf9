"""Empty databases to put backups back into."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from click.testing import CliRunner, Result

from app.backups import cli
from app.backups.schemas import Taken
from app.backups.service.taking import back_up
from app.core import db
from config.services.throwaway import Throwaway
from tests.conftest import using_database


@contextmanager
def empty_database(services: Throwaway) -> Iterator[str]:
    """A new database without a table, which this process uses until the end."""
    name = f"empty_{uuid4().hex[:8]}"
    url = services.create_database(name)
    with using_database(url, services.addresses.redis):
        yield url
    services.drop_database(name)


def backed_up(file: Path) -> Taken:
    """A backup of the database this process uses."""
    with db.new_snapshot() as session:
        return back_up(session, file)


def restore(file: Path, *more: str) -> Result:
    """`mawa db restore`, in this process."""
    return CliRunner().invoke(cli.restore, [str(file), *more])
