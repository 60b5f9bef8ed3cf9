"""Reading the ledger: which version of a report stands, now or as known on an earlier day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.ledger.queries.standing import paired_at, standing


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a report, as far as corrections need to know it. `first_id` is the id of the first version."""

    id: UUID
    first_id: UUID
    operation_id: UUID
    kind: str
    reporter_id: UUID
    occurred_at: datetime
    left_at: datetime | None
    recorded_at: datetime
    day: date
    left_day: date | None
    place_id: UUID | None
    from_place_id: UUID | None
    group_id: UUID | None
    about_id: UUID | None
    double_of: UUID | None
    area_code: str | None
    has_best: bool
    content: dict[str, Any]
    corrects: UUID | None
    reporter: str
    device: str | None = None

    @property
    def said(self) -> dict[str, Any] | None:
        """What this version says, as it was sent; None: the report was taken back."""
        said: dict[str, Any] | None = self.content.get("replacement") if self.corrects else self.content
        return said


_VERSION = """
  SELECT reports.id, coalesce(version_of, reports.id) AS first_id, operation_id, kind, reporter_id, occurred_at,
    left_at, recorded_at, day, left_day, place_id, from_place_id, group_id, about_id, double_of, area_code,
    (total IS NOT NULL OR households IS NOT NULL) AS has_best, content, corrects, users.email AS reporter, device
  FROM reports JOIN users ON users.id = reporter_id"""
_VERSIONS = text(f"{_VERSION} WHERE reports.id = :first OR version_of = :first")
_CHAINS = text(f"{_VERSION} WHERE reports.id = ANY(:firsts) UNION ALL {_VERSION} WHERE version_of = ANY(:firsts)")
_FIRST = text("SELECT coalesce(version_of, id) FROM reports WHERE id = :id AND operation_id = :operation")
_BESIDE = text("""
  SELECT about_id FROM reports WHERE double_of = ANY(:firsts) AND about_id IS NOT NULL
  UNION SELECT double_of FROM reports WHERE about_id = ANY(:firsts) AND double_of IS NOT NULL
""")
_SAME_PLACES = {
    known_on: text(
        "SELECT from_place_id AS other, place_id AS keep FROM reports"
        " WHERE kind = 'same_place' AND operation_id = :operation AND id IS DISTINCT FROM :left_out"
        f" AND {standing(known_on=known_on)}"
    )
    for known_on in (False, True)
}

_HAS_PAIRS = text("SELECT EXISTS (SELECT FROM reports WHERE pair IS NOT NULL)")
_HAS_REPORTS = text("SELECT EXISTS (SELECT FROM reports WHERE operation_id = :operation)")
_TURN = text("SELECT turn FROM turns WHERE operation_id = :operation")
_STATE = text("""
  SELECT (SELECT turn FROM turns WHERE operation_id = :operation) AS turn,
    ARRAY(SELECT news FROM news WHERE operation_id = :operation ORDER BY news) AS news,
    CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) AS seen
""")
_EXCHANGED = text(f"""
  SELECT from_place_id AS place_id, left_day AS day FROM reports
  WHERE place_id = ANY(:places) AND from_place_id IS NOT NULL AND kind = 'movement'
  UNION
  SELECT place_id, day FROM reports
  WHERE from_place_id = ANY(:places) AND place_id IS NOT NULL AND kind = 'movement'
  UNION
  SELECT paired.place_id, paired.day FROM places
  CROSS JOIN LATERAL ({paired_at("places.id", "places.operation_id")}) AS paired WHERE places.id = ANY(:places)
""")
# The places and days a wide mark is about, as far as they are committed: of each report, by whatever index it has.
SPREAD = f"""
  SELECT wide.id, wide.operation_id, concerned.place_id, concerned.day, wide.marked_at
  FROM wide_marks AS wide CROSS JOIN LATERAL (
    SELECT place_id, day FROM reports WHERE group_id = wide.group_id AND kind = 'movement' AND place_id IS NOT NULL
    UNION SELECT from_place_id, left_day FROM reports
      WHERE group_id = wide.group_id AND kind = 'movement' AND from_place_id IS NOT NULL
    UNION SELECT wide.place_id, NULL WHERE wide.place_id IS NOT NULL
    UNION SELECT from_place_id, left_day FROM reports
      WHERE place_id = wide.place_id AND kind = 'movement' AND from_place_id IS NOT NULL
    UNION SELECT place_id, day FROM reports
      WHERE from_place_id = wide.place_id AND kind = 'movement' AND place_id IS NOT NULL
    UNION {paired_at("wide.place_id", "wide.operation_id")}
    UNION SELECT places.id, NULL FROM places
      WHERE places.operation_id = wide.operation_id AND wide.group_id IS NULL AND wide.place_id IS NULL
        AND (EXISTS (SELECT FROM reports WHERE place_id = places.id)
          OR EXISTS (SELECT FROM reports WHERE from_place_id = places.id))
  ) AS concerned"""
