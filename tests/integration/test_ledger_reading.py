"""What the ledger is asked of a few places costs what was reported there, however long and old the rest is."""

import re

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.ledger.queries import reports as ledger
from app.population import events
from app.population.queries import groups
from tests.factories.operations import make_operation

OF_PLACES = {
    "events": events._statement(of_days=False, known_on=False, pairs=False, cells=None),
    "events as known": events._statement(of_days=False, known_on=True, pairs=False, cells=None),
    "events gathered": events._statement(of_days=False, known_on=False, pairs=False, cells=18),
    "events with pairs": events._statement(of_days=False, known_on=False, pairs=True, cells=None),
    "groups with pairs": groups._AT_PLACES[False, True],
    "exchanged": ledger._EXCHANGED,
    "spoken of": ledger._IS_SPOKEN_OF,
    "groups": groups._AT_PLACES[False, False],
    "groups as known": groups._AT_PLACES[True, False],
}
# Movements between many places over a year, and one that somebody dated 1900.
LONG = text("""
  WITH made AS (
    INSERT INTO places (id, operation_id, kind, area_code, area_path)
    SELECT gen_random_uuid(), operation_id, 'shelter', code, path FROM areas, generate_series(1, 200)
    WHERE operation_id = :operation AND code = 'SY0600' RETURNING id
  ), numbered AS (SELECT id, row_number() OVER () AS number FROM made), said AS (
    SELECT number, gen_random_uuid() AS group_id, CASE number WHEN 1 THEN timestamptz '1900-01-01'
      ELSE timestamptz '2025-01-01' + number * interval '2h' END AS at FROM generate_series(1, 4000) AS number
  )
  INSERT INTO reports (id, operation_id, kind, occurred_at, left_at, recorded_at, day, left_day, stands_at,
    left_stands_at, place_id, from_place_id, group_id, total, content, digest, reporter_id, clock_shift_s)
  SELECT gen_random_uuid(), :operation, 'movement', at, at, now(), at::date, at::date, at, at, target.id, source.id,
    group_id, 5, '{}', '', gen_random_uuid(), 0
  FROM said JOIN numbered AS target ON target.number = said.number % 200 + 1
  JOIN numbered AS source ON source.number = (said.number * 7 + 1) % 200 + 1
""")


@pytest.mark.parametrize("asked", OF_PLACES)
def test_reports_of_a_place_are_found_by_the_place(session: Session, asked: str) -> None:
    operation = make_operation(session).id
    session.execute(LONG, {"operation": operation})
    session.execute(text("ANALYZE reports"))
    place = session.scalar(text("SELECT place_id FROM reports WHERE operation_id = :id LIMIT 1"), {"id": operation})
    late = "2100-01-01T00:00:00Z"
    plan = _plan(
        session, OF_PLACES[asked], places=[place], kept=[place], merged=[], id=place, as_of=late, known_on=late
    )
    indexes = set(re.findall(r"\bix_reports_\w+", plan))
    assert {"ix_reports_place_day", "ix_reports_groups_here"} & indexes
    assert {"ix_reports_from_left_day", "ix_reports_groups_from_here"} & indexes
    assert "ProjectSet" not in plan, "days are counted through, also those nobody reported of"


def _plan(session: Session, statement: TextClause, **asked: object) -> str:
    wanted = {name: value for name, value in asked.items() if f":{name}" in statement.text}
    return "\n".join(session.scalars(text(f"EXPLAIN {statement.text}"), wanted))
