"""From what is told to rows of the ledger, as PostgreSQL's COPY reads them."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from app.counts.people import People
from app.intake import policy
from app.intake.service.rows import digest_of
from app.places.schemas import Frame
from app.simulate.told import Told

COLUMNS = (
    "id, operation_id, kind, occurred_at, left_at, recorded_at, day, left_day, stands_at, left_stands_at, place_id,"
    " from_place_id, group_id, origin, total, low, high, households, cells, method, content, digest, reporter_id,"
    " device, clock_shift_s, corrects, version_of, area_code"
)
COPY = f"COPY reports ({COLUMNS}) FROM STDIN"
DEVICE = "simulation"


def rows_of(frame: Frame, reporter: UUID, told: Iterable[Told]) -> Iterator[tuple[Any, ...]]:
    """One row for each report, in the order of COLUMNS."""
    for one in told:
        people = People.of(frame.scheme, **one.people) if one.people else People()
        left = one.left_at or one.occurred_at if one.kind == "movement" else None
        yield (
            one.id,
            frame.operation_id,
            one.kind,
            one.occurred_at,
            left,
            one.recorded_at,
            frame.day_of(one.occurred_at),
            None if left is None else frame.day_of(left),
            _stands(one, one.occurred_at, frame),
            None if left is None else _stands(one, left, frame),
            one.to.id if one.to else None,
            one.from_.id if one.from_ else None,
            one.group_id,
            one.origin,
            people.total,
            people.low,
            people.high,
            people.households,
            None if people.cells is None else list(people.cells),
            one.method,
            json.dumps(one.content),
            bytes.fromhex(digest_of(one.content)),
            reporter,
            DEVICE,
            0,
            one.corrects,
            one.corrects,
            one.area,
        )


def _stands(told: Told, at: datetime, frame: Frame) -> datetime:
    counts = told.kind == "headcount"
    return policy.stand(at, day=frame.day_of(at), zone=frame.zone, day_dated=told.is_day_dated, counts=counts)
