"""Seals over the ledger and the audit log: who changes in the database itself what was written there is found out.

A trigger notes every row that comes in; every few seconds a task seals what was noted and is committed. It stands
outside of what takes reports in, which must not wait for one another. Who may write to the database can make a new
chain from any point on, or cut off its end with all it sealed: compare a seal with one that was written down elsewhere
(`mawa verify --seal`; by itself it looks into backups).
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.core import clock

MOST = 2_000  # rows a seal
SHOWN = 20  # rows that are named where more are missing
SEALS_A_TIME = 20  # that are looked at together

# Every column, in a fixed order. A column that comes later is left out of what was sealed before: give seals a form
# then, and each form its columns.
REPORT = (  # noqa: SIM905 - thirty lines would tell no more
    "id operation_id kind occurred_at left_at recorded_at day left_day stands_at left_stands_at place_id from_place_id"
    " group_id origin total low high households cells method content digest reporter_id device clock_shift_s corrects"
    " version_of about_id adopt area_code"
).split()
ENTRY = ["id", "at", "operation_id", "actor_id", "address", "action", "subject", "details"]


def _leaf(table: str, columns: list[str]) -> str:
    """The hash of a row as PostgreSQL sends it in binary, to which no setting of a connection makes a difference."""
    said = ", ".join(f"{table}.{column}" for column in columns)
    return f"sha256(record_send(ROW({said})))"


# Each row is looked up by itself: joined, all that was ever written might be read for a handful of rows.
_LEAVES = f"""
  CROSS JOIN LATERAL (SELECT CASE WHEN {{rows}}.is_entry
    THEN (SELECT {_leaf("audit_entries", ENTRY)} FROM audit_entries WHERE audit_entries.id = {{rows}}.row_id)
    ELSE (SELECT {_leaf("reports", REPORT)} FROM reports WHERE reports.id = {{rows}}.row_id) END AS leaf) AS said
"""
_IS_THERE = """
  CASE WHEN is_entry THEN EXISTS (SELECT FROM audit_entries WHERE audit_entries.id = row_id OFFSET 0)
    ELSE EXISTS (SELECT FROM reports WHERE reports.id = row_id OFFSET 0) END
"""
# One sealer at a time, whatever else is going on.
_ALONE = text("SELECT pg_advisory_xact_lock('seals'::regclass::oid::bigint)")
# A row that went before it was sealed stays noted: that is how it is found out.
_SEAL = text(f"""
  WITH noted AS (SELECT id, row_id, is_entry FROM unsealed WHERE {_IS_THERE} ORDER BY id LIMIT :most),
  sealed AS (SELECT noted.*, leaf FROM noted {_LEAVES.format(rows="noted")}),
  forgotten AS (DELETE FROM unsealed USING sealed WHERE unsealed.id = sealed.id),
  last AS (SELECT id, hash FROM seals ORDER BY id DESC LIMIT 1),
  together AS (SELECT array_agg(row_id ORDER BY id) AS rows, array_agg(is_entry ORDER BY id) AS are_entries,
    string_agg(leaf, '' ORDER BY id) AS leaves FROM sealed)
  INSERT INTO seals (id, at, rows, are_entries, leaves, hash)
  SELECT coalesce(last.id, 0) + 1, :at, rows, are_entries, leaves, sha256(coalesce(last.hash, '')
    || int8send(coalesce(last.id, 0) + 1) || timestamptz_send(CAST(:at AS timestamptz)) || leaves)
  FROM together LEFT JOIN last ON true WHERE rows IS NOT NULL
  RETURNING cardinality(rows)
""")
_BROKEN = text("""
  SELECT id, before, follows FROM (
    SELECT id, lag(id, 1, 0::bigint) OVER chain AS before,
      octet_length(leaves) = 32 * cardinality(rows) AND cardinality(are_entries) = cardinality(rows)
      AND hash = sha256(lag(hash, 1, ''::bytea) OVER chain || int8send(id) || timestamptz_send(at) || leaves) AS follows
    FROM seals WINDOW chain AS (ORDER BY id)) AS chained
  WHERE NOT follows OR before <> id - 1 ORDER BY id
""")
_TELLS_OF_ERASURE = "{entry}.action = 'operation.erase' AND {entry}.operation_id IS NULL"
# What was sealed before it was erased with its operation. Who is sent a report once more chooses its id once more: that
# one is sealed after.
_IS_ERASED = f"""
  EXISTS (SELECT FROM erased_rows AS gone
    JOIN audit_entries AS erasure ON erasure.id = gone.erasure_id AND {_TELLS_OF_ERASURE.format(entry="erasure")}
    WHERE gone.id = {{rows}}.row_id AND gone.is_entry = {{rows}}.is_entry AND {{rows}}.at <= erasure.at OFFSET 0)
