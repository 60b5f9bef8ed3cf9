"""Our own PostgreSQL: a Unix socket in its data folder, one database, one role that is not a superuser.

Nobody can log in as the superuser: it has no password and every connection must show one. What needs it runs in
single-user mode before the server is up.
"""

import shutil
import signal
import subprocess
from pathlib import Path

from config.services.account import Account, as_seen_by, give, place
from config.services.binaries import PostgreSQL
from config.services.errors import ServicesError
from config.services.folder import DataFolder, kept_secret
from config.services.program import Program
from config.services.sweep import MARK, sweep

NAME = "postgresql"
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}

# Durability stays at PostgreSQL's defaults. Connections: Mawa's programs with pools of up to 16 each.
CONFIGURATION = """\
# Written at every start. Your own settings go into postgresql.local.conf, which is read last.
listen_addresses = ''
unix_socket_directories = '.'
max_connections = 100
shared_buffers = 48MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 512MB
max_wal_size = 512MB
huge_pages = off
jit = off
max_worker_processes = 4
max_parallel_workers = 2
max_logical_replication_workers = 0
autovacuum_max_workers = 2
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = 'postgresql %m [%p] '
# No contents of rows and statements in the log: they speak of people.
log_error_verbosity = terse
log_min_error_statement = panic
log_checkpoints = off
"""
# Three processes fewer; our data fits into memory.
SINCE_18 = "io_method = sync\n"
# For tests only: the data does not outlive them.
THROWAWAY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nlog_min_messages = fatal\n"
OWN_SETTINGS = "postgresql.local.conf"
HAS_ROLES = "mawa.roles"
# What asks from outside works under a role of its own (app/core/db.py). Data made before there was one gets it too.
SECOND_ROLE = (
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mawa_web') THEN CREATE ROLE mawa_web NOLOGIN; "
    "GRANT mawa_web TO mawa; END IF; END $$\n"
)
ACCESS = "local all all scram-sha-256\n"


def program(folder: DataFolder, server: PostgreSQL, account: Account | None) -> Program:
    """The server as a program. SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one."""
    data = folder.postgresql
    return Program(
        name=NAME,
        mark=f"{folder.identity}/{NAME}",
        argv=[server.program("postgres"), "-D", str(as_seen_by(account, data))],
        environment=ENVIRONMENT,
        folder=data,
        account=account,
        stage=2,
        stop_signal=signal.SIGINT,
        patience=30,
        death_signal=signal.SIGQUIT,
        before=lambda: _make_ready(folder, server, account),
    )


def is_ready(folder: DataFolder) -> bool:
    """Whether the server accepts connections, as it says itself in the file it keeps while it lives."""
    try:
        lines = (folder.postgresql / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _make_ready(folder: DataFolder, server: PostgreSQL, account: Account | None) -> None:
    clear_traces(folder.postgresql)
    if not (folder.postgresql / HAS_ROLES).exists():
        _add_roles(folder, folder.postgresql, server, account)


def clear_traces(data: Path) -> None:
    """Forget a server that was killed, once its last process is gone: the number in the file may have a new owner."""
    for name in ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (data / name).unlink(missing_ok=True)


def initialise(folder: DataFolder, server: PostgreSQL, account: Account | None, *, throwaway: bool = False) -> None:
    """Make the database on the first start; write the configuration on every start.

    Raises ServicesError when the data was made by another major version of PostgreSQL or belongs to somebody else.
    """
    data = folder.postgresql
    if not data.exists():
        _create(folder, server, account, throwaway=throwaway)
    _check(data, server)
    _configure(data, server, account, throwaway=throwaway)


def _configure(data: Path, server: PostgreSQL, account: Account | None, *, throwaway: bool) -> None:
    parts = [
        CONFIGURATION,
        SINCE_18 if server.major >= 18 else "",
        THROWAWAY if throwaway else "",
        f"include '{OWN_SETTINGS}'\n",
    ]
    for name, text in {"postgresql.conf": "".join(parts), "pg_hba.conf": ACCESS}.items():
        place(data / name, text, account)
    if not (data / OWN_SETTINGS).exists():
        place(data / OWN_SETTINGS, "", account)


def _check(data: Path, server: PostgreSQL) -> None:
    try:
        made_by = (data / "PG_VERSION").read_text().strip()
    except PermissionError:
        raise ServicesError(
            f"{data} belongs to {data.owner()}: start Mawa as that user or as root, or set MAWA_DATA_DIR to another."
        ) from None
    if made_by != str(server.major):
        raise ServicesError(
            f"{data} was made by PostgreSQL {made_by}, this is {server.major}. Start the version of Mawa that "
            "made it, write a backup with `mawa db backup`, and put it back with this one into a new MAWA_DATA_DIR."
        )


def _create(folder: DataFolder, server: PostgreSQL, account: Account | None, *, throwaway: bool) -> None:
    """Make the database beside its place and move it there when it is whole."""
    unfinished = folder.root / "postgresql.unfinished"
    mark = f"{folder.identity}/initdb"
    sweep(mark, [unfinished])
    shutil.rmtree(unfinished, ignore_errors=True)
    give(unfinished, account)
    here = str(as_seen_by(account, unfinished))
    initdb = ["--username=postgres", "--auth=peer", "--encoding=UTF8", "--data-checksums", *_locale(server.major)]
    if throwaway:
        initdb.append("--no-sync")
    _run([server.program("initdb"), "-D", here, *initdb], "", unfinished, account, mark)
    _configure(unfinished, server, account, throwaway=throwaway)
    rights = "LOGIN CREATEDB" if throwaway else "LOGIN"
    password = kept_secret(folder.password)
    statements = f"CREATE ROLE mawa {rights} PASSWORD '{password}'\nCREATE DATABASE mawa OWNER mawa\n"
    _as_superuser(statements, unfinished, server, account, mark)
    _add_roles(folder, unfinished, server, account)
    unfinished.rename(folder.postgresql)


def _add_roles(folder: DataFolder, data: Path, server: PostgreSQL, account: Account | None) -> None:
    _as_superuser(SECOND_ROLE, data, server, account, f"{folder.identity}/roles")
    place(data / HAS_ROLES, "", account)


def _as_superuser(statements: str, data: Path, server: PostgreSQL, account: Account | None, mark: str) -> None:
    """Run statements, one a line, while no server runs on this data."""
    here = str(as_seen_by(account, data))
    single_user = [server.program("postgres"), "--single", "-D", here, "-c", "exit_on_error=on", "postgres"]
    _run(single_user, statements, data, account, mark)


def _locale(major: int) -> list[str]:
    """Sorting by code point, upper and lower case of every script; the same on every machine, without ICU."""
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _run(argv: list[str], statements: str, folder: Path, account: Account | None, mark: str) -> None:
    done = subprocess.run(
        argv,
        input=statements,
        cwd=folder,
        env={**ENVIRONMENT, MARK: mark},
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServicesError(f"PostgreSQL could not make its data folder {folder}:\n{done.stdout.strip()}")
