"""Where a database stands."""

from sqlalchemy import Connection, Engine, text

from app import migrations
from app.core.db import engine


def current(connection: Connection) -> str | None:
    """The step the database is at; None: empty."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    step: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return step


def is_current(of: Engine | None = None) -> bool:
    """Whether the database, by default this process's, is at the newest step."""
    with (of or engine()).connect() as connection:
        return current(connection) == migrations.newest()
