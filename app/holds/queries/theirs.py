"""What one person sent, within a scope: to be read, to be summed by place, to be held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.queries import in_areas
from app.holds.errors import NoSuchPerson
from app.holds.schemas import Device, SentReport, Theirs
from app.ledger.queries import standing
from app.places.schemas import Frame

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
NO_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)
LATEST = 2_000  # reports in which a person's devices are looked for

# Both ends of the time are always said, so that the index on person and time is read from one to the other. OFFSET 0
# has PostgreSQL look each first version up; without it it may read the whole ledger for a handful of them. It compares
# operations in a way no index answers, or it would read all reports of one instead of all of one person. CASE, not
# coalesce: ARCHITECTURE 70.
_THEIRS = """
  FROM reports AS mine CROSS JOIN LATERAL (
    SELECT * FROM reports
      WHERE id = CASE WHEN mine.version_of IS NULL THEN mine.id ELSE mine.version_of END OFFSET 0) AS first
  WHERE mine.reporter_id = :person AND mine.operation_id IS NOT DISTINCT FROM :operation
    AND mine.recorded_at >= :since AND mine.recorded_at <= :until
    AND (CAST(:device AS text) IS NULL OR coalesce(mine.device, '') = :device)
    AND (mine.version_of IS NULL
      OR NOT EXISTS (SELECT FROM held_reports WHERE put_by = mine.id OR back_by = mine.id))"""
# Each report of theirs once, and their word on those of others, which is also what one device said of a report that
# they had sent with another, or at another time.
_ONCE = """
    AND (mine.version_of IS NULL OR first.reporter_id <> mine.reporter_id
      OR coalesce(first.device, '') <> coalesce(:device, first.device, '')
      OR first.recorded_at < :since OR first.recorded_at > :until)"""
# What a report is about lies in these areas, by any of its versions: its ends, those of the headcount a decision is
# about, the area of a figure, the home of a group or a place it moved through. Each version is looked up by one index.
_VERSIONS = " UNION ALL ".join(
    f"SELECT {{columns}} FROM reports WHERE {key} = first.{of}"
    for of in ("id", "about_id")
    for key in ("id", "version_of")
)
_ENDS_IN_AREAS = """
      CROSS JOIN LATERAL (VALUES (version.place_id), (version.from_place_id)) AS ends (id)
      CROSS JOIN LATERAL (SELECT kept_id AS id FROM places WHERE id = ends.id OFFSET 0) AS booked
      CROSS JOIN LATERAL (SELECT area_path FROM places WHERE id = booked.id OFFSET 0) AS kept
      WHERE kept.area_path && CAST(:areas AS text[])"""
_IN_AREAS = f"""
    AND (EXISTS (
      SELECT FROM ({_VERSIONS.format(columns="place_id, from_place_id")}) AS version {_ENDS_IN_AREAS}
    ) OR (first.kind IN ('figure', 'group') AND EXISTS (
      SELECT FROM ({_VERSIONS.format(columns="operation_id, coalesce(area_code, origin) AS code")}) AS version
      CROSS JOIN LATERAL (
        SELECT path FROM areas WHERE operation_id = version.operation_id AND code = version.code OFFSET 0) AS about
      WHERE about.path && CAST(:areas AS text[])
    )) OR (first.kind = 'group' AND EXISTS (
      SELECT FROM (SELECT place_id, from_place_id FROM reports
        WHERE group_id = first.group_id AND kind = 'movement' OFFSET 0) AS version {_ENDS_IN_AREAS}
    )))"""
_STANDS = f"""
  CROSS JOIN LATERAL (
    SELECT * FROM reports AS version WHERE (version.id = theirs.first_id OR version.version_of = theirs.first_id)
      AND {standing("version")}
  ) AS last"""
_OUT = "SELECT FROM held_reports AS held WHERE held.report_id = theirs.first_id AND held.outcome IS NULL"


def _in_both(statement: str) -> dict[bool, Any]:
    """A statement on what is theirs, in some areas or in the whole operation."""
    return {some: text(statement.format(theirs=_THEIRS + (_IN_AREAS if some else ""))) for some in (False, True)}


_SENT = _in_both(f"""
  WITH theirs AS (
    SELECT mine.*, first.id AS first_id, first.kind AS first_kind,
      first.reporter_id <> mine.reporter_id AS is_anothers {{theirs}} {_ONCE}
      AND (mine.recorded_at, mine.id) < (:before, :before_id)
    ORDER BY mine.recorded_at DESC, mine.id DESC LIMIT :limit
  )
  SELECT theirs.id, theirs.first_id, theirs.recorded_at, theirs.occurred_at, theirs.first_kind AS kind,
    coalesce((CASE WHEN theirs.corrects IS NULL THEN theirs.content ELSE theirs.content -> 'replacement' END)
      ->> 'precision', '') IN ('day', 'about') AS is_day_dated,
    theirs.version_of IS NOT NULL AS is_correction, theirs.is_anothers, theirs.device, last.kind = 'void' AS is_void,
    (SELECT hold_id FROM held_reports WHERE report_id = theirs.first_id AND outcome IS NULL LIMIT 1) AS hold_id,
    theirs.place_id, theirs.from_place_id,
    coalesce(theirs.total, round(theirs.households * CAST(:size AS numeric)))::bigint AS people
  FROM theirs {_STANDS} ORDER BY theirs.recorded_at DESC, theirs.id DESC
