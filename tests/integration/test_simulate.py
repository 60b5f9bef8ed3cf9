"""A made-up operation lies in the ledger as if everything in it had been reported, and tells the same story again."""

from collections import Counter
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.refresh import verify
from app.core import db
from app.intake.cli import recorder
from app.intake.service import take
from app.places.models import Operation
from app.simulate import cli
from app.simulate.plan import Site, chunks
from app.simulate.rows import COLUMNS, DEVICE, rows_of
from app.simulate.story import tell
from app.simulate.twice import TOLD_WITHIN


def told_by(job: cli.Job, sites: list[Site]) -> list[Any]:
    return [told for chunk in chunks(sites) for told in tell(job.plan, *chunk)]


def test_what_is_written_is_what_the_services_would_have_written(session: Session) -> None:
    job, sites = cli.prepare(session, shelters=30, reports=3_000, days=30, seed=7)
    told = told_by(job, sites)
    rows = {row[0]: row for row in rows_of(job.frame, job.reporter, told)}
    assert len(rows) == 3_000
    in_turn = sorted(told, key=lambda one: (one.recorded_at, one.corrects is not None))
    actor = recorder(session, session.get_one(Operation, job.frame.operation_id))
    for one in in_turn:
        (result,) = take(session, actor=actor, reports=[one.content], device=DEVICE, recorded_at=one.recorded_at)
        assert result.status == "accepted", (one, result)
    stored = session.execute(text(f"SELECT {COLUMNS} FROM reports WHERE id = ANY(:ids)"), {"ids": list(rows)})
    for row in stored:
        written = dict(zip(row._fields, rows[row.id], strict=True))
        written["content"] = row.content  # as JSON; the digest is of just this
        assert dict(row._mapping) == written


def test_everything_the_ledger_knows_is_told(session: Session) -> None:
    job, sites = cli.prepare(session, shelters=30, reports=5_000, days=60, seed=1)
    told = told_by(job, sites)
    kinds = Counter((one.kind, one.corrects is not None) for one in told)
    assert min(kinds.values()) > 1
    assert set(kinds) == {
        ("movement", False),
        ("movement", True),
        ("headcount", False),
        ("note", False),
        ("figure", False),
        ("void", True),
    }
    moved = [one for one in told if one.kind == "movement"]
    assert any(one.from_ and one.to and one.left_at and one.left_at < one.occurred_at for one in moved)
    for said in ("total", "low", "households", "cells"):
        assert any(said in one.people for one in moved) and any(said not in one.people for one in moved)
    assert any(one.method == "secondary_report" for one in told)
    assert {one.is_day_dated for one in told if one.kind == "headcount"} == {False, True}
    assert any((one.recorded_at - one.occurred_at).days > 1 for one in told)
    assert [one.content for one in told_by(job, sites)] == [one.content for one in told]
    assert all(one.position for one in sites), "so that there is a map"


@pytest.mark.slow
def test_the_command_fills_the_ledger_and_everything_follows(database: str) -> None:
    asked = ["--shelters", "40", "--reports", "4000", "--days", "45", "--seed", "3"]
    done = CliRunner().invoke(cli.simulate, asked, catch_exceptions=False)
    assert done.output.splitlines()[-1] == "simulated-40-4000-45-3"
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM reports WHERE device = :it"), {"it": DEVICE}) == 4_000
        assert session.scalar(text("SELECT count(*) FROM marks")) == 0
        assert session.scalar(text("SELECT count(*) FROM place_now WHERE day IS NOT NULL")) > 30
        assert [difference for part in verify(session) for difference in part] == []
    with pytest.raises(cli.Simulated):
        CliRunner().invoke(cli.simulate, asked, catch_exceptions=False)


def test_doubles_are_told_beside_everything_else_the_same_each_time(session: Session) -> None:
    asked: dict[str, Any] = {"shelters": 30, "reports": 5_000, "days": 60}
    job, sites = cli.prepare(session, **asked, seed=1, doubles=30)
    told = told_by(job, sites)
    firsts, again = {one.id: one for one in told if one.doubles is None}, [one for one in told if one.doubles]
    assert len(firsts) == 5_000 and len(again) > 50
    assert [one.content for one in told_by(job, sites)] == [one.content for one in told]
    pairs = [(firsts[one.doubles], one) for one in again]
    assert all(abs(one.occurred_at - first.occurred_at) <= TOLD_WITHIN for first, one in pairs)
    assert {one.to in first.to.codes for first, one in pairs} == {True}
    others = [
        (first.to != one.to, first.group_id != one.group_id, first.people.get("total") != one.people.get("total"))
        for first, one in pairs
    ]
    assert all(set(differs) == {False, True} for differs in zip(*others, strict=True))
    plain, plain_sites = cli.prepare(session, **asked, seed=1)
    assert not any(one.doubles for one in told_by(plain, plain_sites))


def test_what_is_told_twice_is_taken_by_the_services_too(session: Session) -> None:
    job, sites = cli.prepare(session, shelters=10, reports=600, days=20, seed=2, doubles=50)
    actor = recorder(session, session.get_one(Operation, job.frame.operation_id))
    again = [one for one in told_by(job, sites) if one.doubles]
    rows = {row[0]: row for row in rows_of(job.frame, job.reporter, again)}
    for one in again:
        (result,) = take(session, actor=actor, reports=[one.content], device=DEVICE, recorded_at=one.recorded_at)
        assert result.status == "accepted", (one, result)
    stored = session.execute(text(f"SELECT {COLUMNS} FROM reports WHERE id = ANY(:ids)"), {"ids": list(rows)})
    for row in stored:
        assert dict(row._mapping) == {**dict(zip(row._fields, rows[row.id], strict=True)), "content": row.content}
