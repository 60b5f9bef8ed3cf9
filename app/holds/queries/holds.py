"""Holds for people to read, and what the work on one needs to know."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.accounts.queries import in_areas
from app.holds.queries.theirs import LAST, LAST_ID, Sums
from app.holds.schemas import AtPlace, HoldShown, LeftOut, Progress
from app.places.schemas import Frame
from app.population.bookings import PRESENT
from app.population.past import Cut, Past, rows_at
from app.population.queries.groups import called_of
from app.population.queries.shown import people_of

# A hold is for those whose areas hold all of its own: it may be settled only by who sees everything it is about.
_VISIBLE = """
  (CAST(:areas AS text[]) IS NULL OR (holds.areas IS NOT NULL AND NOT EXISTS (
    SELECT FROM unnest(holds.areas) AS one (code)
    LEFT JOIN areas ON areas.operation_id = holds.operation_id AND areas.code = one.code
    WHERE areas.path IS NULL OR NOT areas.path && CAST(:areas AS text[]))))"""
# Taken out, and nobody corrected it since: whoever says it anew after it was held has their say.
_IS_OUT = (
    "outcome IS NULL AND NOT EXISTS (SELECT FROM reports AS later WHERE later.corrects = held_reports.put_by OFFSET 0)"
)
_HOLDS = text(f"""
  SELECT holds.id, holds.reporter_id AS person_id, people.email AS person, device, since, until, areas, reason,
    makers.email AS made_by, made_at, found, state, settlers.email AS settled_by, settled_at, looked_until, done_at,
    coalesce(sums.out, 0) AS out, coalesce(sums.back, 0) AS back, coalesce(sums.left, 0) AS left,
    coalesce(sums.kept, 0) AS kept, coalesce(sums.saying, 0)::bigint AS saying
  FROM holds JOIN users AS people ON people.id = holds.reporter_id JOIN users AS makers ON makers.id = holds.made_by
  LEFT JOIN users AS settlers ON settlers.id = holds.settled_by
  LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE is_out) AS out, count(*) FILTER (WHERE outcome = 'released') AS back,
      count(*) FILTER (WHERE outcome = 'left' OR (outcome IS NULL AND NOT is_out)) AS left,
      count(*) FILTER (WHERE outcome = 'kept') AS kept,
      sum(people) FILTER (WHERE is_out AND NOT is_correction) AS saying
    FROM (SELECT *, {_IS_OUT} AS is_out FROM held_reports WHERE hold_id = holds.id) AS held
  ) AS sums ON true
  WHERE holds.operation_id = :operation AND (CAST(:id AS uuid) IS NULL OR holds.id = :id) AND {_VISIBLE}
    AND (CAST(:person AS uuid) IS NULL OR holds.reporter_id = :person)
    AND (made_at, holds.id) < (:before, :before_id)
  ORDER BY made_at DESC, holds.id DESC LIMIT :limit
""")
_PLACES = text(f"""
  WITH held AS (SELECT * FROM held_reports WHERE hold_id = :hold AND {_IS_OUT}), ends AS (
    SELECT place_id, kind = 'movement' AS comes, false AS leaves, kind, is_correction, people FROM held
      WHERE place_id IS NOT NULL
    UNION ALL
    SELECT from_place_id, false, kind = 'movement', kind, is_correction, people FROM held
      WHERE from_place_id IS NOT NULL
  )
  SELECT kept.id, count(*) AS reports,
    coalesce(sum(people) FILTER (WHERE comes AND NOT is_correction), 0)::bigint AS came,
    coalesce(sum(people) FILTER (WHERE leaves AND NOT is_correction), 0)::bigint AS left,
    count(*) FILTER (WHERE ends.kind = 'headcount' AND NOT is_correction) AS counts
  FROM ends JOIN places ON places.id = ends.place_id
  JOIN places AS kept ON kept.id = places.kept_id
  WHERE {in_areas("kept.area_path")}
  GROUP BY kept.id ORDER BY count(*) DESC, kept.id
""")
_WERE = text("SELECT place_id, people, basis FROM hold_places WHERE hold_id = :hold AND place_id = ANY(:places)")
_IS_HELD = text("SELECT EXISTS (SELECT FROM holds WHERE operation_id = :operation AND state = 'held')")
_LEFT_OUT = text(f"""
  SELECT count(*) AS reports, coalesce(sum(people), 0)::bigint AS saying FROM (
    SELECT DISTINCT ON (report_id) people FROM held_reports JOIN holds ON holds.id = hold_id
    JOIN places ON places.id IN (held_reports.place_id, from_place_id)
    JOIN places AS kept ON kept.id = places.kept_id
    WHERE holds.operation_id = :operation AND holds.state = 'held' AND {_IS_OUT} AND NOT is_correction
      AND {in_areas("kept.area_path")}
  ) AS out
""")
_LEFT_OUT_AT = text(f"""
  SELECT count(*) AS reports, coalesce(sum(people), 0)::bigint AS saying FROM (
    SELECT DISTINCT ON (report_id) people FROM places
    JOIN held_reports ON held_reports.place_id = places.id OR from_place_id = places.id
    JOIN holds ON holds.id = hold_id
    WHERE places.kept_id = :place AND holds.state = 'held' AND {_IS_OUT} AND NOT is_correction
  ) AS out
""")
_PUT_BY_HOLDS = text("""
  SELECT put_by AS id, bool_or(outcome IS NULL) AS is_out FROM held_reports WHERE put_by = ANY(:ids) GROUP BY put_by
  UNION ALL SELECT back_by, false FROM held_reports WHERE back_by = ANY(:ids)
