"""What the web may do in PostgreSQL, table by table: a table that comes later must be listed where it may do less."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.audit import service as audit
from app.core import db
from tests.factories.operations import make_operation

READS, GROWS = {"SELECT"}, {"SELECT", "INSERT"}
ALL = {"SELECT", "INSERT", "UPDATE", "DELETE"}
LESS = {
    **dict.fromkeys(("alembic_version", "area_days", "heartbeats", "outlines", "place_days", "place_now"), READS),
    **dict.fromkeys(("audit_entries", "reports"), GROWS),
    **dict.fromkeys(("operations", "users"), ALL - {"DELETE"}),
    "refused_addresses": {"SELECT", "DELETE"},
    "seals": set(),
    "unsealed": {"INSERT"},  # by the trigger that notes a row
    "erased_rows": set(),
    "meters": set(),
}
# Not of one operation: who somebody is must be known before it is known where they act.
WITHOUT_WALL = {
    *("operations", "users", "memberships", "tokens", "sign_ins", "recovery_codes", "refused_addresses"),
    *("alembic_version", "heartbeats", "seals", "unsealed", "erased_rows", "meters"),
}
_RIGHTS = text("""
  SELECT pg_class.relname, array_agg(privilege_type::text) FILTER (WHERE privilege_type IS NOT NULL) AS rights,
    relrowsecurity FROM pg_class
  LEFT JOIN information_schema.role_table_grants AS granted
    ON granted.table_name = relname AND granted.table_schema = 'public' AND grantee = 'mawa_web'
  WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace GROUP BY relname, relrowsecurity
""")


def test_the_web_may_do_in_each_table_what_it_must(database: str) -> None:
    with db.unit_of_work() as session:
        found = {name: (set(rights or ()), is_walled) for name, rights, is_walled in session.execute(_RIGHTS)}
    wrong = {name: rights for name, (rights, _) in found.items() if rights != LESS.get(name, ALL)}
    assert wrong == {}
    assert {name for name, (_, is_walled) in found.items() if not is_walled} == WITHOUT_WALL


@pytest.mark.parametrize("table", ["erased_rows", "operations", "users"])
def test_it_removes_no_operation_no_account_and_no_record_of_what_was_erased(database: str, table: str) -> None:
    with db.new_walled() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(f"DELETE FROM {table}"))


def test_no_table_of_a_session_stands_before_ours(database: str) -> None:
    with db.unit_of_work() as session:
        here, there = make_operation(session, code="here"), make_operation(session, code="there")
        session.flush()
    with db.new_walled() as session:
        db.within(session, here.id)
        session.execute(
            text("CREATE TEMPORARY TABLE reports AS SELECT gen_random_uuid() AS id, :there AS operation_id").bindparams(
                there=there.id
            )
        )
        planted = session.scalar(text("SELECT array_agg(id) FROM pg_temp.reports"))
        found = session.scalars(text("SELECT reports_elsewhere(:ids)"), {"ids": planted}).all()
    assert found == []


def test_no_entry_is_written_of_an_operation_that_is_not_there(database: str) -> None:
    with db.new_session() as session:
        operation = make_operation(session)
        session.rollback()
        audit.record(session, action="positions.look", subject="KHM", operation_id=operation.id)
        with pytest.raises(IntegrityError):
            session.commit()
