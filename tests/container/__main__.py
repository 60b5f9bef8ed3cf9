"""`make container`: build as the Dockerfile does, and run as compose.yaml does, without a container engine.

The program is installed into a new folder from the same lines, then nobody may write there any more. Every process of
compose.yaml runs with the settings of production, as the user of the image, who owns nothing, beside a PostgreSQL and a
Valkey. Where that cannot be, since this is not run by root or no Python can be reached by others, it says so.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from tests.container.building import build, interpreter, number_of_user, stages
from tests.container.running import Container, get, services, wait_for
from tests.guards.project import read

DATA = ("SELECT count(*) FROM heartbeats WHERE queue IN ('fold', 'mail')", 2)


def say(text: str) -> None:
    print(f"{time.monotonic() - BEGAN:5.1f} s  {text}", flush=True)  # noqa: T201


def state_of(tree: Path) -> dict[str, tuple[int, int]]:
    """Every file of a tree, with its size and when it was written."""
    return {
        str(path.relative_to(tree)): (found.st_size, found.st_mtime_ns)
        for path in tree.rglob("*")
        if (found := path.lstat())
    }


def rehearse(place: Path) -> None:
    builder, image = stages(read("Dockerfile"))
    compose = yaml.safe_load(read("compose.yaml"))["services"]
    user = number_of_user(image) if os.geteuid() == 0 else None
    python = interpreter(user)
    if user is not None and python is None:
        user, python = None, interpreter(None)
    assert python is not None, "there is no Python 3.11 with venv here"
    installed = build(builder, place, python)
    say("built")
    subprocess.run(["chmod", "-R", "a-w", str(installed)], check=True)
    before = state_of(installed)
    with ExitStack() as stack:
        beside = stack.enter_context(services(place / "beside"))
        say(
            f"runs as user {user}, who owns nothing" if user else "runs as ourselves: the user of the image cannot here"
        )
        check(Container(image, compose, place=place, installed=installed, beside=beside, user=user), stack)
    assert state_of(installed) == before, "something was written where nothing may be"
    say("nothing was written outside of its data")


def check(container: Container, stack: ExitStack) -> None:
    """Everything that compose.yaml starts, and what a person would look at."""
    said = container.run("migrate")
    assert said.returncode == 0, said.stderr
    say("the schema is made")
    processes = [stack.enter_context(container.started(name)) for name in ("web", "worker-fold", "worker-mail", "beat")]
    wait_for(lambda: get(container, "/healthz")[0] == 200, "/healthz")
    wait_for(lambda: get(container, "/readyz")[0] == 200, "/readyz")
    wait_for(lambda: container.ask(DATA[0]) == DATA[1], "heartbeats of both workers")
    say(f"/readyz: {get(container, '/readyz')[1]}")
    arabic = get(container, "/login", {"Accept-Language": "ar"})[1]
    assert 'dir="rtl"' in arabic and "Sign in" not in arabic, "the catalogues are not there"
    assert get(container, "/static/mawa.css")[0] == 200
    added = container.mawa("user", "add", "a@example.org", "--role", "administrator", stdin="a long enough password\n")
    assert added.returncode == 0, added.stderr
    look_at_backup(container)
    assert [process.poll() for process in processes] == [None] * 4, "a process has ended"
    stopping = time.monotonic()
    for process in processes:
        process.terminate()
    codes = [process.wait(60) for process in processes]
    assert set(codes) == {0}, f"ended with {codes}"
    say(f"stopped within {time.monotonic() - stopping:.1f} s")


def look_at_backup(container: Container) -> None:
    """The mail worker has made one by itself when `beat` asks for it; here it is not waited for a minute."""
    file = container.backups / "now.backup"
    done = container.mawa("db", "backup", str(file))
    assert done.returncode == 0, done.stderr
    verified = container.mawa("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    reasons: dict[str, Any] = json.loads(get(container, "/readyz")[1])
    assert reasons["ready"] is True
    say(f"backed up: {done.stdout.strip()}")


if __name__ == "__main__":
    BEGAN = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mawa-container-", ignore_cleanup_errors=True) as root:
        os.chmod(root, 0o755)
        rehearse(Path(root))
    say("the container would do")
    sys.exit(0)
