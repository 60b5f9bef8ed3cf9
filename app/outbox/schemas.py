"""What is put into the outbox."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Letter:
    """A finished mail that has no row yet: to whom, and what it says."""

    operation_id: UUID | None
    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