# What the fold has still to look at, wide marks included.
MARKED = f"""SELECT operation_id, place_id, day, marked_at FROM marks
  UNION ALL SELECT operation_id, place_id, day, marked_at FROM ({SPREAD}) AS spread"""
_IS_SPOKEN_OF = text(f"""
  SELECT EXISTS (SELECT FROM reports WHERE group_id = :id AND id <> :id AND version_of IS DISTINCT FROM :id
    AND {standing()})
  OR EXISTS (SELECT FROM places WHERE same_as = :id OR (id = :id AND same_as IS NOT NULL))
  OR EXISTS (SELECT FROM reports WHERE place_id = :id AND id <> :id AND version_of IS DISTINCT FROM :id
    AND kind <> 'shelter_state' AND {standing()})
  OR EXISTS (SELECT FROM reports WHERE from_place_id = :id AND {standing()})
""")


def has_reports(session: Session, operation_id: UUID) -> bool:
    """Whether anything was ever reported in an operation: then its zone and scheme stay as they are."""
    return bool(session.scalar(_HAS_REPORTS, {"operation": operation_id}))


def has_pairs(session: Session) -> bool:
    """Whether anybody ever decided that two movements are a pair. To be asked before the movements are read, in a
    statement of its own: a pair decided on since has marked what it touches."""
    return bool(session.scalar(_HAS_PAIRS))


def turn_of(session: Session, operation_id: UUID) -> UUID | None:
    """The turn an operation is at (models.Turn); None: nobody has taken one."""
    turn: UUID | None = session.scalar(_TURN, {"operation": operation_id})
    return turn


def first_version_of(session: Session, *, operation_id: UUID, report_id: UUID) -> UUID | None:
    """The id of the first version of the report this version belongs to; None: there is no such report."""
    found: UUID | None = session.scalar(_FIRST, {"id": report_id, "operation": operation_id})
    return found


@dataclass(frozen=True, slots=True)
class State:
    """What a snapshot sees of an operation. While `turn` and `news` are the same, so is everything that follows from
    what was reported and decided; `seen`: a later snapshot has the same number or a larger one."""

    turn: UUID | None
    news: list[UUID]
    seen: int


def state_of_operation(session: Session, operation_id: UUID) -> State:
    """Which state of an operation this session sees."""
    return State(**session.execute(_STATE, {"operation": operation_id}).one()._mapping)


def versions_of(session: Session, first_id: UUID) -> list[Version]:
    """All versions of a report, the first one first, each followed by the one that replaced it."""
    return _chain(Version(**row._mapping) for row in session.execute(_VERSIONS, {"first": first_id}))


def decided_beside(session: Session, first_ids: Collection[UUID]) -> list[UUID]:
    """The first versions of movements that anybody ever decided on together with one of these."""
    return list(session.scalars(_BESIDE, {"firsts": list(first_ids)}))


def chains_of(session: Session, first_ids: Collection[UUID]) -> dict[UUID, list[Version]]:
    """The same of many reports, by the id of the first version."""
    found: dict[UUID, list[Version]] = {first_id: [] for first_id in first_ids}
    for row in session.execute(_CHAINS, {"firsts": list(first_ids)}):
        found[row.first_id].append(Version(**row._mapping))
    return {first_id: _chain(versions) for first_id, versions in found.items()}


def _chain(versions: Iterable[Version]) -> list[Version]:
    found = {version.corrects: version for version in versions}
    chain: list[Version] = []
    following = found.get(None)
    while following is not None:
        chain.append(following)
        following = found.get(following.id)
    return chain


