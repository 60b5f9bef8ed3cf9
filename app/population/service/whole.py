"""Everything anew: figures replaced from the ledger, or derived and compared with what is stored."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import db, processes
from app.ledger.queries import MARKED
from app.population import areas, projections, rows
from app.population.levels import DayRow, Judge, walk
from app.population.service.deriving import (
    Appoint,
    DayFacts,
    Folded,
    Place,
    all_facts,
    open_places,
    read,
)

PLACES_A_TIME = 50  # whole places a rebuild or a verification holds in memory at once
FEW_BATCHES = 4  # sooner derived here than processes are started
_SORT_MEMORY = "64MB"

Sums = dict[UUID, dict[tuple[str, date], areas.Vector]]  # of areas by operation

# A mark on a shelter that is booked as another is about both.
_PENDING = text(f"""
  SELECT place_id FROM ({MARKED}) AS marked
  UNION SELECT same_as FROM ({MARKED}) AS marked JOIN places ON places.id = place_id WHERE same_as IS NOT NULL
""")
_SETTLED = text(f"""
  SELECT place_id FROM place_now
  WHERE place_id NOT IN (SELECT place_id FROM ({MARKED}) AS marked) AND (due_at IS NULL OR due_at > :at) ORDER BY 1
""")
_REBUILD_LOCK = 0x4D617761  # "Mawa": folds share it, a rebuild holds it alone


def share_with_rebuild(session: Session) -> None:
    """Wait for a rebuild to end, and keep the next one waiting until this transaction does."""
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _REBUILD_LOCK})


def hold_figures(session: Session) -> None:
    """Wait until nobody folds, and keep everybody from it until this transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _REBUILD_LOCK})


