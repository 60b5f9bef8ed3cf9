"""What lies where under MAWA_DATA_DIR."""

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.services.errors import ServicesError

# A socket's path may have 107 bytes (103 on macOS); "/postgresql/.s.PGSQL.5432" takes 25 of them.
LONGEST_PLAIN_PATH = 75
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True)
class DataFolder:
    """The folder of one installation, an absolute path. Looking things up creates nothing."""

    root: Path

    @cached_property
    def identity(self) -> str:
        """Sixteen hexadecimal digits that tell this installation from others on the machine."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]

    @cached_property
    def reach(self) -> Path:
        """The folder as clients of its sockets write it: itself, or a short link if it is long or has odd letters."""
        path = str(self.root)
        if len(path) <= LONGEST_PLAIN_PATH and PLAIN_PATH.fullmatch(path):
            return self.root
        # Not the user's runtime folder: every process must find the same place, whatever its environment.
        return Path("/tmp") / f"mawa-{self.identity}"  # noqa: S108  only if it is ours, see make_link

    @property
    def postgresql(self) -> Path:
        return self.root / "postgresql"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def password(self) -> Path:
        """File of the password of both services."""
        return self.root / "services.password"

    @property
    def secret_key(self) -> Path:
        return self.root / "secret_key"

    @property
    def open_posts(self) -> Path:
        """Empty; web processes hold a lock on a byte of it for each post of reports they have open."""
        return self.root / "open-posts"

    @property
    def open_past_reads(self) -> Path:
        """The same for each question of what was known."""
        return self.root / "open-past-reads"

    @property
    def prepared(self) -> Path:
        """Marks that `mawa prepare` has succeeded once, so that the programs need not wait for the first load."""
        return self.root / "prepared"


def make(folder: DataFolder) -> None:
    """Create the folder, private to us, and the short link to it where its sockets need one."""
    try:
        folder.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.lock.touch(mode=0o600)
    except OSError as error:
        raise ServicesError(
            f"The data folder {folder.root} cannot be used ({error.strerror}). Make it writable, "
            "or set MAWA_DATA_DIR to another."
        ) from error
    if folder.reach != folder.root:
        make_link(folder)


def make_link(folder: DataFolder) -> None:
    """Let the short path lead to the folder; refuse one that somebody else has put there."""
    link = folder.reach
    try:
        link.symlink_to(folder.root)
    except FileExistsError:
        ours = link.is_symlink() and link.lstat().st_uid == os.geteuid() and link.readlink() == folder.root
        if not ours:
            raise ServicesError(f"{link} is in the way: remove it, or set MAWA_DATA_DIR to a shorter path.") from None


def kept_secret(file: Path) -> str:
    """The secret kept in a file that only we can read; made when there is none."""
    if not file.exists():
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(32))
        # Whole or not at all, and never over one that another process has made meanwhile.
        with suppress(FileExistsError):
            os.link(unfinished, file)
        unfinished.unlink()
    return file.read_text().strip()
