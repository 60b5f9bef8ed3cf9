"""An operation that was closed is erased: nothing of it is left, nothing else is touched, and both can be shown."""

from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid, text
from sqlalchemy.exc import DBAPIError

from app.accounts import service as accounts
from app.admin.service import close, erasing
from app.alerts.notices import compose_mails
from app.audit.service import seals
from app.cli import erasing as command
from app.core import clock, db
from app.outbox.schemas import Letter
from app.outbox.service import write
from app.population.service import change_setting
from app.tables import table_metadata
from tests.factories.folding import differences, drain, send
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, make_actor, make_operation
from workers.tasks.audit import seal_what_is_new

MARKER = "Zanzibar-4711"
NOON = "2025-03-10T12:00:00+03:00"


class Two:
    """An operation that is to be erased, whose every text holds a marker, and another; somebody works in both."""

    def __init__(self) -> None:
        with db.unit_of_work() as session:
            here, there = make_operation(session, code="over"), make_operation(session, code="stays")
            here.name = {"en": MARKER}
            self.boss, self.other = make_actor(session, here, role="administrator"), make_actor(session, there)
            self.both, self.told = make_actor(session, here), make_actor(session, here, role="coordinator")
            for email, operation, role in (
                (self.both.email, there, "coordinator"),
                (f"{MARKER}@example.org", here, "partner"),
            ):
                accounts.add_user(session, email=email, role=role, areas=None, operation_id=operation.id)  # type: ignore[arg-type]
            left = accounts.add_user(
                session, email="left@example.org", role="partner", areas=None, operation_id=here.id
            )
            accounts.remove_member(session, user_id=left.user_id, operation_id=here.id)
            accounts.make_token(session, email=self.boss.email, operation_id=here.id, name=MARKER)
            change_setting(session, operation_id=here.id, actor_id=self.boss.user_id, name="household_size", value=6)
            write(session, [Letter(None, self.told.email, MARKER, MARKER, MARKER)])
        for actor in (self.boss, self.other):
            send(
                actor,
                a_shelter(capacity=100) | {"name": {"en": MARKER if actor is self.boss else "Hall"}},
                a_headcount("KHM", at=NOON, people=120, note=MARKER if actor is self.boss else "Hall"),
                a_group("G-7", at=NOON, households=4),
                a_movement(at=NOON, to="KHM", people=8),
            )
        drain()
        with db.unit_of_work() as session:
            compose_mails(session)
        seal_what_is_new()
        send(self.boss, a_movement(at=NOON, source="KHM", people=3, note=MARKER))  # neither folded nor sealed

    @property
    def operation_id(self) -> UUID:
        return self.boss.scope.operation_id

    def closes(self) -> None:
        with db.unit_of_work() as session:
            close(session, actor=self.boss)


@pytest.fixture
def two(database: str) -> Two:
    return Two()


def erase(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(command.operation, ["erase", *words], input=typed)


def everything() -> dict[str, list[str]]:
    """Every row of every table there is in the database, as text."""
    with db.new_snapshot() as session:
        tables = session.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        return {table: list(session.scalars(text(f"SELECT {table}::text FROM {table}"))) for table in tables.all()}


def holding(word: str) -> set[str]:
    return {table for table, rows in everything().items() if any(word in row for row in rows)}


def unsound() -> list[str]:
    with db.new_snapshot() as session:
        return [difference for some in seals.verify(session) for difference in some] + differences()


def of_the_other(two: Two) -> dict[str, list[str]]:
    """What is stored of the operation that stays."""
    id_ = str(two.other.scope.operation_id)
    return {table: sorted(row for row in rows if id_ in row) for table, rows in everything().items()}


def test_nothing_of_it_is_left_and_nothing_of_the_other_is_touched(two: Two) -> None:
    assert len(holding(MARKER)) >= 6
    two.closes()
    before = of_the_other(two)
    done = erase("over", "--now", typed="over\n")
    assert done.exit_code == 0, done.output
    assert holding(MARKER) == set()
    assert holding(str(two.operation_id)) == {"audit_entries"}  # the record
    assert holding(two.boss.email) == holding("left@example.org") == set()
    assert holding(str(two.boss.user_id)) == holding(str(two.told.user_id)) == set()
    assert holding(two.both.email) >= {"users"}
    after = of_the_other(two)
    assert {table: after[table] for table in before} == before
    assert unsound() == []


def test_the_proof_says_what_was_there_and_what_is_left(two: Two) -> None:
    two.closes()
    said = erase("over", "--now", typed="over\n").stdout
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line}
    assert lines["reports"] == ["5", "0", "4", "4"]
    assert lines["operations"] == ["1", "0", "1", "1"]
    assert int(lines["area_days"][0]) > 0
    with db.new_snapshot() as session:
        record = session.execute(text("SELECT * FROM audit_entries WHERE action = 'operation.erase'")).one()
        (erasure,) = seals.erasures(session)
        last = seals.last_seal(session)
    assert (record.operation_id, record.subject, record.details["rows"]["reports"]) == (None, "over", 5)
    assert record.details["hash"] == erasure.hash == erasure.recorded
    assert f"{record.id}, SHA-256" in said
    assert record.details["hash"] in said
    assert (last or "") in said


