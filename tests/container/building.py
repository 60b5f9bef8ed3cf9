"""What the Dockerfile does, done elsewhere on this machine: its own lines, with other folders."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.guards.project import ROOT, files, read

INSTALLED = "/opt/mawa"


@dataclass
class Stage:
    """A stage of a Dockerfile: what it says, and what it sets."""

    said: list[tuple[str, str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def last(self, word: str) -> str:
        return [rest for said, rest in self.said if said == word][-1]


def stages(dockerfile: str) -> list[Stage]:
    """The stages of a Dockerfile, in order."""
    whole = re.sub(r"\\\n", "", re.sub(r"^#.*\n", "", dockerfile, flags=re.MULTILINE))
    found: list[Stage] = []
    for line in filter(None, map(str.strip, whole.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append(Stage())
        found[-1].said.append((word, rest.strip()))
        if word == "ENV":
            found[-1].environment |= dict(pair.partition("=")[::2] for pair in shlex.split(rest))
    return found


def interpreter(user: int | None) -> Path | None:
    """A Python that the user can run: ours, else that of the machine. None where there is none."""
    for python in (Path(sys.base_prefix, "bin", "python3"), Path("/usr/bin/python3")):
        asked = [python, "-c", "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"]
        more: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        try:
            if subprocess.run(asked, cwd="/", env={}, capture_output=True, check=False, **more).returncode == 0:
                return python
        except OSError:
            continue
    return None


def number_of_user(image: Stage) -> int:
    """The number of the user that the image makes."""
    made = " ".join(rest for word, rest in image.said if word == "RUN")
    return int(made.partition("--uid ")[2].split()[0])


def build(stage: Stage, place: Path, interpreter: Path) -> Path:
    """Do what the first stage says, with `place` for the root of the image; where the program then stands."""
    folders = {INSTALLED: f"{place}{INSTALLED}", "/src": f"{place}/src", "/tmp/": f"{place}/tmp/"}
    for folder in ("opt", "src", "tmp", "bin"):
        (place / folder).mkdir()
    python = place / "bin" / "python"  # the image has one of that name
    python.write_text(f'#!/bin/sh\nexec "{interpreter}" "$@"\n')
    python.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    del stage.environment[
        "PIP_NO_CACHE_DIR"
    ]  # which keeps an image small; whatever is installed is held against its hash
    environment["PIP_QUIET"] = "1"
    environment |= stage.environment | {"PATH": f"{place / 'bin'}:{environment['PATH']}"}
    for word, rest in stage.said:
        if word == "COPY":
            _copy(rest, place / "src")
        elif word == "RUN":
            command = re.sub("|".join(folders), lambda match: folders[match[0]], rest)
            subprocess.run(["/bin/sh", "-ec", command], cwd=place / "src", env=environment, check=True)
    return Path(folders[INSTALLED])


def _copy(what: str, to: Path) -> None:
    """COPY of one file, or of everything that .dockerignore lets through."""
    source, target = what.split()
    assert target in (".", "./"), what
    for name in files() if source == "." else [source]:
        if source != "." or _is_sent(name):
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _is_sent(name: str) -> bool:
    """Whether a file gets to the builder: the last line of .dockerignore that matches decides."""
    is_sent = True
    for line in read(".dockerignore").split():
        pattern = line.lstrip("!").removeprefix("**/")
        if any(fnmatch(part, pattern) for part in (name, *name.split("/"))):
            is_sent = line.startswith("!")
    return is_sent
