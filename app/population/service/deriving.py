"""Places locked, their facts fresh from the reports, their rows walked and written: what a fold and a rebuild share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.ledger.queries import MARKED
from app.places.queries import frame_of
from app.places.schemas import Frame
from app.population import areas, events, rows
from app.population.facts import Facts, facts_of
from app.population.levels import DayChange, DayRow, Judge, walk

_OPEN = text("""
  INSERT INTO place_now (place_id, operation_id)
  SELECT places.id, places.operation_id FROM places
  WHERE places.id = ANY(:places) AND NOT EXISTS (SELECT FROM place_now WHERE place_id = places.id)
  ORDER BY places.id ON CONFLICT DO NOTHING
""")
_LOCK = text("""
  SELECT place_id FROM place_now WHERE place_id = ANY(:places) ORDER BY place_id FOR UPDATE SKIP LOCKED
""")
_READ = text("""
  SELECT id, places.operation_id, places.area_path, place_now.area_path AS summed_in, due_at FROM places
  LEFT JOIN place_now ON place_now.place_id = places.id WHERE id = ANY(:places) ORDER BY id
""")
_LOCK_DUE = text(f"""
  SELECT place_id FROM place_now WHERE due_at <= :at AND place_id NOT IN (SELECT place_id FROM ({MARKED}) AS marked)
  ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
""")
_SET_DUE = text("""
  UPDATE place_now SET due_at = due.at
  FROM unnest(CAST(:places AS uuid[]), CAST(:moments AS timestamptz[])) AS due (place_id, at)
  WHERE place_now.place_id = due.place_id
