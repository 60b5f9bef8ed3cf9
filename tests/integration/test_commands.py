"""What commands answer where something is missing: one line that says what to do, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.services.throwaway import Throwaway


def mawa(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_URL") and name != "SECRET_KEY"}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        env={**kept, "MAWA_ENV": "development", **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )


def said(answer: subprocess.CompletedProcess[str]) -> str:
    """The one line, of a command that failed."""
    assert answer.returncode == 1, answer.stderr
    assert answer.stdout == ""
    [line] = answer.stderr.splitlines()
    return line


@pytest.mark.parametrize("words", [("verify",), ("rebuild",), ("seed", "syria-coast-2025"), ("user", "token", "a@b.c")])
def test_without_tables_a_command_says_how_they_are_made(services: Throwaway, words: tuple[str, ...]) -> None:
    empty = services.create_database(f"empty_{'_'.join(words[:1])}")
    answer = mawa(*words, DATABASE_URL=empty, REDIS_URL=services.addresses.redis)
    assert "mawa db upgrade" in said(answer)


def test_a_database_that_does_not_answer_is_said_to_be_away(tmp_path: Path) -> None:
    away = {"DATABASE_URL": f"postgresql:///mawa?host={tmp_path}", "REDIS_URL": "redis://127.0.0.1:1/0"}
    answer = mawa("verify", **away)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "Check DATABASE_URL" in answer.stderr


@pytest.mark.parametrize("words", [("verify",), ("doctor",), ("web",), ("worker",), ("up",)])
def test_production_without_its_secrets_says_which(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = {"MAWA_ENV": "production", "MAIL_URL": "smtp://u:secret@h", "MAWA_DATA_DIR": str(tmp_path)}
    line = said(mawa(*words, **told))
    assert "SECRET_KEY" in line
    assert "secret@h" not in line


def test_a_setting_that_cannot_be_is_named() -> None:
    assert "LIMIT_OPEN_REPORTS" in said(mawa("doctor", LIMIT_OPEN_REPORTS="many"))


def test_the_doctor_says_that_nothing_runs_and_that_there_are_no_tables(tmp_path: Path) -> None:
    answer = mawa("doctor", MAWA_DATA_DIR=str(tmp_path / "data"))
    assert answer.returncode == 1
    lines = dict(line[4:].split(": ", 1) for line in answer.stdout.splitlines() if ": " in line)
    assert "mawa db upgrade" in lines["schema"]
    assert "mawa up" in lines["broker"]
