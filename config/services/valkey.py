"""Our own Valkey: wakes workers, counts rate limits and failed sign-ins, keeps answers for a while.

It writes nothing to disk. What it loses is a nudge or a counter: PostgreSQL knows what is to be done and beat sweeps,
so figures come late, never wrong. Full memory is an error for the writer, not a silent loss (noeviction).
"""

import socket
from pathlib import Path

from config.services.account import Account, as_seen_by, give, place
from config.services.folder import DataFolder, kept_secret
from config.services.program import Program

NAME = "valkey"
SOCKET = "valkey.sock"
ANSWER_WITHIN = 1.0

# The socket and the folder are relative to where it stands: no limit to the length of a path.
CONFIGURATION = """\
port 0
unixsocket {socket}
unixsocketperm 700
requirepass {password}
save ""
appendonly no
maxmemory 96mb
maxmemory-policy noeviction
databases 4
loglevel warning
"""


def program(folder: DataFolder, binary: Path, account: Account | None) -> Program:
    return Program(
        name=NAME,
        mark=f"{folder.identity}/{NAME}",
        argv=[str(binary), str(as_seen_by(account, folder.valkey) / "valkey.conf")],
        environment={"LC_ALL": "C"},
        folder=folder.valkey,
        account=account,
        stage=1,
        patience=3,
    )


def initialise(folder: DataFolder, account: Account | None) -> None:
    """Write the configuration, which holds the password, for that account alone."""
    give(folder.valkey, account)
    text = CONFIGURATION.format(socket=SOCKET, password=kept_secret(folder.password))
    place(folder.valkey / "valkey.conf", text, account)


def is_ready(folder: DataFolder) -> bool:
    """Whether it answers a PING."""
    password = kept_secret(folder.password)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_WITHIN)
        try:
            connection.connect(str(folder.reach / "valkey" / SOCKET))
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = connection.recv(64)
            while answer.count(b"\r\n") < 2 and (more := connection.recv(64)):
                answer += more
        except OSError:
            return False
    return b"+PONG" in answer
