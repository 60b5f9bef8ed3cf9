"""Which movements may be told twice. What is read is bounded: of the latest reports those at places in scope, and of
each what lies beside it by the index on place and day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Scope
from app.accounts.queries import in_areas
from app.duplicates.policy import Likeness, Pair, likeness, most_likely, part_of
from app.duplicates.policy.comparing import Where, where
from app.duplicates.queries.movements import Movement, Place, movements, place_of
from app.ledger.queries import counting, standing

LOOKED_THROUGH = 1_000  # reports for a page, of any kind
LATEST = 40  # movements of a page
LATEST_HERE = 20  # at one place
BESIDE = 30  # reports of a place that each is compared with
MOST_PLACES = 3  # beside its own: a site is registered twice, seldom more often
MOST_AROUND = 500  # shelters of an area
NEAR_BY = frozenset({Where.ALIAS, Where.NEAR})

# In the order of the index, so that what lies behind the last that is looked at is not asked about. Places are looked
# up one by one: where ANALYZE has not counted them yet, all of them would be gone through for each report.
_LATEST = {
    is_continued: text(f"""
  SELECT id, recorded_at, number, is_looked_at FROM (
    SELECT lately.id, lately.recorded_at, number, kind = 'movement' AND {counting("lately")} AND EXISTS (
        SELECT FROM (
          SELECT kept_id FROM places WHERE places.id IN (lately.place_id, lately.from_place_id) OFFSET 0) AS own
        WHERE EXISTS (SELECT FROM places AS kept WHERE kept.id = own.kept_id
          AND {in_areas("kept.area_path")} OFFSET 0)
      ) AS is_looked_at
    FROM (
      SELECT *, row_number() OVER (ORDER BY recorded_at DESC, id DESC) AS number FROM (
        SELECT id, version_of, kind, recorded_at, place_id, from_place_id FROM reports
        WHERE operation_id = :operation
          {"AND (recorded_at, id) < (:before, :before_id)" if is_continued else ""}
        ORDER BY recorded_at DESC, id DESC LIMIT {LOOKED_THROUGH}
      ) AS lately
    ) AS lately ORDER BY recorded_at DESC, id DESC OFFSET 0
  ) AS looked WHERE is_looked_at OR number = {LOOKED_THROUGH} ORDER BY recorded_at DESC, id DESC LIMIT {LATEST}
""")
    for is_continued in (False, True)
}
# Chosen first, then put in order: by the index of codes all shelters would be gone through.
_AROUND = text(f"""
  SELECT around.* FROM unnest(CAST(:codes AS text[])) AS asked (area) CROSS JOIN LATERAL (
    SELECT * FROM (
      SELECT id, area_code, area_path, code, state, NULL::jsonb AS area_name FROM shelters
      WHERE operation_id = :operation AND area_code = asked.area AND NOT is_void AND {in_areas("area_path")}
        AND id <> ALL (ARRAY(SELECT id FROM places WHERE operation_id = :operation AND same_as IS NOT NULL)) OFFSET 0
    ) AS there ORDER BY code LIMIT {MOST_AROUND}
  ) AS around
""")
# In the order of the index, so that no more is read than is looked through.
_BESIDE = {
    place: text(f"""
  SELECT asked.kept_id, asked.day, other.id
  FROM unnest(CAST(:places AS uuid[]), CAST(:days AS date[])) AS asked (kept_id, day)
  JOIN places ON places.kept_id = asked.kept_id
  CROSS JOIN LATERAL (
    SELECT * FROM (
      SELECT id, version_of, kind FROM reports
      WHERE reports.{place} = places.id AND reports.{day} >= asked.day - 2 AND reports.{day} <= asked.day + 2
      ORDER BY reports.{place} DESC, reports.{day} DESC LIMIT {BESIDE}
    ) AS lately WHERE kind = 'movement' AND {counting("lately")}
  ) AS other
""")
    for place, day in (("place_id", "day"), ("from_place_id", "left_day"))
}
# Who came to a place and who left it for elsewhere, the latest.
_HERE = text(
    " UNION ALL ".join(
        f"""(
  SELECT id FROM (
    SELECT lately.* FROM places CROSS JOIN LATERAL (
      SELECT id, version_of, kind, {day} AS day, place_id, from_place_id FROM reports
      WHERE reports.{place} = places.id
      ORDER BY reports.{place} DESC, reports.{day} DESC LIMIT {LATEST_HERE}
    ) AS lately WHERE places.kept_id = :place
  ) AS lately WHERE kind = 'movement' AND {counting("lately")} AND {is_asked}
  ORDER BY day DESC, id LIMIT {LATEST_HERE})"""
        for place, day, is_asked in (("place_id", "day", "true"), ("from_place_id", "left_day", "place_id IS NULL"))
    )
)
_DECIDED = text(f"""
  SELECT about_id, double_of FROM reports AS decision
  WHERE about_id = ANY(:firsts) AND double_of = ANY(:firsts) AND {standing("decision")}
