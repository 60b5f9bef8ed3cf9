"""Memory and processor time of everything `mawa up` runs, part by part."""

import sys
from collections.abc import Iterator, Mapping

import psutil

MB = 1_000_000
SUPERVISOR = "supervisor"  # with the guardian beside it
SHOWN = 70  # characters of a command
# A child of the supervisor belongs, with all its own children, to the first part whose word stands in its command.
WORDS = {
    "--queue fold": "fold worker",
    "--queue mail": "mail worker",
    "app.cli web": "web",
    "app.cli beat": "beat",
    "postgres -D": "PostgreSQL",
    "valkey-server": "Valkey",
    "redis-server": "Valkey",
}


def members(supervisor: int) -> Iterator[tuple[str, psutil.Process]]:
    """Every process of an installation with the part it belongs to."""
    root = psutil.Process(supervisor)
    yield SUPERVISOR, root
    for child in root.children():
        command = _command(child)
        part = next((part for word, part in WORDS.items() if word in command), SUPERVISOR)
        for process in (child, *child.children(recursive=True)):
            yield part, process


def processor_s(supervisor: int) -> dict[str, float]:
    """Processor time so far by part, in seconds; with that of children that have ended and been collected."""
    spent: dict[str, float] = {}
    for part, process in members(supervisor):
        spent[part] = spent.get(part, 0.0) + of_process(process)
    return spent


def of_tree(pid: int) -> float:
    """Processor time so far of a process and all below it, in seconds."""
    root = psutil.Process(pid)
    return sum(of_process(process) for process in (root, *root.children(recursive=True)))


def of_process(process: psutil.Process) -> float:
    try:
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:  # its parent's time holds it now
        return 0.0


def since(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    return {part: now[part] - before.get(part, 0.0) for part in now}


def memory_mb(supervisor: int, *, own: bool = False) -> list[tuple[str, str, float]]:
    """Proportional set size (smaps_rollup) of each process: part, command, MB. `own`: only what no other process has
    too, which leaves out PostgreSQL's buffers: these fill up as they should."""
    found = []
    for part, process in members(supervisor):
        try:
            held = process.memory_full_info()
            found.append((part, _command(process)[:SHOWN], (held.uss if own else held.pss) / MB))
        except psutil.NoSuchProcess:
            continue
    return found


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()).removeprefix(sys.executable).strip()
    except psutil.NoSuchProcess:
        return ""
