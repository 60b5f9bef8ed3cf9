"""The fold at work: take marked places, re-derive what was marked, write what differs.

Workers re-fold, they never add increments: a crash anywhere leaves the marks, and the next run does the same
work again. Statement by statement, each sees everything whose mark an earlier one of the same fold took.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.places.queries import frame_of, list_operations
from app.places.schemas import Frame
from app.population import areas, rows
from app.population.facts import Facts, facts_of
from app.population.levels import DayChange, DayRow, Judge, walk

MARKS_A_TIME = 2_000  # read in one fold; a thousand reports on one place still fold once
PLACES_A_TIME = 500  # whole places a rebuild or a verification holds in memory at once

_REBUILD_LOCK = 0x4D617761  # "Mawa": folds share it, a rebuild holds it alone

_MARKED = text("SELECT operation_id, place_id FROM marks ORDER BY id LIMIT :limit")
_OPEN = text("""
  INSERT INTO place_now (place_id, operation_id)
  SELECT places.id, places.operation_id FROM places
  WHERE places.id = ANY(:places) AND NOT EXISTS (SELECT FROM place_now WHERE place_id = places.id)
  ORDER BY places.id ON CONFLICT DO NOTHING
""")
_LOCK = text("""
  SELECT place_now.place_id, place_now.operation_id, places.area_path FROM place_now
  JOIN places ON places.id = place_now.place_id
  WHERE place_now.place_id = ANY(:places) ORDER BY place_now.place_id FOR UPDATE OF place_now SKIP LOCKED
""")
_TAKE_MARKS = text("DELETE FROM marks WHERE place_id = ANY(:places) RETURNING place_id, day")


@dataclass(frozen=True, slots=True)
class Place:
    """A place being folded."""

    id: UUID
    frame: Frame
    area_path: list[str]


@dataclass(frozen=True, slots=True)
class Folded:
    """A place after its fold. `present` is its last day row; None where that was not touched, or nothing is there."""

    place: Place
    changes: Sequence[DayChange]
    present: DayRow | None


Appoint = Callable[[Session, Sequence[Place]], Mapping[UUID, Judge]]


def fold(session: Session, *, appoint: Appoint, marks: int = MARKS_A_TIME) -> list[Folded]:
    """Fold the places of the oldest marks; an empty list means nothing was marked or others are at it.

    `appoint` gives each place its judge: what decides the rule states stored with a day. Flushes, never commits.
    """
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _REBUILD_LOCK})
    marked = {row.place_id for row in session.execute(_MARKED, {"limit": marks})}
    if not marked:
        return []
    session.execute(_OPEN, {"places": sorted(marked)})
    places = _locked(session, marked)
    if not places:
        return []
    days: dict[UUID, set[date]] = {place.id: set() for place in places}
    whole: set[UUID] = set()
    for place_id, day in session.execute(_TAKE_MARKS, {"places": list(days)}):
        days[place_id].add(day) if day is not None else whole.add(place_id)
    facts = _facts(places, rows.events_of_days(session, {id_: days[id_] for id_ in days if id_ not in whole}), days)
    facts |= _whole_facts(session, [place for place in places if place.id in whole])
    return _derive(session, [place for place in places if facts[place.id]], facts, appoint(session, places))


def rebuild(session: Session, *, appoint: Appoint) -> Iterator[list[Folded]]:
    """Replace every figure from the ledger, some places at a time; the caller commits when the last has come.

    Folding waits meanwhile, reporting does not.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _REBUILD_LOCK})
    session.execute(text("DELETE FROM marks"))
    for table in ("place_days", "area_days"):
        session.execute(text(f"DELETE FROM {table}"))
    for place_ids in _batches(_all_places(session)):
        session.execute(_OPEN, {"places": place_ids})
        places = _locked(session, place_ids)
        facts = _whole_facts(session, places)
        appointed = appoint(session, places)
        yield _derive(session, [place for place in places if facts[place.id]], facts, appointed)


