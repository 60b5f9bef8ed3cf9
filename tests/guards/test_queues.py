"""Every task that the application names is known to the workers, and every queue has a worker that listens."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.core import jobs
from config.services.folder import DataFolder
from config.services.installation import Plan, start_programs
from config.services.program import Program
from tests.guards.project import ROOT, nothing, read

TOLD_BY_WORKERS = """
import json
from workers.worker import app
tasks = sorted(name for name in app.tasks if not name.startswith("celery."))
routes = {name: route["queue"] for name, route in app.conf.task_routes.items()}
beat = [[entry["task"], entry["options"]["queue"]] for entry in app.conf.beat_schedule.values()]
print(json.dumps({"tasks": tasks, "routes": routes, "beat": beat}))
"""


def names_in_jobs() -> set[str]:
    """The names of tasks that app.core.jobs gives the application."""
    return {value for name, value in vars(jobs).items() if name.isupper() and isinstance(value, str) and "." in value}


def lost_tasks(named: Iterable[str], queues: Mapping[str, str], told: Mapping[str, Any]) -> list[str]:
    """Tasks without code, code without a name, and tasks that go elsewhere than agreed."""
    named = set(named)
    return (
        [f"{task} is named in app.core.jobs and no worker knows it" for task in sorted(named - set(told["tasks"]))]
        + [f"{task} is a task that app.core.jobs does not name" for task in sorted(set(told["tasks"]) - named)]
        + [f"{task} has no queue" for task in sorted(named - queues.keys())]
        + [f"{task} is sent to another queue by workers" for task in sorted(told["routes"].items() - queues.items())]
        + [f"{task} is due to another queue" for task, queue in told["beat"] if queues.get(task) != queue]
    )


def unheard(queues: Iterable[str], listened_to: Iterable[str], where: str) -> list[str]:
    """Queues nobody works on, and workers on queues that do not exist."""
    queues, listened_to = set(queues), set(listened_to)
    return [f"{where}: nobody works on the queue {queue}" for queue in sorted(queues - listened_to)] + [
        f"{where}: a worker listens to {queue}, where nothing comes" for queue in sorted(listened_to - queues)
    ]


def queues_of(commands: Iterable[str]) -> list[str]:
    """What `mawa worker` is told to listen to in these command lines."""
    return [queue for command in commands for queue in re.findall(r"worker\W+--queue\W+(\w+)", command)]


def commands_of_up() -> list[str]:
    """The command lines that `mawa up` starts."""
    started: list[str] = []
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryFile() as told:

        def start(program: Program) -> Any:
            started.append(" ".join(program.argv))
            return SimpleNamespace(is_done=True)

        supervisor: Any = SimpleNamespace(folder=DataFolder(Path(root)), start=start, wait_for=lambda *_: None)
        start_programs(supervisor, Plan(root, 1, ("mawa",), True, "database", "broker", "secret", "address", ""), told)
    return started


def told_by_workers() -> Any:
    environment = {
        "DATABASE_URL": "postgresql://nowhere/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "SECRET_KEY": "only for tests",
        "MAWA_ENV": "test",
    }
    command = [sys.executable, "-c", TOLD_BY_WORKERS]
    answer = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def test_workers_know_every_task_and_where_it_goes() -> None:
    nothing(lost_tasks(names_in_jobs(), jobs.QUEUES, told_by_workers()))


def test_every_queue_has_a_worker() -> None:
    nothing(unheard(jobs.QUEUES.values(), queues_of(commands_of_up()), "mawa up"))
    nothing(unheard(jobs.QUEUES.values(), queues_of([read("compose.yaml")]), "compose.yaml"))


def test_it_finds_planted_tasks_that_are_lost() -> None:
    told = {"tasks": ["outbox.send", "outbox.burn"], "routes": {"outbox.send": "fold"}, "beat": [["outbox.send", "x"]]}
    found = lost_tasks(["outbox.send", "alerts.shout"], {"outbox.send": "mail"}, told)
    assert found == [
        "alerts.shout is named in app.core.jobs and no worker knows it",
        "outbox.burn is a task that app.core.jobs does not name",
        "alerts.shout has no queue",
        "('outbox.send', 'fold') is sent to another queue by workers",
        "outbox.send is due to another queue",
    ]


def test_it_finds_a_planted_queue_that_nobody_hears() -> None:
    commands = ["mawa worker --queue fold", 'command: ["worker", "--queue", "old"]']
    assert unheard(["fold", "mail"], queues_of(commands), "here") == [
        "here: nobody works on the queue mail",
        "here: a worker listens to old, where nothing comes",
    ]
