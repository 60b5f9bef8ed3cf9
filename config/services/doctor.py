"""What can be wrong with an installation, looked at from outside the application."""

import shutil
import socket
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import psycopg
import redis

from config.services.addresses import Addresses, addresses
from config.services.binaries import OLDEST_POSTGRESQL
from config.services.errors import ServicesError
from config.services.folder import DataFolder
from config.services.lock import is_supervised
from config.settings import SHORTEST_SECRET

if TYPE_CHECKING:
    from config.settings import Settings

LEAST_FREE_BYTES = 1_000_000_000
LARGEST_CLOCK_DIFFERENCE_S = 5.0
ANSWER_WITHIN = 3.0
NOTHING_RUNS = "Its own is started by `mawa up`, which does not run here just now."
DEFAULT_MAIL_PORTS = {"smtp": 25, "smtps": 465}


class Check(NamedTuple):
    """`advice` says what is wrong and how to mend it; with `ok` it is worth knowing all the same."""

    name: str
    ok: bool
    advice: str


def checks(settings: "Settings", *, newest: str) -> list[Check]:
    """Every check, in the order in which to mend; `newest`: the step of the schema this program expects. Call it
    inside `database_running`; nothing is changed."""
    looked_at = {
        "data folder": partial(data_folder, settings),
        "disk": partial(disk, settings),
        "backups": partial(backups, settings),
        "database": partial(database, settings),
        "schema": partial(schema, settings, newest),
        "clock": partial(clock, settings),
        "broker": partial(broker, settings),
        "mail": partial(mail, settings),
        "secret key": partial(secret_key, settings),
        "base URL": partial(base_url, settings),
    }
    found = {name: look() for name, look in looked_at.items()}
    return [Check(name, advice in ("", NOTHING_RUNS), advice) for name, advice in found.items()]


def data_folder(settings: "Settings") -> str:
    root = settings.data_dir
    if not root.is_dir():
        return f"{root} is not a folder. Set MAWA_DATA_DIR to one you may write to, or start Mawa once to make it."
    try:
        (root / "lock").touch()
    except OSError as error:
        return (
            f"{root} cannot be written ({error.strerror}). Run this as its owner, {root.owner()}, or set MAWA_DATA_DIR."
        )
    return ""


def disk(settings: "Settings") -> str:
    root = settings.data_dir
    free = shutil.disk_usage(root if root.exists() else "/").free
    if free < LEAST_FREE_BYTES:
        return f"Only {free // 1_000_000} MB are free at {root}: reports are refused when the disk is full. Make room."
    return ""


def backups(settings: "Settings") -> str:
    """Writes a file where backups are to be written, and takes it away."""
    folder = settings.backups
    if folder is None:
        return ""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return (
            f"No backup can be written to {folder} ({error.strerror}). Make the folder, give it to the user Mawa runs"
            " as, or set BACKUP_DIR to another."
        )
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        return f"Only {free // 1_000_000} MB are free at {folder}: no backup is made. Make room, or keep fewer."
    return ""


def database(settings: "Settings") -> str:
    try:
        version = int(_ask(settings, "SELECT current_setting('server_version_num')"))
    except ServicesError as error:
        return str(error)
    if version // 10_000 < OLDEST_POSTGRESQL:
        return f"PostgreSQL {version // 10_000} is too old: Mawa needs {OLDEST_POSTGRESQL} or later."
    return ""


def schema(settings: "Settings", newest: str) -> str:
    try:
        is_made = _ask(settings, "SELECT to_regclass('alembic_version') IS NOT NULL")
        step = _ask(settings, "SELECT max(version_num) FROM alembic_version") if is_made else None
    except ServicesError:
        return "Cannot be looked at while the database does not answer."
    if step is None:
        return "There are no tables yet. `mawa up` makes them, or `mawa db upgrade`."
    if step != newest:
        return f"The database is at step {step}, this program expects {newest}: run `mawa db upgrade`."
    return ""


def clock(settings: "Settings") -> str:
    """Compares with the database, which may be another machine. Times of reports depend on ours."""
    before = time.time()
    try:
        theirs = float(_ask(settings, "SELECT extract(epoch FROM clock_timestamp())"))
    except ServicesError:
        return "Cannot be compared while the database does not answer."
    off = theirs - (before + time.time()) / 2
    if abs(off) > LARGEST_CLOCK_DIFFERENCE_S:
        ours = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        return f"The database's clock is {off:+.0f} s from ours ({ours}). Let both follow a time server."
    return ""


def broker(settings: "Settings") -> str:
    """Pings REDIS_URL and BROKER_URL; a broker of another kind than Redis is left to Celery."""
    embedded = not settings.redis_url
    if embedded and not is_supervised(DataFolder(settings.data_dir)):
        return NOTHING_RUNS
    told = addresses(settings)
    for url in {told.redis, settings.broker_url or told.redis}:
        if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
            continue
        try:
            redis.Redis.from_url(url, socket_connect_timeout=ANSWER_WITHIN, socket_timeout=ANSWER_WITHIN).ping()
        except redis.RedisError as error:
            return f"The broker does not answer ({error}): figures come late. Check REDIS_URL and BROKER_URL."
    return ""


def mail(settings: "Settings") -> str:
    if not settings.mail_url:
        return ""  # kept in the development mailbox
    parts = urlsplit(settings.mail_url)
    if parts.scheme not in DEFAULT_MAIL_PORTS or not parts.hostname:
        return "MAIL_URL is not of the form smtp://user:password@host:port or smtps://…"
    port = parts.port or DEFAULT_MAIL_PORTS[parts.scheme]
    try:
        socket.create_connection((parts.hostname, port), ANSWER_WITHIN).close()
    except OSError as error:
        reason = error.strerror or error
        return f"The mail server {parts.hostname}:{port} does not answer ({reason}): alerts wait. Check MAIL_URL."
    return ""


def secret_key(settings: "Settings") -> str:
    if settings.secret_key and len(settings.secret_key) < SHORTEST_SECRET:
        return f"SECRET_KEY is short enough to be guessed: set {SHORTEST_SECRET} or more random characters."
    return ""


def base_url(settings: "Settings") -> str:
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        return "BASE_URL is not of the form https://mawa.example.org: links in mails would be broken."
    return ""


def _ask(settings: "Settings", question: str) -> Any:
    """The one value a query gives; ServicesError says why there is none."""
    told: Addresses = addresses(settings)
    try:
        with psycopg.connect(
            told.database.replace("+psycopg", "", 1), connect_timeout=int(ANSWER_WITHIN)
        ) as connection:
            row = connection.execute(question.encode()).fetchone()
    except psycopg.Error as error:
        raise ServicesError(f"The database does not answer ({str(error).strip()}). Check DATABASE_URL.") from error
    assert row is not None  # one value was asked for
    return row[0]