"""
_CHANGED = text(f"""
  SELECT sealed.seal, sealed.row_id, leaf IS NULL AS is_gone
  FROM (SELECT seals.id AS seal, seals.at, leaves, row_id, is_entry, number
    FROM seals, unnest(rows, are_entries) WITH ORDINALITY AS one (row_id, is_entry, number)
    WHERE seals.id > :after AND seals.id <= :until OFFSET 0) AS sealed {_LEAVES.format(rows="sealed")}
  WHERE leaf IS DISTINCT FROM substring(leaves FROM 32 * (number::integer - 1) + 1 FOR 32)
    AND NOT {_IS_ERASED.format(rows="sealed")}
  ORDER BY sealed.seal, number
""")
_VANISHED = text(f"SELECT row_id FROM unsealed WHERE NOT {_IS_THERE}")
_COUNTED = text(f"""
  SELECT (SELECT count(*) FROM reports) + (SELECT count(*) FROM audit_entries) AS written,
    (SELECT coalesce(sum(cardinality(rows)), 0) FROM seals)
      - (SELECT count(DISTINCT (seals.id, row_id, one.is_entry)) FROM seals
      CROSS JOIN LATERAL unnest(rows, are_entries) AS one (row_id, is_entry)
      JOIN erased_rows AS gone ON gone.id = one.row_id AND gone.is_entry = one.is_entry
      JOIN audit_entries AS erasure ON erasure.id = gone.erasure_id AND {_TELLS_OF_ERASURE.format(entry="erasure")}
        AND seals.at <= erasure.at) AS sealed,
    (SELECT count(*) FROM unsealed) AS noted
""")
_NEVER = text("""
  SELECT id FROM (
    (SELECT id, false AS is_entry FROM reports UNION ALL SELECT id, true FROM audit_entries)
    EXCEPT (SELECT one.* FROM seals, unnest(rows, are_entries) AS one UNION ALL SELECT row_id, is_entry FROM unsealed)
  ) AS never ORDER BY id LIMIT :most
""")
_NOTE_ERASED = {
    table: text(f"""
  INSERT INTO erased_rows (id, is_entry, erasure_id)
  SELECT id, {table == "audit_entries"}, :erasure FROM {table} WHERE operation_id = :operation
""")
    for table in ("reports", "audit_entries")
}
_FORGET_ERASED = text("""
  DELETE FROM unsealed USING erased_rows AS gone
  WHERE gone.erasure_id = :erasure AND gone.id = unsealed.row_id AND gone.is_entry = unsealed.is_entry
""")
_HASH_OF_ERASED = """
  encode(sha256(coalesce(string_agg(uuid_send(id) || boolsend(is_entry), '' ORDER BY is_entry, id), '')), 'hex')
