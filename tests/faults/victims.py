"""Processes of a running installation, found from outside, and what is left when it is gone."""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from config.services.addresses import embedded_database
from config.services.folder import DataFolder
from tests.factories.live import Live

# How the command line of each begins to differ from the others.
VICTIMS = {
    "web": "web --port",
    "fold worker": "--queue fold",
    "mail worker": "--queue mail",
    "beat": "app.cli beat",
    "PostgreSQL": "bin/postgres",
    "Valkey": "valkey-server",
}
BACKEND = "a session of PostgreSQL"
WEB_CHILD = "the process behind web"
WORTH_WAITING_FOR_A_TRANSACTION = {"web", WEB_CHILD, "fold worker", "PostgreSQL", BACKEND}


@dataclass(frozen=True)
class Kill:
    """A kill -9: when (seconds of the run), whom, and whether a transaction was seen open just before."""

    at: float
    victim: str
    pid: int
    in_transaction: bool


def database_url(live: Live) -> str:
    """The address for psycopg."""
    return embedded_database(DataFolder(live.folder)).replace("+psycopg", "")


def find(live: Live, victim: str) -> list[psutil.Process]:
    """The processes of that name; none while it is being started again."""
    if victim == WEB_CHILD:
        return [child for web in find(live, "web") for child in web.children()]
    try:
        started = psutil.Process(live.process.pid).children()
        return [process for process in started if VICTIMS[victim] in " ".join(process.cmdline())]
    except psutil.NoSuchProcess:
        return []


def open_transaction(live: Live, within: float = 2.0) -> int | None:
    """The process id of a session seen with a transaction open; None if there is none for so long."""
    question = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
        " AND xact_start IS NOT NULL AND pid <> pg_backend_pid() LIMIT 1"
    )
    until = time.monotonic() + within
    try:
        with psycopg.connect(database_url(live), autocommit=True, connect_timeout=2) as connection:
            while time.monotonic() < until:
                if row := connection.execute(question).fetchone():
                    return int(row[0])
    except psycopg.OperationalError:
        pass
    return None


def kill(live: Live, victim: str, began: float) -> Kill | None:
    """Kill -9 one victim, in the middle of a transaction where that can matter; None if it is not there just now."""
    session = open_transaction(live) if victim in WORTH_WAITING_FOR_A_TRANSACTION else None
    if victim == BACKEND:
        processes = [psutil.Process(session)] if session and psutil.pid_exists(session) else []
    else:
        processes = find(live, victim)
    for process in processes:
        process.kill()
        return Kill(time.monotonic() - began, victim, process.pid, session is not None)
    return None


def left_over(folder: Path) -> list[psutil.Process]:
    """Living processes that were told of the data folder or stand in it."""
    found = []
    for process in psutil.process_iter():
        try:
            told = process.environ().get("MAWA_DATA_DIR") == str(folder)
            stands_in = Path(process.cwd()).is_relative_to(folder.resolve())
            if (told or stands_in) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