def by_hand(statement: str) -> None:
    """What somebody does who owns the tables and switches off what stands in their way."""
    with db.unit_of_work() as session:
        for table in ("reports", "audit_entries"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            session.execute(text(f"GRANT UPDATE, DELETE ON {table} TO CURRENT_USER"))
        session.execute(text(statement))


@pytest.mark.parametrize("table", ["reports", "audit_entries"])
def test_a_row_that_went_by_hand_is_still_missed(two: Two, table: str) -> None:
    two.closes()
    erase("over", "--now", typed="over\n")
    with db.new_snapshot() as session:
        id_ = session.scalar(text(f"SELECT id FROM {table} WHERE operation_id IS NOT NULL ORDER BY id LIMIT 1"))
    by_hand(f"DELETE FROM {table} WHERE id = '{id_}'")
    assert any(f"{id_} is gone" in found for found in unsound())


def test_a_row_that_went_by_hand_is_not_hidden_among_the_erased(two: Two) -> None:
    two.closes()
    erase("over", "--now", typed="over\n")
    by_hand("""
      WITH gone AS (DELETE FROM reports WHERE id = (SELECT id FROM reports LIMIT 1) RETURNING id)
      INSERT INTO erased_rows (id, is_entry, erasure_id)
      SELECT gone.id, false, erasure_id FROM gone, (SELECT erasure_id FROM erased_rows LIMIT 1) AS one
    """)
    assert any("the ids are not those that were written down" in found for found in unsound())


def test_a_record_that_went_leaves_what_was_erased_missing(two: Two) -> None:
    two.closes()
    erase("over", "--now", typed="over\n")
    by_hand("DELETE FROM audit_entries WHERE action = 'operation.erase'")
    assert sum("is gone" in found for found in unsound()) > 5


def test_a_report_sent_again_to_the_other_operation_is_a_new_one(two: Two) -> None:
    said = a_movement(at=NOON, to="KHM", people=2)
    send(two.boss, said)
    seal_what_is_new()
    two.closes()
    erase("over", "--now", typed="over\n")
    send(two.other, said)
    drain()
    seal_what_is_new()
    assert unsound() == []


def test_an_open_or_unknown_one_and_one_just_closed_are_not_erased(two: Two) -> None:
    for refused in (erase("over", "--now", typed="over\n"), erase("over")):
        assert "operation_open" in repr(refused.exception)
    with pytest.raises(Exception, match="operation_open"), db.unit_of_work() as session:
        erasing.operation_to_erase(session, "over")
    with pytest.raises(Exception, match="unknown_operation"), db.unit_of_work() as session:
        erasing.operation_to_erase(session, "nowhere")
    two.closes()
    assert "must have been so for 30 days" in erase("over").output
    assert "another code" in erase("over", "--now", typed="stays\n").output
    assert len(holding(MARKER)) >= 6


def test_one_that_was_closed_for_its_days_is_erased_without_asking(two: Two) -> None:
    two.closes()
    with db.unit_of_work() as session:
        before = {"at": clock.now() - timedelta(days=30)}
        session.execute(text("UPDATE operations SET closed_at = :at WHERE code = 'over'"), before)
    assert erase("over").exit_code == 0
    assert holding(MARKER) == set()


def test_killed_at_the_end_nothing_is_erased(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    two.closes()
    before = everything()
    monkeypatch.setattr(seals, "hash_of_erased", _killed)
    assert isinstance(erase("over", "--now", typed="over\n").exception, KeyboardInterrupt | SystemExit)
    after = everything()
    for table in ("unsealed", "seals"):
        del before[table], after[table]
    assert after == before


def _killed(*_said: object) -> str:
    raise KeyboardInterrupt


def test_naming_an_operation_lets_nobody_delete_of_an_open_one_or_of_another(two: Two) -> None:
    def delete(of: UUID) -> None:
        with db.unit_of_work() as session:
            session.execute(text("GRANT UPDATE, DELETE ON reports TO CURRENT_USER"))
            session.execute(text("SELECT set_config('mawa.erases', :named, true)"), {"named": str(two.operation_id)})
            session.execute(text("DELETE FROM reports WHERE operation_id = :other"), {"other": of})

    with pytest.raises(DBAPIError, match="append-only: add a new row"):
        delete(two.operation_id)
    two.closes()
    with pytest.raises(DBAPIError, match="append-only: this row is of another operation"):
        delete(two.other.scope.operation_id)


def test_every_table_is_erased_or_said_to_hold_nothing_of_an_operation(two: Two) -> None:
    erased = erasing.conditions().keys()
    assert erased | erasing.KEPT == set(table_metadata().tables)
    assert not erased & erasing.KEPT
    wanted = "SELECT table_name FROM information_schema.columns WHERE column_name = 'operation_id'"
    with db.new_snapshot() as session:
        assert set(session.scalars(text(f"{wanted} AND table_schema = 'public'"))) <= erased


def test_a_table_that_comes_later_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = MetaData()
    for table in table_metadata().sorted_tables:
        table.to_metadata(planted)
    Table("sessions", planted, Column("user_id", ForeignKey("users.id")))
    Table("clicks", planted, Column("session_id", ForeignKey("sessions.user_id")))
    Table("duties", planted, Column("operation_id", Uuid), Column("held_by", Uuid))
    monkeypatch.setattr(erasing, "table_metadata", lambda: planted)
    found = erasing.conditions()
    assert found["duties"] == "operation_id = :operation"
    assert found["sessions"].startswith("user_id IN (SELECT id FROM users")
    assert list(found).index("clicks") < list(found).index("sessions") < list(found).index("users")
    assert "SELECT held_by AS id FROM duties" in erasing._people_of_it()
