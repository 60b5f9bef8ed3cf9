"""Waiting for the schema: processes start side by side, one of them migrates."""

import time

from sqlalchemy.exc import OperationalError, ProgrammingError

from app.migrations.state import is_current

PAUSE_S = 0.2
PATIENCE_S = 600.0


class SchemaMissing(RuntimeError):
    """The database did not come to the newest schema in time."""


def wait_for_schema() -> None:
    """Return when the database is at the newest step. SchemaMissing after ten minutes."""
    until = time.monotonic() + PATIENCE_S
    while not _is_current():
        if time.monotonic() > until:
            raise SchemaMissing("The database is not at the newest schema. Run `mawa db upgrade`.")
        time.sleep(PAUSE_S)


def _is_current() -> bool:
    try:
        return is_current()
    except (OperationalError, ProgrammingError):
        return False
