"""Alerts as they are shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Severity = Literal["warning", "critical"]
Status = Literal["open", "acknowledged", "resolved", "withdrawn"]


@dataclass(frozen=True)
class AlertRow:
    """One alert for a page or the API. `sentence` is in the reader's language."""

    id: UUID
    shelter: str
    shelter_name: dict[str, str]
    area: str
    rule: str
    severity: Severity
    status: Status
    since: datetime
    opened_at: datetime
    unknown_since: datetime | None
    acknowledged_at: datetime | None
    sentence: str
    numbers: dict[str, Any]
