"""The schema, step by step. Steps are numbered `0001_slug` and each can be taken back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from app.core.db import engine


def config(url: str | None = None) -> Config:
    """Alembic's configuration, without a file of its own. `url`: another database than this process's."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.set_main_option("version_path_separator", "os")
    if url is not None:
        made.attributes["url"] = url
    return made


def upgrade(url: str | None = None, *, to: str = "head") -> None:
    """Bring the schema to a step, all of it by default; nothing to do is fine, and two at once wait for each other."""
    command.upgrade(config(url), to)


def downgrade(url: str | None = None, *, to: str) -> None:
    """Take steps back."""
    command.downgrade(config(url), to)


def head() -> str | None:
    """The newest step this program knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def current(connection: Connection) -> str | None:
    """The step the database is at; None: empty."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(of: Engine | None = None) -> bool:
    """Whether the database is at the newest step."""
    with (of or engine()).connect() as connection:
        return current(connection) == head()