""")
_STORED_DAYS = text("SELECT place_id, day FROM place_days WHERE place_id = ANY(:places)")


@dataclass(frozen=True, slots=True)
class Place:
    """A place being folded. `summed_in`: the areas whose sums hold what is stored of it (None: nothing is). `due_at`:
    when its rules are looked at again, whatever is reported (None: they need not be)."""

    id: UUID
    frame: Frame
    area_path: tuple[str, ...]
    summed_in: tuple[str, ...] | None = None
    due_at: datetime | None = None

    @property
    def has_moved(self) -> bool:
        """Whether its sums must be taken out of some areas and put into others."""
        return self.summed_in is not None and self.summed_in != self.area_path


@dataclass(frozen=True, slots=True)
class Folded:
    """A place after its fold. `before` is the row the changes begin upon. `reaches_present`: the changes go on to its
    last row, which is `present` (None: there is none any more). `request`: one that led to it, as logs call it."""

    place: Place
    before: DayRow | None
    changes: Sequence[DayChange]
    reaches_present: bool
    present: DayRow | None
    request: str | None = None


Appoint = Callable[[Session, Sequence[Place]], Mapping[UUID, Judge]]


def open_places(session: Session, place_ids: Sequence[UUID]) -> None:
    """Have a row to lock for each of these places."""
    session.execute(_OPEN, {"places": list(place_ids)})


def lock(session: Session, place_ids: set[UUID]) -> list[UUID]:
    """Lock these places for this transaction, in key order, those apart that another worker holds."""
    return list(session.scalars(_LOCK, {"places": sorted(place_ids)}))


def lock_due(session: Session, *, at: datetime, most: int) -> list[Place]:
    """Lock and read places whose rules are to be looked at again by a moment, those apart that are to be folded."""
    return read(session, sorted(session.scalars(_LOCK_DUE, {"at": at, "most": most})))


def look_again(session: Session, due: Mapping[UUID, datetime | None]) -> None:
    """Have the rules of these places looked at again at a moment; None: only when something is reported."""
    if due:
        session.execute(_SET_DUE, {"places": list(due), "moments": list(due.values())})


def last_rows(session: Session, place_ids: Sequence[UUID]) -> dict[UUID, DayRow]:
    """Of each place its last stored row, where there is one."""
    return rows.last_before(session, dict.fromkeys(place_ids, date.max))


def rows_since(session: Session, place_id: UUID, first: date) -> Iterator[DayRow]:
    """The last stored row of a place before a day, and those from it on, read as far as they are asked for."""
    yield from rows.last_before(session, {place_id: first}).values()
    yield from rows.from_day_on(session, {place_id: first})[place_id]


def read(session: Session, place_ids: Sequence[UUID]) -> list[Place]:
    """These places as they are now: where they lie, which areas hold them, what their operation counts by. A fold asks
    after it took the marks, so that it sees whatever it took the mark of."""
    frames: dict[UUID, Frame] = {}
    places: list[Place] = []
    for row in session.execute(_READ, {"places": list(place_ids)}):
        frame = frames.get(row.operation_id) or frame_of(session, row.operation_id)
        frames[row.operation_id] = frame
        summed_in = None if row.summed_in is None else tuple(row.summed_in)
        places.append(Place(row.id, frame, tuple(row.area_path), summed_in, row.due_at))
    return places


def cells_of(places: Sequence[Place]) -> int:
    """The cells of the largest scheme these places are counted by."""
    return max(place.frame.scheme.size for place in places)


DayFacts = dict[date, Facts | None]


def facts_on(
    places: Sequence[Place], found: Mapping[UUID, events.Events], days: Mapping[UUID, set[date]]
) -> dict[UUID, DayFacts]:
    """Fresh facts of each marked day; a marked day without reports has none."""
    return {
        place.id: {
            day: facts_of(found.get(place.id, {}).get(day, ()), place.frame, 1 + len(place.area_path))
            for day in days[place.id]
        }
        for place in places
    }


def all_facts(session: Session, places: Sequence[Place]) -> dict[UUID, DayFacts]:
    """Fresh facts of every day on which anything was reported of these places."""
    if not places:
        return {}
    found = events.events_of_places(session, [place.id for place in places], cells=cells_of(places))
    return facts_on(places, found, {place.id: set(found.get(place.id, ())) for place in places})


def whole_facts(session: Session, places: Sequence[Place]) -> dict[UUID, DayFacts]:
    """The same, with None for stored days nothing is reported on any more."""
    facts = all_facts(session, places)
    for row in session.execute(_STORED_DAYS, {"places": [place.id for place in places]}):
        facts[row.place_id].setdefault(row.day, None)
    return facts


def derive(
    session: Session, places: Sequence[Place], facts: Mapping[UUID, DayFacts], judges: Mapping[UUID, Judge]
) -> list[Folded]:
    """Walk each place from its first fresh day and write what differs, operations in one order for all workers."""
    firsts = {place.id: min(facts[place.id]) for place in places}
    before = rows.last_before(session, firsts)
    stored = rows.from_day_on(session, firsts)
    folded: list[Folded] = []
    for place in places:
        changes = walk(
            before=before.get(place.id),
            stored=stored[place.id],
            fresh=facts[place.id],
            frame=place.frame,
            judge=judges[place.id],
        )
        folded.append(_folded(place, before.get(place.id), changes, max(facts[place.id])))
    _write(session, folded)
    return folded


def _write(session: Session, folded: Sequence[Folded]) -> None:
    """Write what differs, operations in one order for all workers."""
    for operation, of_operation in groupby(
        sorted(folded, key=lambda found: (found.place.frame.operation_id, found.place.id)),
        key=lambda found: found.place.frame.operation_id,
    ):
        found = list(of_operation)
        differing = [
            (one.place.id, change.derived)
            for one in found
            for change in one.changes
            if change.derived and change.derived != change.stored
        ]
        gone = [
            (one.place.id, change.day)
            for one in found
            for change in one.changes
            if change.stored and not change.derived
        ]
        touched = {id_ for id_, _ in differing} | {id_ for id_, _ in gone}
        paths = {one.place.id: one.place.area_path for one in found if one.place.id in touched or one.place.has_moved}
        rows.write(session, operation, differing, gone, paths)
        rows.add_to_areas(session, operation, areas.gather(_put_right(one) for one in found))


def _put_right(folded: Folded) -> dict[tuple[str, date], areas.Vector]:
    place = folded.place
    return areas.put_right(
        folded.before, folded.changes, place.frame, summed_in=place.summed_in, area_path=place.area_path
    )


def _folded(place: Place, before: DayRow | None, changes: Sequence[DayChange], last_fresh: date) -> Folded:
    """A walk that ended early left what comes after as it was."""
    last = changes[-1]
    ended_early = last.day > last_fresh and last.stored == last.derived
    present = next((change.derived for change in reversed(changes) if change.derived), before)
    return Folded(place, before, changes, not ended_early, None if ended_early else present)