def same_places(
    session: Session, operation_id: UUID, *, known_on: datetime | None = None, leaving_out: UUID | None = None
) -> dict[UUID, UUID]:
    """Shelters that turned out to be another: each with the one its reports are booked at, the last of a chain.
    `leaving_out`: a version that is about to be replaced."""
    said = {"operation": operation_id, "known_on": known_on, "left_out": leaving_out}
    direct: dict[UUID, UUID] = {
        row.other: row.keep for row in session.execute(_SAME_PLACES[known_on is not None], said)
    }
    return {other: _last(other, direct) for other in direct}


def _last(place: UUID, direct: dict[UUID, UUID]) -> UUID:
    seen = {place}
    while place in direct and direct[place] not in seen:  # a ring cannot be said; were there one, nobody would hang
        place = direct[place]
        seen.add(place)
    return place


def exchanged_with(session: Session, place_ids: Sequence[UUID]) -> list[tuple[UUID, date]]:
    """Places people moved to from these or from these to, with the days on which they did: who crossed a border there
    follows where these lie."""
    return [(row.place_id, row.day) for row in session.execute(_EXCHANGED, {"places": list(place_ids)})]


def is_spoken_of(session: Session, made_id: UUID) -> bool:
    """Whether any other report that stands speaks of the shelter or group a report made (states apart)."""
    return bool(session.scalar(_IS_SPOKEN_OF, {"id": made_id}))


# One's reports are found by the index on who and when; of each, the versions by that on the first one, and whether one
# was corrected by that on corrections: OFFSET 0 keeps PostgreSQL from reading all corrections for each report instead.
_OF_PERSON = {
    is_continued: text(f"""
  SELECT first.id AS first_id, first.kind, first.recorded_at AS sent_at, last.id AS standing_id, last.reporter_id,
    last.corrects, last.content ->> 'reason' AS reason, last.recorded_at, spoken.id <> last.id AS is_void,
    spoken.occurred_at, spoken.left_at, spoken.clock_shift_s,
    coalesce(spoken.place_id, about.place_id) AS place_id, spoken.from_place_id, spoken.area_code,
    groups.code AS group_code, groups.state ->> 'label' AS group_label,
    CASE WHEN spoken.corrects IS NULL THEN spoken.content ELSE spoken.content -> 'replacement' END AS said,
    (SELECT count(*) FROM reports AS version WHERE version.version_of = first.id) AS corrections
  FROM reports AS first
  CROSS JOIN LATERAL (
    SELECT * FROM reports AS version
    WHERE (version.id = first.id OR version.version_of = first.id)
      AND NOT EXISTS (SELECT FROM reports AS later WHERE later.corrects = version.id OFFSET 0)
  ) AS last
  JOIN reports AS spoken ON spoken.id = CASE WHEN last.kind = 'void' THEN last.corrects ELSE last.id END
  LEFT JOIN LATERAL (
    SELECT place_id FROM reports AS version
    WHERE (version.id = spoken.about_id OR version.version_of = spoken.about_id) AND place_id IS NOT NULL
    ORDER BY recorded_at DESC LIMIT 1
  ) AS about ON spoken.about_id IS NOT NULL
  LEFT JOIN groups ON groups.id = spoken.group_id
  WHERE first.reporter_id = :person AND first.operation_id = :operation AND first.version_of IS NULL
    {"AND (first.recorded_at, first.id) < (:before, :before_id)" if is_continued else ""}
  ORDER BY first.recorded_at DESC, first.id DESC LIMIT :limit
""")
    for is_continued in (False, True)
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A report of one person as it stands. What it says is that of the last version that was not taken back;
    `corrections` is how often it was corrected, `reporter_id`, `reason` and `recorded_at` are the last version's."""

    first_id: UUID
    kind: str
    sent_at: datetime
    standing_id: UUID
    reporter_id: UUID
    corrects: UUID | None
    reason: str | None
    recorded_at: datetime
    is_void: bool
    occurred_at: datetime
    left_at: datetime | None
    clock_shift_s: int
    place_id: UUID | None
    from_place_id: UUID | None
    area_code: str | None
    group_code: str | None
    group_label: str | None
    said: dict[str, Any]
    corrections: int


def reports_of(
    session: Session,
    *,
    operation_id: UUID,
    person_id: UUID,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> list[Sent]:
    """What one person reported, newest first by when we took the first version; `before` continues a list."""
    at, id_ = before or (None, None)
    asked = {"operation": operation_id, "person": person_id, "limit": limit, "before": at, "before_id": id_}
    return [Sent(**row._mapping) for row in session.execute(_OF_PERSON[before is not None], asked)]
