"""The disk of the data folder is full for a while: reports are refused and come again, and nothing else is lost.

Wants to mount a small file system, which only root of the machine may.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from tests.factories.live import Live, start, wait_for
from tests.faults.senders import Senders, arrivals_at, people_of

pytestmark = pytest.mark.slow

SIZE = "700m"
SHELTER = "DISK-1"
FULL_FOR_S = 12.0
RECOVERED_WITHIN_S = 90.0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mawa-disk-"))
    folder.chmod(0o711)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=711", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    live = start(small_disk / "data")
    try:
        token = live.token("coordinator")
        assert live.api("/reports", token, {"reports": [shelter()]})["results"][0]["status"] == "accepted"
        senders = Senders(live, token, arrivals_at(SHELTER))
        with senders:
            wait_for(lambda: len(senders.taken) >= 20, 30, "no load")
            fill(small_disk / "rubbish")
            began = time.monotonic()
            wait_for(lambda: senders.failures > 0, 60, "nobody noticed that the disk is full")
            time.sleep(FULL_FOR_S)
            refused_for = time.monotonic() - began
            (small_disk / "rubbish").unlink()
            enough = len(senders.taken) + 20
            wait_for(lambda: len(senders.taken) >= enough and live.readiness(), RECOVERED_WITHIN_S, "no recovery")
        live.wait_until_idle(120)
        print(f"full for {refused_for:.0f} s: {senders.failures} failures, {len(senders.taken)} reports")  # noqa: T201
        check(live, token, senders)
    finally:
        live.stop()
        print(live.log.read_text()[-20_000:])  # noqa: T201  # pytest shows it where a test failed


def check(live: Live, token: str, senders: Senders) -> None:
    """Nobody was refused for good, the figure is the sum, and all agrees."""
    assert senders.refused == []
    items = live.figures(token)
    assert items[SHELTER]["people"]["total"] == sum(map(people_of, senders.taken.values()))
    verified = live.mawa("verify")
    assert verified.returncode == 0, verified.stdout


def shelter() -> dict[str, object]:
    return {
        "id": str(uuid4()),
        "kind": "shelter",
        "occurred_at": datetime.now(UTC).isoformat(),
        "code": SHELTER,
        "name": {"en": "School"},
        "site_type": "collective_centre",
        "area": "SY0602",
        "status": "open",
    }


def fill(file: Path) -> None:
    """Write until nothing goes on the disk any more."""
    block = b"\0" * 1_000_000
    with file.open("wb", buffering=0) as rubbish:
        for size in (block, block[:1000], block[:1]):
            while True:
                try:
                    if not rubbish.write(size):
                        break
                except OSError:
                    break
