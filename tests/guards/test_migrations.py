"""The steps of the schema: numbered, in one line, reversible, and ending where the models say."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from app import migrations
from app.migrations import moves
from app.tables import table_metadata
from config.services.throwaway import Throwaway
from tests.guards.project import nothing

APPEND_ONLY = ("audit_entries", "erased_rows", "operation_settings", "reports", "seals")
CHANGES = {"UPDATE": "UPDATE {} SET id = id", "DELETE": "DELETE FROM {}", "TRUNCATE": "TRUNCATE {} CASCADE"}
REFUSED = ("23001", "42501")  # restrict_violation by the trigger, insufficient_privilege

# Everything that makes a schema, as PostgreSQL itself writes it.
CATALOGUE = (
    "SELECT format('column %s.%s %s%s%s%s', class.relname, column_.attname,"
    " format_type(column_.atttypid, column_.atttypmod), CASE WHEN column_.attnotnull THEN ' NOT NULL' ELSE '' END,"
    " ' DEFAULT ' || pg_get_expr(initial.adbin, initial.adrelid), "
    " CASE WHEN column_.attidentity <> '' THEN ' IDENTITY' ELSE '' END) FROM pg_attribute AS column_"
    " JOIN pg_class AS class ON class.oid = column_.attrelid AND class.relkind IN ('r', 'p')"
    " LEFT JOIN pg_attrdef AS initial ON initial.adrelid = class.oid AND initial.adnum = column_.attnum"
    " WHERE class.relnamespace = 'public'::regnamespace AND column_.attnum > 0 AND NOT column_.attisdropped",
    "SELECT format('constraint %s of %s %s', conname, conrelid::regclass, pg_get_constraintdef(oid))"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT format('storage of %s %s', relname, reloptions) FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reloptions IS NOT NULL",
)
PROGRAM = (
    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    " WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace",
    "SELECT format('sequence %s', relname) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace",
    "SELECT format('right %s on %s of %s', privilege_type, table_name, grantee)"
    " FROM information_schema.role_table_grants WHERE table_schema = 'public'",
    "SELECT format('policy %s on %s %s %s', polname, polrelid::regclass, pg_get_expr(polqual, polrelid),"
    " pg_get_expr(polwithcheck, polrelid)) FROM pg_policy",
)


class Step(NamedTuple):
    file: str
    revision: str
    after: str | None


def out_of_line(steps: Iterable[Step]) -> list[str]:
    """Steps that are not `0001_slug`, skip a number, branch off, or do not follow the one before."""
    found, before = [], None
    for number, step in enumerate(sorted(steps), 1):
        if not re.fullmatch(rf"{number:04d}_[a-z0-9]+(_[a-z0-9]+)*\.py", step.file):
            found.append(f"{step.file} is not called {number:04d}_what_it_does.py")
        if step.revision != step.file.split("_")[0]:
            found.append(f"{step.file} calls itself {step.revision}")
        if step.after != before:
            found.append(f"{step.file} follows {step.after}, not {before}")
        before = step.revision
    return found


def drift(stands: set[str], wanted: set[str]) -> list[str]:
    """What of one schema is not in the other."""
    return [f"only the migrations make: {line}" for line in sorted(stands - wanted)] + [
        f"only the models say: {line}" for line in sorted(wanted - stands)
    ]


def schema(connection: Connection, statements: Iterable[str] = CATALOGUE) -> set[str]:
    lines = {line for statement in statements for line in connection.scalars(text(statement))}
    return {line for line in lines if "alembic_version" not in line}


def changeable(engine: Engine, tables: Iterable[str]) -> list[str]:
    """Changes that a table takes although it only grows, tried as the role of the application."""
    found = []
    for table in tables:
        for kind, statement in CHANGES.items():
            try:
                with engine.connect() as connection, connection.begin() as tried:
                    connection.execute(text(statement.format(table)))
                    tried.rollback()
                found.append(f"{table} takes {kind}")
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in REFUSED:
                    found.append(f"{table} answers {kind} with {error.orig}")
    return found


@pytest.fixture
def empty(services: Throwaway) -> Iterator[Engine]:
    """A database of its own without a schema, as the application's role."""
    name = f"guard_{uuid4().hex[:8]}"
    engine = create_engine(services.create_database(name), poolclass=NullPool)
    yield engine
    services.drop_database(name)


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_steps_are_numbered_and_follow_one_another() -> None:
    scripts = ScriptDirectory.from_config(moves.config())
    assert scripts.get_heads() == [migrations.newest()]
    steps = [
        Step(script.path.rsplit("/", 1)[-1], script.revision, script.down_revision)  # type: ignore[arg-type]
        for script in scripts.walk_revisions()
    ]
    nothing(out_of_line(steps))


def test_every_step_can_be_taken_back_and_again(empty: Engine) -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(moves.config()).walk_revisions()]
    for revision in reversed(revisions):
        with empty.connect() as connection:
            before = schema(connection, CATALOGUE + PROGRAM)
        moves.upgrade(url_of(empty), to=revision)
        with empty.connect() as connection:
            after = schema(connection, CATALOGUE + PROGRAM)
        assert after != before
        moves.downgrade(url_of(empty), to="-1")
        with empty.connect() as connection:
            nothing(drift(schema(connection, CATALOGUE + PROGRAM), before))
        moves.upgrade(url_of(empty), to=revision)
        with empty.connect() as connection:
            nothing(drift(schema(connection, CATALOGUE + PROGRAM), after))


def test_migrations_make_the_tables_the_models_say(services: Throwaway, empty: Engine) -> None:
    name = f"migrated_{uuid4().hex[:8]}"
    migrated = create_engine(services.create_database(name), poolclass=NullPool)
    moves.upgrade(url_of(migrated))
    with migrated.connect() as connection:
        stands = schema(connection)
        functions = list(connection.scalars(text(PROGRAM[0])))
    with empty.begin() as connection:
        connection.execute(text("SET LOCAL check_function_bodies = off"))  # they speak of tables still to be made
        for function in functions:
            connection.exec_driver_sql(function.replace("%", "%%"))
        table_metadata().create_all(connection)
        nothing(drift(stands, schema(connection)))
    services.drop_database(name)


def test_tables_that_only_grow_refuse_every_change(empty: Engine) -> None:
    moves.upgrade(url_of(empty))
    nothing(changeable(empty, APPEND_ONLY))


def test_it_finds_planted_steps_out_of_line() -> None:
    steps = [Step("0001_first.py", "0001", None), Step("0003_Third.py", "3", "0001"), Step("0003_b.py", "0003", "0001")]
    assert out_of_line(steps) == [
        "0003_Third.py is not called 0002_what_it_does.py",
        "0003_Third.py calls itself 3",
        "0003_b.py follows 0001, not 3",
    ]


def test_it_finds_planted_drift_and_a_table_that_can_be_changed(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE planted (id integer CONSTRAINT few CHECK (id < 9))"))
        stands = schema(connection)
        connection.execute(
            text("ALTER TABLE planted DROP CONSTRAINT few, ALTER id SET NOT NULL, ALTER id SET DEFAULT 1")
        )
        assert drift(stands, schema(connection)) == [
            "only the migrations make: column planted.id integer",
            "only the migrations make: constraint few of planted CHECK ((id < 9))",
            "only the models say: column planted.id integer NOT NULL DEFAULT 1",
        ]
    assert changeable(empty, ["planted"]) == ["planted takes UPDATE", "planted takes DELETE", "planted takes TRUNCATE"]
