"""What a backup says of itself."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FORM = 1  # of the file; another one when a program of today could no longer read it


@dataclass(frozen=True)
class Table:
    """A table in a backup: its columns in the order in which they were written, and how many rows."""

    name: str
    columns: list[str]
    rows: int


@dataclass(frozen=True)
class Contents:
    """`step`: of the schema. `taken_at`: the moment everything is of. `seal`: the newest there was, `number:hash`."""

    form: int
    step: str
    taken_at: datetime
    seal: str | None
    tables: list[Table]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "taken_at": self.taken_at.isoformat()}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Contents":
        """KeyError, TypeError or ValueError where it says something else."""
        return cls(
            form=int(said["form"]),
            step=str(said["step"]),
            taken_at=datetime.fromisoformat(said["taken_at"]),
            seal=said["seal"],
            tables=[Table(**table) for table in said["tables"]],
        )


@dataclass(frozen=True)
class Taken:
    """A backup that was made: how large the file is, and how long it took."""

    file: Path
    contents: Contents
    size: int
    seconds: float


@dataclass(frozen=True)
class Held:
    """How much does not leave because it may have left since: mails, and notices to people still to be told."""

    mails: int
    notices: int


@dataclass(frozen=True)
class PutBack:
    """What was put back, and what is held."""

    contents: Contents
    held: Held