""")
_ANYTHING = _in_both("SELECT EXISTS (SELECT 1 {theirs} LIMIT 1)")
_DEVICES = _in_both("""
  SELECT device AS name, count(DISTINCT first_id) AS reports, max(recorded_at) AS last_at
  FROM (SELECT coalesce(mine.device, '') AS device, mine.recorded_at, first.id AS first_id {theirs}
    ORDER BY mine.recorded_at DESC LIMIT :limit) AS latest
  GROUP BY device ORDER BY last_at DESC, device
""")
# What there is to hold: their reports that count, and their word on those of others.
_COUNT = _in_both(f"""
  SELECT count(DISTINCT theirs.first_id)
  FROM (SELECT first.id AS first_id, mine.version_of {{theirs}} {_ONCE}) AS theirs {_STANDS}
  WHERE last.kind <> 'void' OR theirs.version_of IS NOT NULL
""")
# What the hold has not taken out yet, and what they put back themselves since (taken out by another hold or not).
_TO_LOOK_AT = _in_both(f"""
  SELECT theirs.* FROM (
    SELECT mine.id, mine.recorded_at, first.id AS first_id, first.kind {{theirs}}
      AND (mine.recorded_at, mine.id) > (:after, :after_id)
      AND (first.kind IN ('shelter', 'group') AND coalesce(first.id IN (first.place_id, first.group_id), false))
        = :makers
      AND (NOT EXISTS (SELECT FROM held_reports WHERE hold_id = :hold AND report_id = first.id)
        OR (mine.version_of IS NOT NULL
          AND NOT EXISTS (SELECT FROM held_reports
            WHERE hold_id = :hold AND report_id = first.id AND version_id = mine.id)
          AND ({standing("mine")} OR EXISTS (SELECT FROM held_reports
            WHERE report_id = first.id AND version_id = mine.id AND outcome IS NULL))))
  ) AS theirs {_STANDS}
  WHERE last.kind <> 'void' OR theirs.first_id <> theirs.id OR EXISTS ({_OUT})
  ORDER BY theirs.recorded_at, theirs.id LIMIT :limit
""")
# Each end of what counts, at the place it is booked at.
_PLACES = _in_both(f"""
  WITH counting AS (
    SELECT last.* FROM (SELECT first.id AS first_id {{theirs}} AND mine.version_of IS NULL) AS theirs {_STANDS}
    WHERE last.kind <> 'void'
  ), ends AS (
    SELECT place_id, kind = 'movement' AS comes, false AS leaves, kind, total, households FROM counting
      WHERE place_id IS NOT NULL
    UNION ALL
    SELECT from_place_id, false, kind = 'movement', kind, total, households FROM counting
      WHERE from_place_id IS NOT NULL
  )
  SELECT kept.id, count(*) AS reports,
    coalesce(sum(coalesce(total, round(households * CAST(:size AS numeric)))) FILTER (WHERE comes), 0)::bigint AS came,
    coalesce(sum(coalesce(total, round(households * CAST(:size AS numeric)))) FILTER (WHERE leaves), 0)::bigint AS left,
    count(*) FILTER (WHERE ends.kind = 'headcount') AS counts
  FROM ends JOIN places ON places.id = ends.place_id
  JOIN places AS kept ON kept.id = places.kept_id
  WHERE {in_areas("kept.area_path")}
  GROUP BY kept.id ORDER BY count(*) DESC, kept.id
