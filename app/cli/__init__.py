"""The `mawa` command, assembled. Standard output carries only the answer; logs go to standard error.

Commands are imported when they are called: the one that supervises everything stays small.
"""

import sys
from importlib import import_module
from typing import Any

import click

from app.core import garbage
from config.logging import configure_logging
from config.services.errors import ServicesError
from config.settings import SettingsMistake, settings

COMMANDS = {
    "up": "app.cli.running:up",
    "web": "app.cli.running:web",
    "worker": "app.cli.running:worker",
    "beat": "app.cli.running:beat",
    "doctor": "app.cli.running:doctor",
    "prepare": "app.cli.preparing:prepare",
    "db": "app.cli.keeping:database",
    "verify": "app.cli.keeping:verify",
    "rebuild": "app.cli.keeping:rebuild",
    "seed": "app.intake.cli:seed",
    "areas": "app.intake.cli:areas",
    "simulate": "app.simulate.cli:simulate",
    "operation": "app.cli.erasing:operation",
    "setup-link": "app.cli.setting_up:setup_link",
    "user": "app.accounts.cli:user",
}


MAKING_THE_SCHEMA = frozenset({"app.cli.preparing:prepare", "app.cli.keeping:database"})


class Mawa(click.Group):
    """Finds commands by name, and says errors people can do something about in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return self._invoke_with_database(ctx)
        except (ServicesError, SettingsMistake) as error:
            raise click.ClickException(str(error)) from error

    def _invoke_with_database(self, ctx: click.Context) -> Any:
        """Commands of `running` look after their own services; all others find a database that answers."""
        asked = COMMANDS.get(ctx._protected_args[0] if ctx._protected_args else "", "")
        if asked.startswith("app.cli.running:") or not asked or "--help" in sys.argv:
            return super().invoke(ctx)
        from app.core.errors import DomainError
        from config.services.database import database_running

        with database_running(settings()):
            try:
                _check_schema(asked)
                return super().invoke(ctx)
            except DomainError as error:
                from app.core.text import render

                raise click.ClickException(render(error.message, "en", **error.numbers)) from error


def _check_schema(asked: str) -> None:
    """Commands that use the tables want them all; those that make them do not."""
    if asked in MAKING_THE_SCHEMA:
        return
    from sqlalchemy.exc import OperationalError

    from app.migrations.state import is_current

    try:
        if is_current():
            return
    except OperationalError as error:
        raise click.ClickException(f"The database does not answer: {error.orig}. Check DATABASE_URL.") from error
    raise click.ClickException("The database has not the tables this version expects: run `mawa db upgrade` first.")


@click.group(cls=Mawa)
def mawa() -> None:
    """Mawa: who is displaced, where they are, and where there is still room."""
    configure_logging(settings().mawa_log_format)
    garbage.look_seldom()


def main() -> None:
    """The command line."""
    mawa()
