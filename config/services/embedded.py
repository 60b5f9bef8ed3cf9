"""The two services we can bring along, ready to be started."""

import time
from collections.abc import Callable
from pathlib import Path

from config.services import binaries, postgresql, valkey
from config.services.account import service_account
from config.services.errors import ServicesError
from config.services.folder import DataFolder
from config.services.program import Program

# A database that was killed under load may have much to read again.
READY_WITHIN = 600.0


def prepare_postgresql(folder: DataFolder, *, throwaway: bool = False) -> Program:
    """Make the database if it is not there; the server as a program to start. The folder must be locked."""
    account = service_account(folder.postgresql)
    server = binaries.postgresql(account)
    postgresql.initialise(folder, server, account, throwaway=throwaway)
    return postgresql.program(folder, server, account)


def prepare_valkey(folder: DataFolder) -> Program:
    account = service_account(folder.postgresql)
    binary: Path = binaries.valkey(account)
    valkey.initialise(folder, account)
    return valkey.program(folder, binary, account)


def wait_until(condition: Callable[[], bool], what: str, within: float = READY_WITHIN) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise ServicesError(f"{what} does not answer; what it said stands above.")
        time.sleep(0.01)
