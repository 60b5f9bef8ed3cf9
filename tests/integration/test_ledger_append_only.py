"""What was said stays said: not even the application's own role can change or remove it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.alerts.refresh import refresh
from app.audit.service.seals import note_erased, seal
from app.intake.service import take
from tests.factories.operations import a_headcount, a_shelter, make_actor, make_operation

CHANGES = [
    "UPDATE {table} SET {column} = {column}",
    "UPDATE {table} SET {column} = {column} WHERE false",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE false",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "TRUNCATE operations CASCADE",
    "MERGE INTO {table} USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone",
]
TABLES = [
    ("reports", "total"),
    ("audit_entries", "action"),
    ("operation_settings", "name"),
    ("seals", "hash"),
    ("erased_rows", "is_entry"),
]

WRITTEN = (
    "id, operation_id, kind, occurred_at, recorded_at, day, stands_at, content, digest, reporter_id, clock_shift_s"
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("table", "column"), TABLES)
def test_nothing_written_is_changed_or_removed(session: Session, table: str, column: str, change: str) -> None:
    actor = make_actor(session, make_operation(session))
    reports = [a_shelter(capacity=10), a_headcount("KHM", at="2025-03-02T12:00:00+03:00", people=12)]
    take(session, actor=actor, reports=reports)
    refresh(session)
    seal(session)
    note_erased(session, "reports", operation_id=actor.scope.operation_id, erasure_id=actor.user_id)
    before = session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all()
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), session.begin_nested():
        session.execute(text(change.format(table=table, column=column)))
    assert session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() == before


def test_a_report_is_not_replaced_by_one_of_the_same_id(session: Session) -> None:
    actor = make_actor(session, make_operation(session))
    take(session, actor=actor, reports=[a_shelter()])
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"), session.begin_nested():
        session.execute(
            text(
                f"INSERT INTO reports ({WRITTEN}) SELECT {WRITTEN} FROM reports"
                " ON CONFLICT (id) DO UPDATE SET content = excluded.content"
            )
        )


def test_the_role_of_the_application_has_no_right_to_change_reports(session: Session) -> None:
    rights = session.execute(
        text(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = 'reports' AND grantee = CURRENT_USER"
        )
    ).scalars()
    assert set(rights).isdisjoint({"UPDATE", "DELETE", "TRUNCATE"})