""")


@dataclass(frozen=True)
class Possible:
    """Two movements that may be one; `later` is the one whose first version was told later."""

    earlier: Movement
    later: Movement
    likeness: Likeness

    @property
    def part(self) -> str | None:
        """What the later one is, should they be one journey."""
        return part_of(self.later.told, self.earlier.told)


def latest_possible(
    session: Session, *, scope: Scope, household_size: float, before: tuple[datetime, UUID] | None = None
) -> tuple[list[Possible], tuple[datetime, UUID] | None]:
    """Among the latest movements told at places in scope those that may be told twice, the likeliest first; and where
    to go on with what was told before."""
    asked = {
        "operation": scope.operation_id,
        "areas": None if scope.areas is None else sorted(scope.areas),
        "before": before[0] if before else None,
        "before_id": before[1] if before else None,
    }
    rows = session.execute(_LATEST[before is not None], asked).all()
    ids = [row.id for row in rows if row.is_looked_at]
    last = rows[-1] if rows and (len(rows) == LATEST or rows[-1].number == LOOKED_THROUGH) else None
    found = possible(session, ids, scope=scope, household_size=household_size)
    told_here = [one for one in found if one.later.id in ids]  # else it was listed where that one was
    return told_here, None if last is None else (last.recorded_at, last.id)


def how_many_wait(session: Session, *, scope: Scope, household_size: float) -> int:
    """How many pairs stand on the first page: of the latest reports, for what lies further back nobody can wait."""
    return len(latest_possible(session, scope=scope, household_size=household_size)[0])


def possible_at(
    session: Session, *, place_id: UUID, since: datetime | None, scope: Scope, household_size: float
) -> list[Possible]:
    """Which of the latest movements to a place, or from it to elsewhere, may be told twice and touch its figure: both
    were after it was counted (`since`), for a headcount does not ask how people were told of before."""
    ids = list(session.scalars(_HERE, {"place": place_id}))
    found = possible(session, ids, scope=scope, household_size=household_size)
    return [one for one in found if since is None or min(one.earlier.at, one.later.at) > since]


def possible(session: Session, ids: Sequence[UUID], *, scope: Scope, household_size: float) -> list[Possible]:
    """Which movements these versions may be told twice with, at places in scope, the likeliest first."""
    asked = movements(session, ids, scope)
    pairs = _beside(session, asked, scope)
    known = {one.id: one for one in asked}
    others = {id_ for pair in pairs for id_ in pair} - known.keys()
    known |= {one.id: one for one in movements(session, others, scope)}
    decided = _decided(session, known.values())
    compared = [
        Pair(one, other, alike)
        for one, other in sorted(pairs, key=str)
        if frozenset((known[one].first_id, known[other].first_id)) not in decided
        and (alike := likeness(known[one].told, known[other].told, household_size=household_size)) is not None
    ]
    found = [_possible(known[pair.one], known[pair.other], pair.likeness) for pair in most_likely(compared)]
    return sorted(found, key=lambda one: (-one.likeness.points, -one.later.recorded_at.timestamp(), str(one.later.id)))


def _possible(one: Movement, other: Movement, alike: Likeness) -> Possible:
    earlier, later = sorted((one, other), key=lambda movement: (movement.told_at, movement.first_id))
    return Possible(earlier, later, alike)


def _decided(session: Session, among: Iterable[Movement]) -> set[frozenset[UUID]]:
    """Which two of these somebody decided upon: that is not asked again, whatever was decided."""
    firsts = sorted({one.first_id for one in among})
    rows = session.execute(_DECIDED, {"firsts": firsts}) if firsts else ()
    return {frozenset((row.about_id, row.double_of)) for row in rows}


def _beside(session: Session, asked: Sequence[Movement], scope: Scope) -> set[tuple[UUID, UUID]]:
    """Pairs that lie beside each other: by the place people came to, or of people who left for elsewhere by that."""
    arriving = [(one, one.to, one.day) for one in asked if one.to is not None]
    leaving = [(one, one.source, one.left_day) for one in asked if one.to is None and one.source is not None]
    ends = {
        key: [end for end in told if scope.holds(end[1].end.area_path)]
        for key, told in (("place_id", arriving), ("from_place_id", leaving))
    }
    near = _near(session, {place.end.id: place for told in ends.values() for _, place, _ in told}, scope)
    found: set[tuple[UUID, UUID]] = set()
    for key, told in ends.items():
        wanted = [(one.id, (id_, day)) for one, place, day in told for id_ in (place.end.id, *near[place.end.id])]
        lying = _lying(session, key, {window for _, window in wanted})
        found.update(
            (min(one, other), max(one, other)) for one, window in wanted for other in lying[window] if other != one
        )
    return found


def _lying(
    session: Session, key: str, windows: Collection[tuple[UUID, date]]
) -> Mapping[tuple[UUID, date], list[UUID]]:
    """The movements at each place about each day: asked once, however many are compared with them."""
    lying: dict[tuple[UUID, date], list[UUID]] = defaultdict(list)
    said = {"places": [id_ for id_, _ in windows], "days": [day for _, day in windows]}
    for row in session.execute(_BESIDE[key], said) if windows else ():
        lying[row.kept_id, row.day].append(row.id)
    return lying


def _near(session: Session, places: Mapping[UUID, Place], scope: Scope) -> dict[UUID, list[UUID]]:
    """Of each place the shelters of its area that may be the same, or lie beside it."""
    asked = {
        "operation": scope.operation_id,
        "areas": None if scope.areas is None else sorted(scope.areas),
        "codes": sorted({place.area for place in places.values() if place.shelter and place.area}),
    }
    around: dict[str | None, list[Place]] = {}
    for row in session.execute(_AROUND, asked) if asked["codes"] else ():
        around.setdefault(row.area_code, []).append(place_of(row))
    return {id_: _beside_it(one, around.get(one.area, ())) if one.shelter else [] for id_, one in places.items()}


def _beside_it(place: Place, around: Iterable[Place]) -> list[UUID]:
    others = [(where(place.end, other.end), other.end.id) for other in around if other.end.id != place.end.id]
    near = sorted((lies, id_) for lies, id_ in others if lies in NEAR_BY)  # by name: alias before near
    return [id_ for _, id_ in near[:MOST_PLACES]]