""")

_PERSON = text("""
  SELECT email, EXISTS (
    SELECT FROM memberships WHERE user_id = users.id AND operation_id = :operation
  ) AS is_member FROM users WHERE id = :person
""")
# Shelters and groups of theirs that reports which others sent speak of (what was said of a shelter's state apart).
_SPOKEN_OF = text(f"""
  SELECT made.id FROM unnest(CAST(:made AS uuid[])) AS made (id) WHERE EXISTS (
    SELECT FROM reports AS said CROSS JOIN LATERAL (
      SELECT * FROM reports
        WHERE id = CASE WHEN said.version_of IS NULL THEN said.id ELSE said.version_of END OFFSET 0) AS first
    WHERE (said.place_id = made.id OR said.from_place_id = made.id OR said.group_id = made.id)
      AND said.kind <> 'shelter_state' AND first.reporter_id <> :person AND first.id <> made.id
      AND {standing("said")})
""")


@dataclass(frozen=True)
class Sums:
    """What some reports say of one place."""

    id: UUID
    reports: int
    came: int
    left: int
    counts: int


def asked_of(theirs: Theirs) -> dict[str, Any]:
    """A set as the statements ask for it."""
    areas = theirs.scope.areas
    return {
        "person": theirs.person_id,
        "operation": theirs.scope.operation_id,
        "areas": None if areas is None else sorted(areas),
        "device": theirs.device,
        "since": theirs.since or FIRST,
        "until": theirs.until or LAST,
    }


def is_there(session: Session, theirs: Theirs) -> bool:
    """Whether they sent anything of it."""
    return bool(session.scalar(_ANYTHING[theirs.scope.areas is not None], asked_of(theirs)))


def called_person(session: Session, theirs: Theirs) -> str:
    """The address of a person who sent something in a scope, or who works there. NoSuchPerson for all others."""
    row = session.execute(_PERSON, asked_of(theirs)).one_or_none()
    is_known = row is not None and row.is_member and theirs.scope.areas is None
    if row is None or not (is_known or is_there(session, Theirs(theirs.person_id, theirs.scope))):
        raise NoSuchPerson
    return str(row.email)


def spoken_of_by_others(session: Session, person_id: UUID, sent: Sequence[SentReport]) -> set[UUID]:
    """Of the shelters and groups these reports made those that somebody else's reports speak of: they stay."""
    made = [one.id for one in sent if one.kind in ("shelter", "group") and not one.is_correction]
    return set(session.scalars(_SPOKEN_OF, {"made": made, "person": person_id})) if made else set()


def sent_by(
    session: Session, theirs: Theirs, *, frame: Frame, limit: int, before: tuple[datetime, UUID] | None = None
) -> list[SentReport]:
    """What they sent, newest first; `before` continues a list."""
    at, id_ = before or (LAST, LAST_ID)
    more = {"limit": limit, "before": at, "before_id": id_, "size": frame.settings.household_size}
    rows = session.execute(_SENT[theirs.scope.areas is not None], asked_of(theirs) | more)
    return [SentReport(**row) for row in rows.mappings()]


def devices_of(session: Session, theirs: Theirs) -> list[Device]:
    """The devices their latest reports came from, the one used last first."""
    rows = session.execute(_DEVICES[theirs.scope.areas is not None], asked_of(theirs) | {"limit": LATEST})
    return [Device(**row) for row in rows.mappings()]


def count_of(session: Session, theirs: Theirs) -> int:
    """How many reports a hold of this set would take out, at most."""
    return session.scalar(_COUNT[theirs.scope.areas is not None], asked_of(theirs)) or 0


def places_of(session: Session, theirs: Theirs, *, frame: Frame) -> list[Sums]:
    """What their reports that count say of each place in scope; most reports first."""
    rows = session.execute(
        _PLACES[theirs.scope.areas is not None], asked_of(theirs) | {"size": frame.settings.household_size}
    )
    return [Sums(**row) for row in rows.mappings()]


def to_look_at(
    session: Session, theirs: Theirs, *, hold_id: UUID, makers: bool, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Any]:
    """What they sent that a hold may have to take out and has not: id, recorded_at, first_id, kind, in the order of
    recording. `makers`: what registered shelters and groups, or else everything but that."""
    at, id_ = after or (FIRST, NO_ID)
    more = {"hold": hold_id, "makers": makers, "after": at, "after_id": id_, "limit": limit}
    return session.execute(_TO_LOOK_AT[theirs.scope.areas is not None], asked_of(theirs) | more).all()
