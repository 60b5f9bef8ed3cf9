"""Plant every fault in a copy of app/, one at a time, and demand that the tests notice it. Exit 1 if any survives.

`--within S`: none is begun after so many seconds, in another order each time, so that each is tried some time.
"""

# ruff: noqa: T201 - what it prints is what it is for

import argparse
import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.migrations import moves
from config.services.throwaway import Throwaway, throwaway_services
from tests.mutants.faults import FAULTS as FOLD_FAULTS
from tests.mutants.faults import Fault
from tests.mutants.ledger_faults import FAULTS as LEDGER_FAULTS

FAULTS = (*FOLD_FAULTS, *LEDGER_FAULTS)
ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = "mutants_template"
AT_ONCE = 2
PATIENCE_S, LAST_MAY_TAKE_S = 600, 60
BROKEN, NOT_NOTICED, NOTICED = -1, 0, 2
SOUND = Fault("no fault at all", "counts/__init__.py", '"""Counting people', '"""Counting people')


@dataclass(frozen=True)
class Outcome:
    fault: Fault
    code: int
    seconds: float
    said: str


def missing() -> list[str]:
    """Faults whose text is no longer found exactly once: the source moved on, and so must the fault."""
    return [
        f"{fault.name}: found {times} times in app/{fault.file}"
        for fault in FAULTS
        if (times := (ROOT / "app" / fault.file).read_text().count(fault.search)) != 1
    ]


def plant(fault: Fault, folder: Path) -> None:
    """Copy app/ and put the fault into the copy."""
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    source = folder / "app" / fault.file
    source.write_text(source.read_text().replace(fault.search, fault.replace))


def run(fault: Fault, number: int, services: Throwaway, patience: float = PATIENCE_S) -> Outcome:
    started = time.monotonic()
    name = f"mutant_{number}"
    url = services.create_database(name, template=TEMPLATE)
    with TemporaryDirectory(prefix="mawa-mutant-") as folder:
        plant(fault, Path(folder))
        child = [sys.executable, "-m", "tests.mutants.child", folder, url, services.addresses.redis, fault.seen_by]
        try:
            done = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False)
        except subprocess.TimeoutExpired:
            return Outcome(fault, BROKEN, time.monotonic() - started, f"no answer within {patience:.0f} s")
    services.drop_database(name)
    said = (done.stdout or done.stderr).strip().splitlines()
    line = (said[0] if done.returncode == NOTICED and done.stdout else said[-1]) if said else ""
    return Outcome(fault, done.returncode, time.monotonic() - started, line)


def run_in_time(until: float, fault: Fault, number: int, services: Throwaway) -> Outcome | None:
    """The same, if there is time to begin; that the tests are sound without a fault is always tried. Where the time is
    up before an answer, the fault was not tried."""
    if fault is not SOUND and time.monotonic() > until:
        return None
    left = max(until - time.monotonic(), 0) + LAST_MAY_TAKE_S
    outcome = run(fault, number, services, min(PATIENCE_S, left))
    return None if outcome.code == BROKEN and left < PATIENCE_S else outcome


def main() -> int:
    if lost := missing():
        print("\n".join(lost))
        return 1
    asked = argparse.ArgumentParser()
    asked.add_argument("words", nargs="*", help="of the names of those to try")
    asked.add_argument("--within", type=float, default=float("inf"), help="seconds")
    given = asked.parse_args()
    wanted = [fault for fault in FAULTS if all(word in fault.name for word in given.words)]
    if given.within != float("inf"):
        random.shuffle(wanted)
    started = time.monotonic()
    until = started + given.within
    with throwaway_services() as services:
        moves.upgrade(services.create_database(TEMPLATE))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [
                pool.submit(run_in_time, until, fault, number, services)
                for number, fault in enumerate((SOUND, *wanted))
            ]
            outcomes = [_told(outcome) for future in running if (outcome := future.result())]
    sound, *planted = outcomes
    survived = [outcome for outcome in planted if outcome.code != NOTICED]
    untried = f", {left} not tried" if (left := len(wanted) - len(planted)) else ""
    noticed = len(planted) - len(survived)
    print(f"{noticed} of {len(planted)} faults noticed in {time.monotonic() - started:.0f} s{untried}")
    if sound.code != NOT_NOTICED:
        print(f"the tests fail without any fault: {sound.said}")
    return 1 if survived or sound.code != NOT_NOTICED else 0


def _told(outcome: Outcome) -> Outcome:
    words = {NOTICED: "noticed ", NOT_NOTICED: "SURVIVED"}
    if outcome.fault is SOUND:
        words = {NOTICED: "FAILS   ", NOT_NOTICED: "sound   "}
    word = words.get(outcome.code, "BROKEN  ")
    print(f"{word} {outcome.seconds:5.1f} s  {outcome.fault.name:<68} {outcome.said[:120]}", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
