"""Answers of planning."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Nearby:
    """A shelter with free places, seen from somewhere. `km` in a straight line; `counted_at` is when people there
    were last counted, `method` how; `access` None: nobody said;
    `admission` is the rule of the site in its own words, where it has one."""

    place_id: UUID
    shelter: str
    name: dict[str, str]
    area_name: dict[str, str]
    km: float
    free: int
    counted_at: datetime | None
    method: str | None
    access: str | None
    admission: str | None
