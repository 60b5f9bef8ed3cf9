"""The README says every setting, every command with its options, and every make target; and no other."""

import re
from collections.abc import Iterable, Iterator, Mapping

import click
import pytest
from pydantic import Field
from pydantic_settings import BaseSettings

from app.cli import mawa
from config.settings import Settings
from tests.guards.project import nothing, read

FIRST_CELL = re.compile(r"^\| (`(?:\\\||[^|])*`) \|", re.MULTILINE)


def table_of_settings(settings: type[BaseSettings]) -> str:
    """The table as the README must have it."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{name.upper()}` | {default} | {field.description or ''} |")
    return "\n".join(rows)


def undocumented_settings(settings: type[BaseSettings], readme: str) -> list[str]:
    """Rows of the table that the README has not, and rows it should not have; settings that explain nothing."""
    wanted = table_of_settings(settings).splitlines()
    documented = [line for line in readme.splitlines() if re.match(r"\| `[A-Z_]+` \| ", line)]
    return (
        [f"{name.upper()} has no description" for name, field in settings.model_fields.items() if not field.description]
        + [f"the README lacks: {line}" for line in wanted if line not in readme.splitlines()]
        + [f"the README has: {line}" for line in documented if line not in wanted]
    )


def commands_of(command: click.Command, name: str = "mawa") -> Iterator[tuple[str, list[str]]]:
    """Every command that is not hidden, with its long options."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for word in command.list_commands(context):
            part = command.get_command(context, word)
            if part is not None and not part.hidden:
                yield from commands_of(part, f"{name} {word}")
    else:
        options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
        yield name, [_shown(option) for option in options]


def _shown(option: click.Option) -> str:
    """The one spelling of an option that changes something."""
    return option.secondary_opts[0] if option.secondary_opts and option.default is True else option.opts[0]


def undocumented_commands(commands: Mapping[str, Iterable[str]], readme: str) -> list[str]:
    """Commands and options the README does not say, and commands it says that there are not."""
    said = [usage for cell in FIRST_CELL.findall(readme) for usage in re.findall(r"`(mawa [^`]*)`", cell)]
    found = []
    for name, options in commands.items():
        usage = next((usage for usage in said if f"{usage} ".startswith(f"{name} ")), None)
        if usage is None:
            found.append(f"{name} is not in a table of the README")
        else:
            found += [f"{name} {option} is not in the README" for option in options if option not in usage]
    unknown = [usage for usage in said if not any(f"{usage} ".startswith(f"{name} ") for name in commands)]
    return found + [f"there is no command {usage}" for usage in unknown]


def undocumented_targets(makefile: str, readme: str) -> list[str]:
    """Targets for people that `make help` or the README does not say."""
    phony = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    help_text = re.search(r"^define HELP$(.*?)^endef$", makefile, re.MULTILINE | re.DOTALL)
    assert phony is not None
    assert help_text is not None
    inner = re.search(r"^INNER = (.*)$", makefile, re.MULTILINE)
    targets = sorted(set(phony[1].split()) - set(inner[1].split() if inner else []) - {"help", "$(INNER)"})
    return [f"make help does not say {name}" for name in targets if f"make {name} " not in help_text[1]] + [
        f"the README does not say make {name}" for name in targets if f"`make {name}`" not in readme
    ]


def test_every_setting_is_documented() -> None:
    nothing(undocumented_settings(Settings, read("README.md")))


def test_every_command_is_documented() -> None:
    commands = dict(commands_of(mawa))
    assert "mawa user add" in commands
    nothing(undocumented_commands(commands, read("README.md")))


def test_every_target_is_documented() -> None:
    nothing(undocumented_targets(read("Makefile"), read("README.md")))


class Planted(BaseSettings):
    told: str = Field(default="a", description="Known.")
    untold: str | None = None


def test_it_finds_a_planted_setting() -> None:
    readme = "| setting | default | meaning |\n|---|---|---|\n| `TOLD` | `a` | Known. |\n| `GONE` | | Was here. |\n"
    assert undocumented_settings(Planted, readme) == [
        "UNTOLD has no description",
        "the README lacks: | `UNTOLD` |  |  |",
        "the README has: | `GONE` | | Was here. |",
    ]


@pytest.mark.parametrize(
    ("readme", "found"),
    [
        ("| `mawa up [--port N]` | runs |\n", []),
        ("| `mawa up` | runs |\n", ["mawa up --port is not in the README"]),
        ("no table\n", ["mawa up is not in a table of the README"]),
        ("| `mawa up [--port N]`, `mawa down` | runs |\n", ["there is no command mawa down"]),
    ],
)
def test_it_finds_a_planted_command(readme: str, found: list[str]) -> None:
    assert undocumented_commands({"mawa up": ["--port"]}, readme) == found


def test_it_finds_a_planted_target() -> None:
    makefile = "define HELP\n  make run  starts\nendef\nINNER = stamp\n.PHONY: help run fly $(INNER)\n"
    assert undocumented_targets(makefile, "`make run`") == [
        "make help does not say fly",
        "the README does not say make fly",
    ]
