"""Whether a command line that stands in a file is one of `mawa`."""

from collections.abc import Sequence

import click

from app.cli import mawa


def mistake_in(words: Sequence[str]) -> str | None:
    """What is wrong with the words after `mawa`; None where it could be run."""
    command: click.Command = mawa
    rest = list(words)
    while isinstance(command, click.Group):
        name = rest.pop(0) if rest else ""
        found = command.get_command(click.Context(command), name)
        if found is None:
            return f"there is no command {' '.join(words)}"
        command = found
    try:
        command.parse_args(click.Context(command), rest)
    except click.UsageError as error:
        return f"{' '.join(words)}: {error.message}"
    return None
