"""Bringing a database to another step."""

from pathlib import Path

from alembic import command
from alembic.config import Config


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