def verify(session: Session, *, appoint: Appoint) -> Iterator[list[str]]:
    """Re-derive everything and compare, some places at a time: what differs, in words; nothing: all is right.

    The session must hold one snapshot (REPEATABLE READ). Places still marked are not compared: they are pending.
    """
    pending = set(session.scalars(text("SELECT DISTINCT place_id FROM marks")))
    sums: dict[UUID, dict[tuple[str, date], areas.Vector]] = {}
    for place_ids in _batches(_all_places(session)):
        places = _places(session, place_ids)
        facts = _whole_facts(session, places)
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
            by_day = areas.differences(None, [DayChange(row.day, None, row) for row in held], place.frame)
            total = sums.setdefault(place.frame.operation_id, {})
            for key, vector in areas.gather([(place.area_path, by_day)]).items():
                total[key] = tuple(map(sum, zip(total[key], vector, strict=True))) if key in total else vector
        yield found
    yield _compare_areas(session, sums)


def _locked(session: Session, place_ids: set[UUID] | Sequence[UUID]) -> list[Place]:
    frames: dict[UUID, Frame] = {}
    places: list[Place] = []
    for row in session.execute(_LOCK, {"places": sorted(place_ids)}):
        frame = frames.get(row.operation_id) or frame_of(session, row.operation_id)
        frames[row.operation_id] = frame
        places.append(Place(row.place_id, frame, row.area_path))
    return places


def _places(session: Session, place_ids: Sequence[UUID]) -> list[Place]:
    found = session.execute(
        text("SELECT id, operation_id, area_path FROM places WHERE id = ANY(:places) ORDER BY id"),
        {"places": place_ids},
    )
    frames = {operation.id: frame_of(session, operation.id) for operation in list_operations(session)}
    return [Place(row.id, frames[row.operation_id], row.area_path) for row in found]


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


DayFacts = dict[date, Facts | None]


def _facts(
    places: Sequence[Place], events: Mapping[UUID, rows.Events], days: Mapping[UUID, set[date]]
) -> dict[UUID, DayFacts]:
    """Fresh facts of each marked day; a marked day without reports has none."""
    return {
        place.id: {day: facts_of(events.get(place.id, {}).get(day, ()), place.frame) for day in days[place.id]}
        for place in places
    }


def _whole_facts(session: Session, places: Sequence[Place]) -> dict[UUID, DayFacts]:
    """Fresh facts of every day of these places, and None for stored days nothing is reported on any more."""
    if not places:
        return {}
    ids = [place.id for place in places]
    events = rows.events_of_places(session, ids)
    stored = rows.from_day_on(session, dict.fromkeys(ids, date.min))
    days = {id_: {row.day for row in stored[id_]} | set(events.get(id_, {})) for id_ in ids}
    return _facts(places, events, days)


def _derive(
    session: Session, places: Sequence[Place], facts: Mapping[UUID, DayFacts], judges: Mapping[UUID, Judge]
) -> list[Folded]:
    """Walk each place from its first fresh day and write what differs, operations in one order for all workers."""
    firsts = {place.id: min(facts[place.id]) for place in places}
    before = rows.last_before(session, firsts)
    stored = rows.from_day_on(session, firsts)
    folded: list[Folded] = []
    put_right: dict[UUID, list[tuple[list[str], dict[date, areas.Vector]]]] = {}
    written: dict[UUID, tuple[list[tuple[UUID, DayRow]], list[tuple[UUID, date]]]] = {}
    for place in places:
        changes = walk(
            before=before.get(place.id),
            stored=stored[place.id],
            fresh=facts[place.id],
            frame=place.frame,
            judge=judges[place.id],
        )
        folded.append(Folded(place, changes, _present(before.get(place.id), changes, max(facts[place.id]))))
        operation = place.frame.operation_id
        by_day = areas.differences(before.get(place.id), changes, place.frame)
        put_right.setdefault(operation, []).append((place.area_path, by_day))
        differing, gone = written.setdefault(operation, ([], []))
        differing += [
            (place.id, change.derived) for change in changes if change.derived and change.derived != change.stored
        ]
        gone += [(place.id, change.day) for change in changes if change.stored and not change.derived]
    for operation, (differing, gone) in sorted(written.items(), key=lambda item: item[0]):
        rows.write(session, operation, differing, gone)
        rows.add_to_areas(session, operation, areas.gather(put_right[operation]))
    return folded


def _present(before: DayRow | None, changes: Sequence[DayChange], last_fresh: date) -> DayRow | None:
    last = changes[-1]
    if last.day > last_fresh and last.stored == last.derived:
        return None  # the walk ended early: what comes after is as it was
    return next((change.derived for change in reversed(changes) if change.derived), before)


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
