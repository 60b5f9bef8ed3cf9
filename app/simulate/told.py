"""One report as a made-up operation tells it, and how it would be sent."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.simulate.plan import Site, written


@dataclass(slots=True)
class Told:
    """One report as it is to lie in the ledger. `people` as the API has it; `content` is what was sent. A correction
    has the kind of what it corrects, with what is said instead. `doubles`: which report told of the same people before;
    that is known here and nowhere else."""

    id: UUID
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    content: dict[str, Any]
    to: Site | None = None
    from_: Site | None = None
    left_at: datetime | None = None
    group_id: UUID | None = None
    origin: str | None = None
    people: dict[str, Any] = field(default_factory=dict)
    method: str | None = None
    is_day_dated: bool = False
    corrects: UUID | None = None
    area: str | None = None
    doubles: UUID | None = None


def said_of(told: Told) -> dict[str, Any]:
    """What every report says of itself, as it is sent."""
    said: dict[str, Any] = {"kind": told.kind, "occurred_at": written(told.occurred_at)}
    if told.is_day_dated:
        said["precision"] = "day"
    if told.people:
        said["people"] = told.people
    return said


def movement_of(told: Told) -> dict[str, Any]:
    """What a movement says, its id apart."""
    said = said_of(told)
    if told.to:
        said["to"] = {"shelter": told.to.code}
    if told.from_:
        said["from"] = {"shelter": told.from_.code}
    if told.left_at:
        said["left_at"] = written(told.left_at)
    if told.origin:
        said["origin"] = told.origin
    if told.group_id:
        said["group"] = str(told.group_id)
    return said
