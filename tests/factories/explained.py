"""What PostgreSQL read for each statement: EXPLAIN (ANALYZE, BUFFERS) of it, just before it is run.

Explained is the prepared statement, executed: the plan is the one the application's connections get, which plan once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Engine, event

CAN_BE_EXPLAINED = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)
PARAMETER = re.compile(r"%\((\w+)\)s|%%")


@dataclass(frozen=True)
class Read:
    """What one statement read: rows of each table, those thrown away included, and pages of 8 kB."""

    statement: str
    rows: Counter[str]
    pages: int


@contextmanager
def what_is_read(engine: Engine | Connection | type[Engine] = Engine) -> Iterator[list[Read]]:
    """Collects what every statement reads, by default of every engine. Each is done twice, first without effect."""
    found: list[Read] = []

    def explain(_connection: Connection, cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if CAN_BE_EXPLAINED.match(statement):
            several = parameters if isinstance(parameters, list) else [parameters]
            found.extend(_read(statement, _plan(cursor.connection, statement, one)) for one in several)

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def _plan(connection: Any, statement: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of a statement as it was executed, without effect."""
    names: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT explained")
        cursor.execute(f"PREPARE explained AS {PARAMETER.sub(numbered, statement)}")
        values = sql.SQL(", ").join(sql.Literal(parameters[name]) for name in names)
        given = sql.SQL("({})").format(values) if names else sql.SQL("")
        asked = sql.SQL("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE explained {}")
        cursor.execute(asked.format(given))
        (explained,) = cursor.fetchone()[0]
        cursor.execute("DEALLOCATE explained")
        cursor.execute("ROLLBACK TO SAVEPOINT explained")
        cursor.execute("RELEASE SAVEPOINT explained")
    plan: dict[str, Any] = explained["Plan"]
    return plan


def _read(statement: str, plan: dict[str, Any]) -> Read:
    rows: Counter[str] = Counter()
    for node in _nodes(plan):
        # A write of a table names it too; what it wrote was read by a node below.
        if "Relation Name" in node and node["Node Type"] != "ModifyTable":
            each_time = node["Actual Rows"] + sum(
                value for key, value in node.items() if key.startswith("Rows Removed")
            )
            rows[node["Relation Name"]] += round(each_time * node["Actual Loops"])
    return Read(" ".join(statement.split()), rows, plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
