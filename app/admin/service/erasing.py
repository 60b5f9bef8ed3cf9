"""Erasing a closed operation: every row of it in every table, and the accounts of people who are in no other.

One transaction: killed at any moment, nothing is erased. Which tables there are is asked of the tables themselves, so
that one which comes later is not forgotten. What stays is the record of the erasure, an audit entry of no operation
that is sealed as all are, and the ids it speaks of (audit.models.ErasedRow), which hold no content.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, Table, text
from sqlalchemy.orm import Session

from app.accounts.errors import AccountConflict, NoSuchAccount
from app.audit.models import AuditEntry
from app.audit.service import seals
from app.core import clock
from app.core.text import mark
from app.places.models import Operation
from app.places.queries import operation_by_code
from app.population.service import hold_figures
from app.tables import table_metadata

# These hold nothing of an operation but ids and hashes; what waits to be sealed is forgotten with its row.
KEPT = frozenset({"seals", "erased_rows", "heartbeats", "meters", "unsealed"})
ONLY_GROW = "reports, audit_entries, operation_settings"
AT_LAST = ("audit_entries", "operations")  # what is being written down just now is waited for at the very end

_PERSON = frozenset({"actor_id", "reporter_id"})  # who did something, where no foreign key says so
_SPOKEN_OF = "CAST(substring(subject FROM '^user:([0-9a-f-]{36})$') AS uuid)"
_OF_THEM = text("""
  SELECT id FROM mails WHERE recipient IN (SELECT email FROM users WHERE id = ANY(CAST(:leaving AS uuid[])))
