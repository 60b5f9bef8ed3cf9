"""The file of a backup: a zip with what COPY says of each table, and `contents.json`, which is written last.

It comes under its name when it is whole and on the disk, so half a backup never counts. Whoever reads it reads
everything about everybody: only its owner may.
"""

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from app.backups.errors import BackupError
from app.backups.schemas import FORM, Contents, Table

CONTENTS = "contents.json"
UNFINISHED = ".unfinished"
AT_A_TIME = 1 << 20  # bytes
FASTEST = 1  # a quarter of the size already; the best would take five times as long for a tenth less


@contextmanager
def whole_or_not_at_all(file: Path, *, overwrite: bool) -> Iterator[IO[bytes]]:
    """A file to write to, which gets its name when the block ends and is gone when it raises. BackupError where it may
    not be made."""
    _refuse_to_overwrite(file, overwrite=overwrite)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}{UNFINISHED}")
    try:
        with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        _refuse_to_overwrite(file, overwrite=overwrite)
        unfinished.rename(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}. Nothing was kept.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def _refuse_to_overwrite(file: Path, *, overwrite: bool) -> None:
    if file.is_dir():
        raise BackupError(f"{file} is a folder: name a file in it.")
    if file.exists() and not overwrite:
        raise BackupError(f"{file} is there already. Choose another name, or say --overwrite.")


def _sync_folder(folder: Path) -> None:
    """A new name is on the disk when its folder is. Not every file system can be asked."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


class Written:
    """The inside of a backup that is being made. Use as a context."""

    def __init__(self, file: IO[bytes]) -> None:
        self.archive = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=FASTEST)

    def __enter__(self) -> "Written":
        return self

    def __exit__(self, *_error: object) -> None:
        self.archive.close()

    def table(self, name: str, rows: Iterable[bytes | bytearray | memoryview]) -> None:
        """Write what COPY says of a table."""
        with self.archive.open(_member(f"{name}.copy"), "w", force_zip64=True) as member:
            gathered: list[bytes] = []
            size = 0
            for row in rows:
                gathered.append(bytes(row))
                size += len(row)
                if size > AT_A_TIME:
                    member.write(b"".join(gathered))
                    gathered, size = [], 0
            member.write(b"".join(gathered))

    def end(self, contents: Contents) -> None:
        self.archive.writestr(_member(CONTENTS), json.dumps(contents.as_json(), indent=1))


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name)
    member.compress_type = ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


@dataclass(frozen=True)
class Read:
    """The inside of a backup that is to be put back."""

    file: Path
    archive: ZipFile
    contents: Contents

    def table(self, table: Table) -> Iterator[bytes]:
        """What COPY said of a table, held against its checksum by the end."""
        try:
            with self.archive.open(f"{table.name}.copy") as member:
                while part := member.read(AT_A_TIME):
                    yield part
        except (BadZipFile, zlib.error, EOFError, KeyError, OSError) as error:
            raise BackupError(f"{self.file} is damaged where it holds {table.name}. Nothing was put back.") from error


@contextmanager
def reading(file: Path) -> Iterator[Read]:
    """The inside of a backup. BackupError where it is none, not whole, or of a form we do not know."""
    try:
        with ZipFile(file) as archive:
            yield Read(file, archive, _contents(file, archive))
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}.") from error
    except BadZipFile as error:
        raise BackupError(f"{file} is no backup of Mawa, or it is not whole.") from error


def _contents(file: Path, archive: ZipFile) -> Contents:
    try:
        said = json.loads(archive.read(CONTENTS))
        if said["form"] != FORM:
            raise BackupError(f"{file} was written by a newer Mawa than this one: use that to put it back.")
        return Contents.from_json(said)
    except (zlib.error, KeyError, TypeError, ValueError) as error:
        raise BackupError(f"{file} is no backup of Mawa, or it is not whole.") from error
