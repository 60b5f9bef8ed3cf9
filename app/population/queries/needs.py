"""Who at a place needs special care, by what was said of it: of each category by itself, since one person may be in
several and they are never summed.

Each category is folded as people are: the last headcount that is followed and speaks of it, and who came and left
since, by the movements that count there. Who leaves without a word of it is not taken out. Beside that stands what was
said of whole groups that are here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.statements import state_of
from app.counts.people import People
from app.groups.queries import statements_of
from app.ledger.models import SAID, SPEAKS_OF_NEEDS
from app.ledger.queries import entering, has_pairs, leaving, standing
from app.places.schemas import Frame
from app.population.facts import Event, is_adopted, order_of
from app.population.past import Past
from app.population.queries.groups import whereabouts

_SAID = {
    (known_on, pairs): text(f"""
  WITH said AS (
    SELECT *, 1 AS sign, stands_at AS counts_at FROM reports
    WHERE place_id = ANY(:places) AND kind IN ('movement', 'headcount') AND {SPEAKS_OF_NEEDS}
      AND {standing(known_on=known_on)} AND (kind = 'headcount' OR {entering(known_on=known_on, pairs=pairs)})
    UNION ALL
    SELECT *, -1, left_stands_at FROM reports
    WHERE from_place_id = ANY(:places) AND kind = 'movement' AND {SPEAKS_OF_NEEDS}
      AND {leaving(known_on=known_on, pairs=pairs)}
  )
  SELECT coalesce(version_of, reports.id) AS id, counts_at, occurred_at, kind, sign, total, low, high, households,
    method, {SAID} -> 'needs' AS needs,
    CASE kind WHEN 'headcount' THEN (SELECT decision.adopt FROM reports AS decision
      WHERE decision.kind = 'decision'
        AND decision.about_id = CASE WHEN reports.version_of IS NULL THEN reports.id ELSE reports.version_of END
        AND {standing("decision", known_on=known_on)}
      ORDER BY decision.occurred_at DESC, coalesce(decision.version_of, decision.id) DESC LIMIT 1) END AS decided
  FROM said AS reports WHERE counts_at <= :as_of
""")
    for known_on, pairs in product((False, True), repeat=2)
}


class Needed(NamedTuple):
    """So many people of a category, below zero where more left than came, and when somebody last spoke of it."""

    people: int
    at: datetime


@dataclass(frozen=True)
class NeedsHere:
    """By category: `reported` at the place itself, `of_groups` of groups all of whose people are here. `divided`:
    groups of which a part is here and that have such needs; who of them is where nobody said."""

    reported: Mapping[str, Needed] = field(default_factory=dict)
    of_groups: Mapping[str, int] = field(default_factory=dict)
    divided: int = 0

    @property
    def categories(self) -> list[str]:
        return sorted({*self.reported, *self.of_groups})


Spoken = tuple[Event, Mapping[str, int]]  # a report of people, and what it says of their needs


def needs_at(session: Session, place_id: UUID, past: Past) -> Mapping[str, Needed]:
    """What was reported at a place of those who need special care there."""
    cut = past.cut
    asked = {
        "places": list(past.bookings.members(session, [place_id])),
        "as_of": cut.as_of,
        "known_on": cut.known_on,
    }
    spoken: list[Spoken] = []
    for row in session.execute(_SAID[cut.known_on is not None, has_pairs(session)], asked):
        people = People(row.total, row.low, row.high, row.households)
        direction = 0 if row.kind == "headcount" else row.sign
        event = Event(row.id, row.counts_at, row.occurred_at, direction, people, row.method, row.decided)
        spoken.append((event, row.needs))
    return folded(spoken, past.frame)


def folded(spoken: Iterable[Spoken], frame: Frame) -> dict[str, Needed]:
    """The sum of each category in the order of the fold. Pure."""
    found: dict[str, Needed] = {}
    for event, needs in sorted(spoken, key=lambda one: order_of(one[0], frame)):
        if not event.direction and not is_adopted(event, frame):
            continue
        for category, people in needs.items():
            before = found[category].people if category in found and event.direction else 0
            found[category] = Needed(before + (event.direction or 1) * people, event.stands_at)
    return found


def needs_of_groups(session: Session, place_id: UUID, groups: Iterable[UUID], past: Past) -> tuple[dict[str, int], int]:
    """What was said of the groups that are wholly at a place, by category, and how many with needs are so in part."""
    ids = sorted(groups)
    said = statements_of(session, ids, known_on=past.cut.known_on)
    needs = {group: state_of(told, until=past.cut.as_of).get("needs") for group, told in said.items()}
    where = whereabouts(session, [group for group in ids if needs.get(group)], past)
    sums: dict[str, int] = {}
    divided = 0
    for group, places in where.items():
        if set(places) != {place_id}:
            divided += 1
            continue
        for category, people in (needs[group] or {}).items():
            sums[category] = sums.get(category, 0) + people
    return sums, divided
