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
    area_path: tuple[str, ...]
    rule: str
    severity: Severity
    status: Status
    since: datetime
    opened_at: datetime
    unknown_since: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    comment: str | None
    ended_at: datetime | None
    sentence: str
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Happened:
    """Something that happened to an alert. `said`: its sentence then, of a change of the published state; `by`: who
    took it on; `told`: how many people were told of it by mail."""

    kind: Literal["state", "withdrawn", "acknowledged", "escalated"]
    before: str
    after: str
    at: datetime
    since: datetime
    said: str
    by: str | None
    comment: str | None
    told: int
