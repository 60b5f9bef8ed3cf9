"""Whom the embedded services run as. PostgreSQL refuses root, and neither of the two needs it."""

import os
import pwd
from pathlib import Path
from typing import NamedTuple

from config.services.errors import ServicesError

UNPRIVILEGED = ("nobody", "daemon")


class Account(NamedTuple):
    name: str
    uid: int
    gid: int


def service_account(data: Path) -> Account | None:
    """The account for the services whose files lie in `data`; None means our own.

    Root gives them to whoever owns the data already, else to `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return _account(pwd.getpwuid(data.stat().st_uid))
    for name in UNPRIVILEGED:
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise ServicesError(
        "PostgreSQL does not run as root and there is no user `nobody` here: start Mawa as another user."
    )


def give(folder: Path, account: Account | None) -> None:
    """Make a private folder of the services for that account."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)


def place(file: Path, text: str, account: Account | None) -> None:
    """Put a file that only the account may read into its folder.

    Written above that folder and moved in: a link that the account's processes might put in its place is replaced,
    not followed.
    """
    unfinished = file.parent.parent / f"{file.name}.unfinished"
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)
        if account:
            os.fchown(out.fileno(), account.uid, account.gid)
    unfinished.replace(file)


def as_seen_by(account: Account | None, folder: Path) -> Path:
    """How a service that stands in `folder` writes it.

    An account without privileges may be shut out of the folders above (`/root`, a data folder of mode 0700). Those
    stay closed: the service is put into its own folder by root and calls it by this name, which asks nobody above.
    """
    return Path("/proc/self/cwd") if account else folder


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
