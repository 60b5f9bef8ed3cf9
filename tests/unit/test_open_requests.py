"""Counting open requests by locks of the kernel: exact over threads and processes, and nothing leaks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from app.core.open_requests import OpenRequests

KEY, OTHER = b"\xff" * 32, b"\x01" * 32

HOLDING = """
import sys
from pathlib import Path
from app.core.open_requests import OpenRequests
requests = OpenRequests(Path(sys.argv[1]), 4)
held = [requests.enter(b"\\xff" * 32) for _ in range(int(sys.argv[2]))]
print(sum(slot is not None for slot in held), flush=True)
sys.stdin.read()
"""


def holder(file: Path, count: int) -> subprocess.Popen[str]:
    """Another process that has so many open."""
    command = [sys.executable, "-c", HOLDING, str(file), str(count)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == f"{count}\n"
    return started


def end(process: subprocess.Popen[str], sign: signal.Signals) -> None:
    process.send_signal(sign)
    process.communicate()


def test_the_one_too_many_is_refused_until_another_has_left(tmp_path: Path) -> None:
    requests = OpenRequests(tmp_path / "open", 3)
    held = [requests.enter(KEY) for _ in range(3)]
    assert len(set(held)) == 3 and None not in held
    assert requests.enter(KEY) is None
    assert requests.enter(OTHER) is not None
    assert held[1] is not None
    requests.leave(held[1])
    assert requests.enter(KEY) == held[1]
    assert requests.enter(KEY) is None


def test_processes_share_the_count_and_a_killed_one_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "made" / "open"
    requests = OpenRequests(file, 4)
    other = holder(file, 3)
    held = requests.enter(KEY)
    assert held is not None
    assert requests.enter(KEY) is None
    end(other, signal.SIGKILL)
    assert [requests.enter(KEY) is not None for _ in range(4)] == [True, True, True, False]


def test_a_process_that_leaves_frees_only_its_own(tmp_path: Path) -> None:
    requests = OpenRequests(tmp_path / "open", 4)
    held = [requests.enter(KEY) for _ in range(2)]
    other = holder(tmp_path / "open", 2)
    assert requests.enter(KEY) is None
    end(other, signal.SIGTERM)
    assert held[0] is not None
    requests.leave(held[0])
    assert [requests.enter(KEY) is not None for _ in range(4)] == [True, True, True, False]


def test_where_there_is_no_file_each_process_counts_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    requests = OpenRequests(tmp_path / "file" / "open", 2)
    assert [requests.enter(KEY) is not None for _ in range(3)] == [True, True, False]


def test_the_file_stays_empty_and_ours(tmp_path: Path) -> None:
    requests = OpenRequests(tmp_path / "open", 2)
    requests.enter(KEY)
    found = os.stat(tmp_path / "open")
    assert (found.st_size, found.st_mode & 0o777) == (0, 0o600)
