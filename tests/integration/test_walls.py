"""PostgreSQL itself keeps operations apart: who forgot to ask for one is shown nothing of another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.accounts.policy import Actor
from app.accounts.service import make_token
from app.core import db
from app.factory import create_app
from app.intake.service import take
from app.tables import table_metadata
from tests.factories.folding import drain
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, make_actor, make_operation

NOON = "2025-03-10T12:00:00+03:00"

# Asked before it is known in which operation somebody acts.
NOT_WITHIN = {"memberships", "tokens"}


@pytest.fixture
def two(database: str) -> tuple[Actor, Actor]:
    """Two operations with the same areas, codes and kinds of reports, all folded: a shelter is full in each."""
    actors = []
    for code in ("here", "elsewhere"):
        with db.unit_of_work() as session:
            actor = make_actor(session, make_operation(session, code=code), role="administrator")
            reports = [
                a_shelter(code="KHM", capacity=10, name={"en": f"The hall of {code}"}),
                a_group("G-1", at=NOON, origin="SY0602", label=f"Families of {code}"),
                a_movement(at=NOON, people=30, to="KHM", group="G-1"),
                a_headcount("KHM", at=NOON, people=30),
            ]
            assert {result.status for result in take(session, actor=actor, reports=reports)} == {"accepted"}
            actors.append(actor)
    drain()
    return actors[0], actors[1]


def tables_with_an_operation() -> list[str]:
    return [table.name for table in table_metadata().sorted_tables if "operation_id" in table.c]


def test_every_table_of_operations_has_a_wall(database: str) -> None:
    without = text(
        "SELECT relname FROM pg_class WHERE relname = ANY(:tables) AND relkind = 'r' AND NOT (relrowsecurity"
        " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))"
    )
    with db.unit_of_work() as session:
        assert set(session.scalars(without, {"tables": tables_with_an_operation()})) == NOT_WITHIN


def seen(operation_id: UUID | None) -> dict[str, set[UUID]]:
    """Whose rows each table shows, unasked, to somebody within an operation (None: said nothing)."""
    with db.walled_snapshot() as session:
        if operation_id is not None:
            db.within(session, operation_id)
        return {
            table: set(session.scalars(text(f"SELECT operation_id FROM {table}")))
            for table in tables_with_an_operation()
            if table not in NOT_WITHIN
        }


def test_every_table_shows_the_operation_one_is_within_and_no_other(two: tuple[Actor, Actor]) -> None:
    here, _ = two
    shown = seen(here.scope.operation_id)
    assert {table for table, operations in shown.items() if operations - {here.scope.operation_id}} == set()
    assert {"reports", "place_days", "alerts", "shelters", "groups", "audit_entries"} <= {
        table for table, operations in shown.items() if operations
    }


def test_who_is_within_no_operation_sees_none(two: tuple[Actor, Actor]) -> None:
    assert {table for table, operations in seen(None).items() if operations} == set()


def test_it_would_be_noticed_if_a_wall_were_gone(two: tuple[Actor, Actor]) -> None:
    with db.unit_of_work() as session:
        session.execute(text("ALTER TABLE alerts DISABLE ROW LEVEL SECURITY"))
    here, elsewhere = (actor.scope.operation_id for actor in two)
    assert seen(here)["alerts"] == {here, elsewhere}
    assert seen(None)["alerts"] == {here, elsewhere}


def test_nothing_is_written_into_another_operation(two: tuple[Actor, Actor]) -> None:
    here, elsewhere = two
    with db.new_walled() as session:
        db.within(session, here.scope.operation_id)
        with pytest.raises(ProgrammingError, match="row-level security"):
            take(session, actor=elsewhere, reports=[a_shelter(code="NEW")])
    with db.new_walled() as session:
        db.within(session, here.scope.operation_id)
        changed = session.execute(text("UPDATE shelters SET code = 'MINE'"))
        assert changed.rowcount == 1  # type: ignore[attr-defined]  # what is not seen is not changed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports SET total = 0",
        "DELETE FROM audit_entries",
        "TRUNCATE reports CASCADE",
        "UPDATE place_now SET operation_id = NULL",
        "DELETE FROM seals",
        "SELECT * FROM seals",
        "ALTER TABLE reports DISABLE TRIGGER ALL",
        "ALTER TABLE reports DISABLE ROW LEVEL SECURITY",
        "DROP POLICY within_operation ON reports",
        "CREATE TABLE planted (id integer)",
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS ''",
        "DROP TABLE alerts CASCADE",
    ],
)
def test_what_is_asked_from_outside_changes_no_rule(two: tuple[Actor, Actor], statement: str) -> None:
    with db.new_walled() as session:
        db.within(session, two[0].scope.operation_id)
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            session.execute(text(statement))


def test_a_connection_of_the_pool_remembers_no_operation(two: tuple[Actor, Actor]) -> None:
    for actor in (*two, *two):
        with db.new_walled() as session:
            db.within(session, actor.scope.operation_id)
            assert session.scalars(text("SELECT operation_id FROM shelters")).all() == [actor.scope.operation_id]
            session.rollback()
            assert session.scalars(text("SELECT operation_id FROM shelters")).all() == [actor.scope.operation_id]
        assert {table for table, operations in seen(None).items() if operations} == set()


def callers(two: tuple[Actor, Actor]) -> list[Callable[[dict[str, Any]], Any]]:
    """Posts one report as each of the two, through one application."""
    with db.unit_of_work() as session:
        keys = [make_token(session, email=one.email, operation_id=one.scope.operation_id) for one in two]
    application = create_app()

    def caller(key: str) -> Callable[[dict[str, Any]], Any]:
        def post(report: dict[str, Any]) -> Any:
            headers = {"Authorization": f"Bearer {key}"}
            return application.test_client().post("/api/v1/reports", json={"reports": [report]}, headers=headers)

        return post

    return [caller(key) for key in keys]


@pytest.mark.parametrize("make", [lambda: a_movement(at=NOON, people=5, to="KHM"), lambda: a_shelter(code="NEW")])
def test_an_id_that_another_operation_has_is_a_conflict_and_says_nothing_of_it(
    two: tuple[Actor, Actor], make: Callable[[], dict[str, Any]]
) -> None:
    here, elsewhere = callers(two)
    report = make()
    assert elsewhere(report).json["results"][0]["status"] == "accepted"
    for _ in range(2):  # once more, when the place is remembered
        (result,) = here(report).json["results"]
        assert (result["status"], result["standing"]) == ("conflict", None)
        assert [error["code"] for error in result["errors"]] == ["other_content"]
    assert elsewhere(report).json["results"][0]["status"] == "duplicate"


def test_reports_of_two_operations_at_one_moment_are_both_stored(two: tuple[Actor, Actor]) -> None:
    posts = callers(two)
    for post in posts:  # so that the place is remembered, and those after it may share a transaction
        assert post(a_movement(at=NOON, people=1, to="KHM")).status_code == 200
    with ThreadPoolExecutor(12) as pool:
        said = [pool.submit(post, a_movement(at=NOON, people=1, to="KHM")) for _ in range(30) for post in posts]
        results = [one.result(30).json["results"][0]["status"] for one in said]
    assert results == ["accepted"] * 60
    with db.unit_of_work() as session:
        stored = text("SELECT count(*) FROM reports WHERE kind = 'movement' GROUP BY operation_id")
        assert list(session.scalars(stored)) == [32, 32]
