"""What is noticed of a report in the statement that stores it, so that most need no further look.

A look of its own at each report would be a tenth of what taking it costs. What is noticed is only that a look is worth
it: whatever `policy` would speak of is among it, and some more.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.intake.policy import FEW, ONE_IN, WORTH_A_LOOK, may_have_alike
from app.ledger import service as ledger

LATEST_OF_FEW = 12  # reports of a place looked through for one like it, the latest told first: two at one gate
MOST_WITH_FEW = 20  # reports stored at once among which those of few people are looked at too: more come from a list
LATEST = 100  # for as many people as come in a truck: a busy gate's last hours
MOST_IN_A_HOUSEHOLD = 20  # no operation has more on average


class Noticed(NamedTuple):
    """`status`: of the shelter a report speaks of, as it stood; `has_alike`: another like it may be there; `is_large`:
    it is of many people, or of more than the shelter has free places."""

    status: str | None
    has_alike: bool
    is_large: bool


Stored = dict[UUID, Noticed]

# The day before too, for what happens around midnight. In the order of the index, backwards: so the latest come first,
# and no more are read than are looked through.
_LIKE_IT = f"""told.{{place}} IS NOT NULL AND told.people > 0 AND {{enough}} AND EXISTS (
    SELECT FROM (
      SELECT kind, total, households, reporter_id, device FROM reports AS other
      WHERE other.{{place}} = told.{{place}} AND other.{{day}} >= told.{{day}} - 1 AND other.{{day}} <= told.{{day}}
      ORDER BY other.{{place}} DESC, other.{{day}} DESC
      LIMIT CASE WHEN told.total < {FEW} THEN {LATEST_OF_FEW} ELSE {LATEST} END
    ) AS lately
    WHERE lately.kind = told.kind
      AND abs(coalesce(lately.total, lately.households) - coalesce(told.total, told.households)) * {ONE_IN}
        <= greatest(coalesce(lately.total, lately.households), coalesce(told.total, told.households))
      AND (told.total IS NULL OR told.total >= {FEW} OR lately.reporter_id <> told.reporter_id
        OR lately.device IS DISTINCT FROM told.device)
  )"""
_TELLING = f"""
SELECT told.id, shelters.state ->> 'status' AS status, {{like_it}} AS has_alike,
  told.people >= {WORTH_A_LOOK} OR coalesce({{arriving}} + coalesce((
    SELECT greatest(0, total[1]) FROM place_days WHERE place_id = told.place_id ORDER BY day DESC LIMIT 1
  ), 0) >= shelters.places_for_people, false) AS is_large
FROM (SELECT *, coalesce(total, households * {MOST_IN_A_HOUSEHOLD}, 0) AS people FROM stored) AS told
LEFT JOIN shelters ON shelters.id = told.place_id
"""
_ALONE = "CASE WHEN told.kind = 'movement' THEN told.people END"
# What all arrivals that are stored together come to: together they may be more than a shelter has places for.
_TOGETHER = "sum(told.people) FILTER (WHERE told.kind = 'movement') OVER (PARTITION BY told.place_id)"


def append(session: Session, rows: Sequence[ledger.Row]) -> Stored:
    """As `ledger.service.append`, with what is noticed of each."""
    looks_at_few = len(rows) <= MOST_WITH_FEW
    alike = [row for row in rows if _may_have_alike(row) and (looks_at_few or (row.total or FEW) >= FEW)]
    telling = _telling(
        arrived=any(row.place_id is not None for row in alike),
        left=any(row.from_place_id is not None for row in alike),
        looks_at_few=looks_at_few,
        is_alone=len(rows) == 1,
    )
    return {id_: Noticed(*told) for id_, told in ledger.append(session, rows, telling=telling).items()}


@lru_cache
def _telling(*, arrived: bool, left: bool, looks_at_few: bool, is_alone: bool) -> str:
    """How the statement ends for what is stored. What need not be asked is left out: each part costs a report a
    fiftieth, asked or not."""
    enough = "true" if looks_at_few else f"(told.total IS NULL OR told.total >= {FEW})"
    ends = [("place_id", "day")] * arrived + [("from_place_id", "left_day")] * left
    like_it = [_LIKE_IT.format(place=place, day=day, enough=enough) for place, day in ends]
    return _TELLING.format(like_it="\n  OR ".join(like_it) or "false", arriving=_ALONE if is_alone else _TOGETHER)


def _may_have_alike(row: ledger.Row) -> bool:
    return row.kind in ("movement", "headcount") and may_have_alike(
        number=row.households if row.total is None else row.total,
        in_households=row.total is None,
        is_count=row.kind == "headcount",
        says_cells=row.cells is not None,
        says_home=row.origin is not None or row.group_id is not None,
    )
