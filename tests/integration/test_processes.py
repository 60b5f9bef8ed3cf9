"""What works on all processors ends with the one that asked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

ASKS = """
import time
from app.core import processes
if __name__ == "__main__":
    with processes.pool() as pool:
        asked = [pool.submit(time.sleep, 0.1) for _ in range(4)]
        for one in asked:
            one.result()
        print("ready", flush=True)
        time.sleep(60)
"""
WITHIN_S = 10


def test_processes_end_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "asks.py"
    script.write_text(ASKS)
    environment = {**os.environ, "PYTHONPATH": "."}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=WITHIN_S)
    assert alive == []
