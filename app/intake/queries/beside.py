"""What is there beside a report: the place it is about as it stands, and reports of the same place and day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.intake.queries.noticed import LATEST
from app.ledger.queries import standing

_PLACES = text("""
  SELECT places.id, kept.id AS kept_id, kept.area_path, coalesce(shelters.state, '{}') AS state, as_it_stands.basis,
    greatest(0, as_it_stands.total[1])::bigint AS people, as_it_stands.counted_at
  FROM places JOIN places AS kept ON kept.id = places.kept_id LEFT JOIN shelters ON shelters.id = kept.id
  LEFT JOIN place_now ON place_now.place_id = kept.id
  LEFT JOIN place_days AS as_it_stands ON as_it_stands.place_id = kept.id AND as_it_stands.day = place_now.day
  WHERE places.id = ANY(:places)
""")
# By whichever end is asked about; what was told of other names of the place too. The latest told, as what is noticed.
_TOLD = {
    place: text(f"""
  SELECT asked.place_id AS asked_about, asked.day AS asked_on, coalesce(told.version_of, told.id) AS first_id, told.*
  FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[]), CAST(:least AS bigint[]), CAST(:most AS bigint[]))
    AS asked (place_id, day, least, most)
  JOIN places AS here ON here.id = asked.place_id JOIN places AS same ON same.kept_id = here.kept_id
  CROSS JOIN LATERAL (
    SELECT * FROM (
      SELECT id, version_of, kind, {at} AS at, {day} AS day, {other_end} AS other_end, total, households, cells, origin,
        group_id, method, reporter_id, device, recorded_at, coalesce(content -> 'replacement', content) ->> 'precision'
        IN ('day', 'about') AS is_day_dated
      FROM reports AS other
      WHERE other.{place} = same.id AND other.{day} >= asked.day - 1 AND other.{day} <= asked.day
      ORDER BY other.{place} DESC, other.{day} DESC LIMIT {LATEST}
    ) AS lately
    WHERE kind IN ('movement', 'headcount') AND coalesce(total, households) BETWEEN asked.least AND asked.most
      AND (recorded_at, reporter_id) <> (CAST(:now AS timestamptz), CAST(:person AS uuid)) AND {standing("lately")}
  ) AS told
""")
    for place, day, at, other_end in (
        ("place_id", "day", "occurred_at", "from_place_id"),
        ("from_place_id", "left_day", "left_at", "place_id"),
    )
}


@dataclass(frozen=True)
class Beside:
    """A place as it stands, under the name it is booked under. `state`: what was said of the shelter, empty of an area;
    `people`, `basis` and `counted_at`: its figure, None where nothing was ever reported."""

    kept_id: UUID
    area_path: list[str]
    state: Mapping[str, Any]
    basis: str | None
    people: int | None
    counted_at: datetime | None


def places_beside(session: Session, place_ids: Iterable[UUID]) -> dict[UUID, Beside]:
    """Places as they stand, whoever asks."""
    rows = session.execute(_PLACES, {"places": sorted(place_ids)})
    return {
        row.id: Beside(row.kept_id, row.area_path, row.state, row.basis, row.people, row.counted_at) for row in rows
    }


def told_beside(
    session: Session,
    asked: Mapping[tuple[UUID, date], tuple[int, int]],
    *,
    leaving: bool,
    now: datetime,
    person: UUID,
) -> Sequence[Any]:
    """Reports that stand of these places and days, or the day before, of numbers from the one to the other: who came
    and was counted there, or who left. The latest told of each place; those of the post itself (`now`, `person`) left
    out."""
    if not asked:
        return ()
    least, most = zip(*asked.values(), strict=True)
    said = {
        "places": [place for place, _ in asked],
        "days": [day for _, day in asked],
        "least": list(least),
        "most": list(most),
        "now": now,
        "person": person,
    }
    return session.execute(_TOLD["from_place_id" if leaving else "place_id"], said).all()
