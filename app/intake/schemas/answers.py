"""What the door answers for each report."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

Status = Literal["accepted", "duplicate", "conflict", "unknown_reference", "rejected"]


@dataclass(frozen=True)
class Warned:
    """Accepted all the same, but worth knowing. `message` is in the sender's language."""

    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What is wrong and where: `field` is a dotted path into the report, `people.cells.female:0-4`."""

    field: str
    code: str
    message: str


@dataclass(frozen=True)
class Result:
    """The answer to one report, in the order sent. `code`: of the shelter or group it made. `standing`: with a conflict
    over a correction, the version that counts: its `id`, and what it says (`report`; null: it was taken back)."""

    id: UUID | None
    status: Status
    code: str | None = None
    warnings: tuple[Warned, ...] = ()
    errors: tuple[Fault, ...] = ()
    standing: dict[str, Any] | None = None
