"""The units for a server without containers: real commands, as a user who can write to their data only."""

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.core import jobs
from config.settings import Settings
from tests.guards.command_lines import mistake_in
from tests.guards.project import ROOT, nothing, read
from tests.guards.test_queues import queues_of, unheard

FOLDER = "config/systemd"
PROGRAM = "/opt/mawa/.venv/bin/mawa"
HARDENED = {
    "User": "mawa",
    "EnvironmentFile": "/etc/mawa/mawa.env",
    "ProtectSystem": "strict",
    "ReadWritePaths": "/var/lib/mawa",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "SystemCallFilter": "@system-service",
    "UMask": "0077",
}
Unit = Mapping[str, list[str]]


def units() -> dict[str, Unit]:
    return {file.name: parsed(file.read_text()) for file in sorted((ROOT / FOLDER).glob("mawa*.*")) if is_unit(file)}


def is_unit(file: Path) -> bool:
    return file.suffix in (".service", ".target")


def parsed(text: str) -> Unit:
    """The values of each key of a unit, whatever its section."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        if (said := re.fullmatch(r"(\w+)=(.*)", line)) is not None:
            found[said[1]].append(said[2])
    return found


def soft(services: Mapping[str, Unit]) -> list[str]:
    """Services that may do more than they need, or are not started again."""
    found = [
        f"{name}: {key}={','.join(service.get(key, ['?']))} instead of {wanted}"
        for name, service in services.items()
        for key, wanted in HARDENED.items()
        if service.get(key) != [wanted]
    ]
    return found + [f"{name} is not started again" for name, service in services.items() if "Restart" not in service]


def services() -> dict[str, Unit]:
    return {name: unit for name, unit in units().items() if name.endswith(".service")}


def test_every_service_runs_a_real_command_of_mawa() -> None:
    commands = {name: service["ExecStart"] for name, service in services().items()}
    assert len(commands) == 5
    assert all(len(lines) == 1 and lines[0].startswith(f"{PROGRAM} ") for lines in commands.values()), commands
    nothing([mistake for (line,) in commands.values() if (mistake := mistake_in(line.split()[1:]))])


def test_every_service_can_write_to_its_data_only() -> None:
    nothing(soft(services()))


def test_every_queue_has_a_worker_and_the_target_wants_every_service() -> None:
    started = [line for service in services().values() for line in service["ExecStart"]]
    nothing(unheard(jobs.QUEUES.values(), queues_of(started), FOLDER))
    assert units()["mawa.target"]["Wants"] == [" ".join(sorted(services(), key=started_in_order))]
    assert all(service["PartOf"] == ["mawa.target"] for service in services().values())


def started_in_order(name: str) -> int:
    return ["prepare", "web", "worker-fold", "worker-mail", "beat"].index(name[5:].partition(".")[0])


def test_the_example_of_settings_names_settings_and_no_secret() -> None:
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", read(f"{FOLDER}/mawa.env.example"), re.MULTILINE))
    assert example.keys() <= {name.upper() for name in Settings.model_fields}
    assert example["SECRET_KEY"] == ""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here to ask")
def test_systemd_understands_them(tmp_path: Path) -> None:
    """Its program stands elsewhere here, which systemd would complain of."""
    for name in units():
        (tmp_path / name).write_text(read(f"{FOLDER}/{name}").replace("/opt/mawa", str(ROOT)))
    files = [str(tmp_path / name) for name in units()]
    asked = ["systemd-analyze", "verify", "--man=no", *files]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_it_finds_a_planted_soft_service() -> None:
    planted = parsed("[Service]\nUser=root\nProtectSystem=full\nRestart=always\n")
    found = soft({"x.service": planted})
    assert "x.service: User=root instead of mawa" in found
    assert "x.service: ProtectSystem=full instead of strict" in found
    assert mistake_in(["worker", "--queues", "fold"]) is not None
    assert mistake_in(["fly"]) == "there is no command fly"
    assert mistake_in(["db", "backup", "file"]) is None