def rebuild(session: Session, *, appoint: Appoint) -> Iterator[list[Folded] | None]:
    """Replace everything that follows from the ledger, a part in each step: first what is kept of shelters, groups and
    bookings (None), then every figure, some places at a time.

    The caller commits at each None, for until then nobody says anything of shelters or groups, and when the last has
    come. Folding waits while figures are replaced, reporting does not. `appoint` must be a function of a module, which
    processes started for it find by its name.
    """
    yield from projections.rebuild(session)
    hold_figures(session)
    for table in ("wide_marks", "marks", "place_days", "area_days"):
        session.execute(text(f"DELETE FROM {table}"))
    rows.point_nowhere(session)
    sums: Sums = {}
    for part in _derived(session, list(_batches(_all_places(session))), appoint):
        open_places(session, [one.place.id for one in part.folded])
        rows.write_anew(session, part.lines)
        rows.point(session, {one.place.id: one.place.area_path for one in part.folded if one.present})
        for operation, by_key in part.sums.items():
            areas.add_in(sums.setdefault(operation, {}), by_key)
        yield part.folded
    for operation, by_key in sums.items():
        rows.add_to_areas(session, operation, by_key)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some places derived from the ledger: their day rows as they are stored, and by how much these change the sums of
    areas."""

    lines: bytes
    sums: Sums
    folded: list[Folded]


def _derived(session: Session, batches: Sequence[Sequence[UUID]], appoint: Appoint) -> Iterator[_Part]:
    """Each of these batches of places, in turn; many by as many processes as there are processors."""
    if len(batches) <= FEW_BATCHES:
        yield from (_derive(session, appoint, batch) for batch in batches)
        return
    with processes.pool() as pool:
        underway: deque[Future[_Part]] = deque()
        for batch in batches:
            underway.append(pool.submit(_derive_apart, appoint, batch))
            if len(underway) > processes.AT_ONCE:  # what waits to be written is held in memory
                yield underway.popleft().result()
        while underway:
            yield underway.popleft().result()


def _derive_apart(appoint: Appoint, place_ids: Sequence[UUID]) -> _Part:
    """Some places as what is committed has them. What is reported later is marked, and folded when the rebuild has
    ended."""
    with db.new_snapshot() as session:
        return _derive(session, appoint, place_ids)


def _derive(session: Session, appoint: Appoint, place_ids: Sequence[UUID]) -> _Part:
    session.execute(text(f"SET LOCAL work_mem = '{_SORT_MEMORY}'"))
    places = read(session, place_ids)
    facts = all_facts(session, places)
    judges = appoint(session, places)
    sums: Sums = {}
    folded: list[Folded] = []
    lines = bytearray()
    for place in places:
        derived = _rows_of(place, facts[place.id], judges[place.id])
        operation = place.frame.operation_id
        lines += rows.as_lines(operation, place.id, derived)
        by_day = areas.differences(None, areas.put_in(derived), place.frame, place.area_path)
        areas.add_in(sums.setdefault(operation, {}), by_day)
        folded.append(Folded(place, None, (), reaches_present=True, present=derived[-1] if derived else None))
    return _Part(bytes(lines), sums, folded)


def verify(session: Session, *, appoint: Appoint) -> Iterator[list[str]]:
    """Re-derive everything and compare, some places at a time: what differs, in words; nothing: all is right.

    The session must hold one snapshot (REPEATABLE READ). Places still marked are not compared: they are pending.
    """
    pending = set(session.scalars(_PENDING))
    sums: Sums = {}
    for place_ids in _batches(_all_places(session)):
        places = read(session, place_ids)
        facts = all_facts(session, places)
        stored = {
            id_: list(found) for id_, found in rows.from_day_on(session, dict.fromkeys(place_ids, date.min)).items()
        }
        judges = appoint(session, places)
        found: list[str] = []
        for place in places:
            held = stored.get(place.id, [])
            derived = held
            if place.id not in pending:
                derived = _rows_of(place, facts[place.id], judges[place.id])
                found += _compare(place, held, derived)
            stored_in = place.summed_in or place.area_path
            by_day = areas.differences(None, areas.put_in(held), place.frame, stored_in)
            areas.add_in(sums.setdefault(place.frame.operation_id, {}), by_day)
            if held and place.id not in pending and place.has_moved:
                found.append(f"place {place.id} is summed in {place.summed_in} and lies in {place.area_path}")
        yield found
    yield [f"place {place}: its present is not what its last day says" for place in rows.pointed_wrong(session)]
    yield _compare_areas(session, sums)
    yield projections.verify(session)


def settled_places(session: Session, *, at: datetime) -> Iterator[list[Place]]:
    """Places of which something is stored and nothing is pending, some at a time: no mark, and no rule to be looked at
    again by this moment."""
    for place_ids in _batches(list(session.scalars(_SETTLED, {"at": at}))):
        yield read(session, place_ids)


def _all_places(session: Session) -> list[UUID]:
    """Places with anything reported or stored, in the order they are locked in."""
    return list(
        session.scalars(
            text(
                "SELECT place_id FROM reports WHERE place_id IS NOT NULL UNION SELECT from_place_id FROM reports"
                " WHERE from_place_id IS NOT NULL UNION SELECT place_id FROM place_now ORDER BY 1"
            )
        )
    )


def _batches(place_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(place_ids), PLACES_A_TIME):
        yield list(place_ids[start : start + PLACES_A_TIME])


def _rows_of(place: Place, facts: DayFacts, judge: Judge) -> list[DayRow]:
    if not facts:
        return []
    changes = walk(before=None, stored=(), fresh=facts, frame=place.frame, judge=judge)
    return [change.derived for change in changes if change.derived]


def _compare(place: Place, stored: Sequence[DayRow], derived: Sequence[DayRow]) -> list[str]:
    held, right = {row.day: row for row in stored}, {row.day: row for row in derived}
    return [
        f"place {place.id} on {day}: stored {held.get(day)}, the ledger says {right.get(day)}"
        for day in sorted(held | right)
        if held.get(day) != right.get(day)
    ]


def _compare_areas(session: Session, sums: Mapping[UUID, Mapping[tuple[str, date], areas.Vector]]) -> list[str]:
    stored = {
        (row.operation_id, row.area_code, row.day): tuple(row.change)
        for row in session.execute(text("SELECT operation_id, area_code, day, change FROM area_days"))
    }
    right = {(operation, *key): vector for operation, by_key in sums.items() for key, vector in by_key.items()}
    return [
        f"area {key[1]} on {key[2]}: stored {stored.get(key)}, its places say {right.get(key)}"
        for key in sorted(stored.keys() | right.keys(), key=str)
        if any(stored.get(key, ())) + any(right.get(key, ())) and stored.get(key) != right.get(key)
    ]