""")
_WAITING = text("""
  SELECT id FROM holds WHERE done_at IS NULL AND (
    state = 'released' OR looked_until IS NULL OR least(until, settled_at) IS NULL
    OR looked_until < least(until, settled_at) OR state = 'set_aside')
  ORDER BY (looked_until IS NOT NULL), made_at, id
""")
_STILL_OUT = text("""
  SELECT held.report_id, held.version_id, held.put_by, held.kind, EXISTS (
    SELECT FROM held_reports AS other JOIN holds ON holds.id = other.hold_id
    WHERE other.put_by = held.put_by AND other.hold_id <> held.hold_id AND other.outcome IS NULL
      AND holds.state <> 'released') AS is_kept
  FROM held_reports AS held WHERE held.hold_id = :hold AND held.outcome IS NULL
  ORDER BY held.kind NOT IN ('shelter', 'group'), held.kind = 'same_place', held.report_id LIMIT :limit
""")


def holds_of(
    session: Session,
    scope: Scope,
    *,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
    person_id: UUID | None = None,
    hold_id: UUID | None = None,
) -> list[HoldShown]:
    """Holds a scope covers, newest first; `before` continues a list."""
    at, id_ = before or (LAST, LAST_ID)
    asked = {"operation": scope.operation_id, "areas": _areas(scope), "id": hold_id, "person": person_id}
    rows = session.execute(_HOLDS, {**asked, "before": at, "before_id": id_, "limit": limit}).mappings()
    counted = ("out", "back", "left", "kept", "saying")
    return [
        HoldShown(
            **{name: value for name, value in row.items() if name not in counted},
            progress=Progress(**{name: row[name] for name in counted}),
        )
        for row in rows
    ]


def hold_of(session: Session, scope: Scope, hold_id: UUID) -> HoldShown | None:
    """One hold a scope covers."""
    return next(iter(holds_of(session, scope, limit=1, hold_id=hold_id)), None)


def places_of_hold(session: Session, scope: Scope, hold_id: UUID) -> list[Sums]:
    """What a hold takes out at each place in scope; most reports first."""
    rows = session.execute(_PLACES, {"hold": hold_id, "areas": _areas(scope)})
    return [Sums(**row) for row in rows.mappings()]


def called(
    session: Session, actor: Actor, frame: Frame, sums: Sequence[Sums], *, hold_id: UUID | None = None
) -> list[AtPlace]:
    """These sums with the names of their places and the figures there now, and as they were when a hold was made."""
    ids = [one.id for one in sums]
    names = called_places(session, actor, ids)
    rows = rows_at(session, Past.present(frame, Cut.of(frame)), ids)
    found = session.execute(_WERE, {"hold": hold_id, "places": ids}) if hold_id and ids else ()
    were = {row.place_id: row for row in found}
    listed: list[AtPlace] = []
    for one in sums:
        shown, basis, _ = people_of(rows[one.id], frame)
        was = were.get(one.id)
        listed.append(
            AtPlace(
                one.id,
                *names[one.id],
                reports=one.reports,
                came=one.came,
                left=one.left,
                counts=one.counts,
                people=shown,
                basis=basis,
                was=was.people if was else None,
                was_basis=was.basis if was else None,
            )
        )
    return listed


def called_places(
    session: Session, actor: Actor, place_ids: Collection[UUID]
) -> dict[UUID, tuple[str | None, str | None, dict[str, str]]]:
    """What places are called: shelter, area and name; neither code where there is no page of them: outside this
    person's areas, or no more since what registered them is out."""
    if not place_ids:
        return {}
    gone = {id_ for id_, booking in PRESENT.of(session, place_ids).items() if booking.is_void}
    found = called_of(session, actor, place_ids)
    return {id_: (None, None, called[2]) if id_ in gone else called for id_, called in found.items()}


def left_out(session: Session, scope: Scope, *, place_id: UUID | None = None) -> LeftOut | None:
    """What the figures of a scope, or of one place, leave out while it is reviewed; None: nothing."""
    if not session.scalar(_IS_HELD, {"operation": scope.operation_id}):
        return None
    if place_id is not None:
        row = session.execute(_LEFT_OUT_AT, {"place": place_id}).one()
    else:
        row = session.execute(_LEFT_OUT, {"operation": scope.operation_id, "areas": _areas(scope)}).one()
    return LeftOut(row.reports, row.saying) if row.reports else None


def waiting(session: Session) -> list[UUID]:
    """Holds with something to do, those first that were just made."""
    return list(session.scalars(_WAITING))


def put_by_holds(session: Session, ids: Collection[UUID]) -> dict[UUID, bool]:
    """Of these versions those that holds put into the ledger, and whether each keeps a report out."""
    return {row.id: row.is_out for row in session.execute(_PUT_BY_HOLDS, {"ids": list(ids)})} if ids else {}


def still_out(session: Session, hold_id: UUID, *, limit: int) -> Sequence[Any]:
    """What a hold has taken out and not put back: report_id, version_id, put_by, kind, and whether another hold keeps
    it out (is_kept). Shelters and groups come first, so that what else is said of them finds them."""
    return session.execute(_STILL_OUT, {"hold": hold_id, "limit": limit}).all()


def _areas(scope: Scope) -> list[str] | None:
    return None if scope.areas is None else sorted(scope.areas)