"""
_OF_ERASURE = text(f"SELECT {_HASH_OF_ERASED} FROM erased_rows WHERE erasure_id = :erasure")
_UUID = "^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"
# Nothing of what was erased stands. A later operation may have its code; one that had it at the time of the erasure has
# an entry from before. What only one side knows is there too.
_ERASURES = text(f"""
  SELECT coalesce(record.id, erasure_id) AS id, record.id IS NOT NULL AS is_told, code AS operation, record.at,
    coalesce(reports, 0) + coalesce(entries, 0) AS rows,
    coalesce(found.hash, encode(sha256(''), 'hex')) AS hash, details ->> 'hash' AS recorded,
    coalesce(reports, 0)::text AS reports, coalesce(details #>> '{{rows,reports}}', '0') AS reports_told,
    coalesce(entries, 0)::text AS entries, coalesce(details #>> '{{rows,audit_entries}}', '0') AS entries_told,
    record.erased IS NOT NULL AS is_named,
    EXISTS (SELECT FROM operations WHERE operations.id = erased)
      OR EXISTS (SELECT FROM reports WHERE reports.operation_id = erased)
      OR EXISTS (SELECT FROM audit_entries WHERE audit_entries.operation_id = erased)
      OR EXISTS (SELECT FROM operations WHERE operations.code = record.code AND (created_at <= record.at
        OR EXISTS (SELECT FROM audit_entries AS entry WHERE entry.operation_id = operations.id
          AND entry.at <= record.at))) AS stands
  FROM (SELECT erasure_id, count(*) FILTER (WHERE NOT is_entry) AS reports, count(*) FILTER (WHERE is_entry) AS entries,
    {_HASH_OF_ERASED} AS hash FROM erased_rows GROUP BY erasure_id) AS found
  FULL JOIN (SELECT id, at, subject AS code, details,
    CASE WHEN details ->> 'operation' ~* '{_UUID}' THEN CAST(details ->> 'operation' AS uuid) END AS erased
    FROM audit_entries WHERE {_TELLS_OF_ERASURE.format(entry="audit_entries")}) AS record ON record.id = erasure_id
  ORDER BY record.at, record.id, erasure_id
""")
_NEWEST = text("SELECT max(id) FROM seals")
_LAST = text("SELECT id, hash FROM seals ORDER BY id DESC LIMIT 1")
_ONE = text("SELECT hash FROM seals WHERE id = :id")


def seal(session: Session) -> int:
    """Seal the next rows that came in; how many. Once 0, nothing is left that could be."""
    session.execute(_ALONE)
    return session.scalar(_SEAL, {"most": MOST, "at": clock.now()}) or 0


def stop_sealing(session: Session) -> None:
    """Have nothing sealed by anybody else until this transaction ends."""
    session.execute(_ALONE)


def note_erased(session: Session, table: str, *, operation_id: UUID, erasure_id: UUID) -> None:
    """Note the rows of an operation in the ledger or in the audit log, which are about to be erased: they are missed by
    nobody. With the last of both, nobody may be sealing."""
    said = {"operation": operation_id, "erasure": erasure_id}
    session.execute(_NOTE_ERASED[table], said)
    session.execute(_FORGET_ERASED, said)


def hash_of_erased(session: Session, erasure_id: UUID) -> str:
    """SHA-256 over the ids that an erasure noted, in hexadecimal."""
    return str(session.scalar(_OF_ERASURE, {"erasure": erasure_id}))


def erasures(session: Session) -> list[Row[Any]]:
    """What was erased, as its entry in the audit log tells (operation, at, recorded, …_told) and as was noted (rows,
    hash, reports, entries). `stands`: something of that operation is there. Without an entry (`is_told`) no `at`."""
    return list(session.execute(_ERASURES))


def last_seal(session: Session) -> str | None:
    """The newest seal as one writes it down, `number:hash`."""
    found = session.execute(_LAST).one_or_none()
    return None if found is None else f"{found.id}:{found.hash.hex()}"


def is_sealed_as(session: Session, noted: str) -> bool:
    """Whether a seal is still the one that was written down, `number:hash`. ValueError when it is not written so."""
    number, _, hash_ = noted.strip().partition(":")
    found: bytes | None = session.scalar(_ONE, {"id": int(number)})
    return found is not None and found == bytes.fromhex(hash_)


def verify(session: Session) -> Iterator[list[str]]:
    """What differs from what was sealed, in words, some seals at a time. Reads everything that was ever written."""
    for broken in session.execute(_BROKEN):
        if broken.before != broken.id - 1:
            yield [f"seals {broken.before + 1} to {broken.id - 1} are gone"]
        if not broken.follows:
            yield [f"seal {broken.id} does not follow from the one before it"]
    yield [f"erasure {one.id}: {what}" for one in erasures(session) for what in _wrong_with(one)]
    for after in range(0, session.scalar(_NEWEST) or 0, SEALS_A_TIME):
        changed = session.execute(_CHANGED, {"after": after, "until": after + SEALS_A_TIME})
        yield [
            f"seal {one.seal}: {one.row_id} {'is gone' if one.is_gone else 'is not what was sealed'}" for one in changed
        ]
    yield [f"{row_id} went before it was sealed" for row_id in session.scalars(_VANISHED)]
    counted = session.execute(_COUNTED).one()
    if counted.written != counted.sealed + counted.noted:
        yield [
            f"{counted.written} rows are written; {counted.sealed} are sealed and {counted.noted} noted to be sealed"
        ]
        never = session.scalars(_NEVER, {"most": SHOWN})
        yield [f"{row_id} was neither sealed nor noted to be sealed" for row_id in never]


def _wrong_with(erasure: Row[Any]) -> Iterator[str]:
    """Why this cannot have been the erasure of an operation, in words. An operation that never stood is not found."""
    if not erasure.is_told:
        yield f"{erasure.rows} rows are noted as erased, and no entry tells of it"
        return
    if erasure.hash != erasure.recorded:
        yield "the ids are not those that were written down"
    if (erasure.reports, erasure.entries) != (erasure.reports_told, erasure.entries_told):
        told = f"{erasure.reports_told} reports and {erasure.entries_told} audit entries"
        yield f"its entry tells of {told}; noted are {erasure.reports} and {erasure.entries}"
    if not erasure.is_named:
        yield "it says of no operation that it was erased"
    if erasure.stands:
        yield f"operation {erasure.operation} was not erased: it still stands, or has rows"


def waiting(session: Session) -> int:
    """How many rows are not sealed yet."""
    return session.scalar(text("SELECT count(*) FROM unsealed")) or 0