""")
# UPDATE too: with it PostgreSQL looks whether anything refers to what goes. The triggers still refuse every update.
_MAY_ERASE = (
    f"GRANT UPDATE, DELETE ON {ONLY_GROW} TO CURRENT_USER",
    "SELECT set_config('mawa.erases', '{operation}', true)",
)
_MAY_NOT = (
    f"REVOKE UPDATE, DELETE ON {ONLY_GROW} FROM CURRENT_USER",
    "SELECT set_config('mawa.erases', '', true)",
)
_THEIR_ADDRESSES = text("SELECT email FROM users WHERE id = ANY(CAST(:leaving AS uuid[]))")
_WAIT_FOR_ENTRIES = text("LOCK TABLE audit_entries IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True)
class Count:
    """Rows of a table: those of the operation that were erased and are left, and all others before and after."""

    erased: int
    left: int
    others_before: int
    others_after: int


@dataclass(frozen=True)
class Proof:
    """What was erased. `hash`: SHA-256 over the ids of its reports and audit entries."""

    erasure_id: UUID
    operation_id: UUID
    code: str
    at: datetime
    people: int
    counts: dict[str, Count]
    hash: str


def operation_to_erase(session: Session, code: str) -> Operation:
    """A closed operation, held from now on. Refuses one that is open: who works in it must notice first."""
    operation = operation_by_code(session, code)
    if operation is None:
        raise NoSuchAccount("unknown_operation", mark("There is no operation %(asked)s."), asked=code)
    session.refresh(operation, with_for_update=True)
    if operation.closed_at is None:
        raise AccountConflict("operation_open", mark("This operation is open. Close it first, at /admin/operation."))
    return operation


def is_closed_long_enough(operation: Operation, days: int) -> bool:
    """Whether whoever would miss it has had their days to say so."""
    return operation.closed_at is not None and clock.now() - operation.closed_at >= timedelta(days=days)


def erase(session: Session, *, operation: Operation, by: str) -> Proof:
    """Erase an operation that `operation_to_erase` gave, and write that down. Whoever folds is waited for."""
    erasure, code, id_ = uuid4(), operation.code, operation.id
    session.expunge(operation)
    hold_figures(session)
    asked: dict[str, Any] = {"operation": id_, "mails": [], "leaving": [], "addresses": []}
    asked["leaving"] = list(session.scalars(text(_people_of_it()), asked))
    asked["addresses"] = list(session.scalars(_THEIR_ADDRESSES, asked))
    _run(session, (statement.format(operation=id_) for statement in _MAY_ERASE))
    asked["mails"] = list(session.scalars(_OF_THEM, asked))
    doomed = conditions()
    before = _others(session, doomed, asked)
    seals.note_erased(session, "reports", operation_id=id_, erasure_id=erasure)
    erased = {table: _delete(session, table, doomed[table], asked) for table in doomed if table not in AT_LAST}
    seals.stop_sealing(session)
    session.execute(_WAIT_FOR_ENTRIES)
    seals.note_erased(session, "audit_entries", operation_id=id_, erasure_id=erasure)
    erased |= {table: _delete(session, table, doomed[table], asked) for table in AT_LAST}
    _run(session, _MAY_NOT)
    left, after = _counted(session, doomed, asked), _others(session, doomed, asked)
    counts = {table: Count(erased[table], left[table], before[table], after[table]) for table in doomed}
    hash_, at = seals.hash_of_erased(session, erasure), clock.now()
    rows = {table: count.erased for table, count in counts.items() if count.erased}
    session.add(
        AuditEntry(
            id=erasure,
            at=at,
            action="operation.erase",
            subject=code,
            details={"by": by, "operation": str(id_), "hash": hash_, "rows": rows},
        )
    )
    session.flush()
    return Proof(erasure, id_, code, at, len(asked["leaving"]), counts, hash_)


def conditions() -> dict[str, str]:
    """Which rows of which tables go, those that refer to others first."""
    found: dict[str, str] = {}
    for table in table_metadata().sorted_tables:
        if table.name not in KEPT and (which := _which(table, found)):
            found[table.name] = which
    return dict(reversed(found.items()))


def _which(table: Table, parents: Mapping[str, str]) -> str:
    """The rows of a table that are of the operation, or refer to such a row; none: an empty text."""
    if table.name == "mails":
        return "operation_id = :operation OR id = ANY(CAST(:mails AS uuid[]))"
    if table.name == "refused_addresses":
        return "address = ANY(CAST(:addresses AS text[]))"
    if table.name == "operations":
        return "id = :operation"
    if table.name == "users":
        return "id = ANY(CAST(:leaving AS uuid[]))"
    if "operation_id" in table.columns:
        return "operation_id = :operation"
    return " OR ".join(
        f"{key.parent.name} IN (SELECT {key.column.name} FROM {key.column.table.name}"
        f" WHERE {parents[key.column.table.name]})"
        for key in sorted(table.foreign_keys, key=lambda key: str(key.parent.name))
        if key.column.table.name in parents
    )


def _people_of_it() -> str:
    """Whoever had to do with the operation, and with no other."""
    named = [("audit_entries", _SPOKEN_OF)]
    for table in table_metadata().sorted_tables:
        if "operation_id" in table.columns:
            named += [(table.name, column.name) for column in table.columns if _is_person(column)]
    here, elsewhere = (
        " UNION ".join(f"SELECT {who} AS id FROM {table} WHERE operation_id {which} :operation" for table, who in named)
        for which in ("=", "<>")
    )
    return f"SELECT users.id FROM users JOIN (({here}) EXCEPT ({elsewhere})) AS theirs USING (id) ORDER BY users.id"


def _is_person(column: Any) -> bool:
    refers = any(key.column.table.name == "users" for key in column.foreign_keys)
    return refers or column.name in _PERSON or (column.name.endswith("_by") and column.type.python_type is UUID)


def _delete(session: Session, table: str, which: str, asked: Mapping[str, Any]) -> int:
    deleted = cast("CursorResult[Any]", session.execute(text(f"DELETE FROM {table} WHERE {which}"), asked))
    return deleted.rowcount


def _counted(session: Session, which: Mapping[str, str], asked: Mapping[str, Any]) -> dict[str, int]:
    wanted = {table: text(f"SELECT count(*) FROM {table} WHERE {one}") for table, one in which.items()}
    return {table: session.scalar(count, asked) or 0 for table, count in wanted.items()}


def _others(session: Session, which: Mapping[str, str], asked: Mapping[str, Any]) -> dict[str, int]:
    return _counted(session, {table: f"({one}) IS NOT TRUE" for table, one in which.items()}, asked)


def _run(session: Session, statements: Iterable[str]) -> None:
    for statement in statements:
        session.execute(text(statement))
