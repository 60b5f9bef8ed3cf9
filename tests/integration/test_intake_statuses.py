"""The door of the ledger: what it answers, what it warns of, what it refuses and where it points."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.core import clock
from app.intake.schemas import Result
from app.intake.service import take
from tests.factories.amending import corrected
from tests.factories.operations import (
    a_headcount,
    a_movement,
    a_shelter,
    a_state,
    ids_of,
    make_actor,
    make_operation,
)

NOON = "2025-03-10T12:00:00+03:00"


@pytest.fixture
def actor(session: Session) -> Actor:
    found = make_actor(session, make_operation(session))
    assert statuses(take(session, actor=found, reports=[a_shelter(capacity=100)])) == ["accepted"]
    return found


def statuses(results: list[Result]) -> list[str]:
    return [result.status for result in results]


def faults(result: Result) -> list[tuple[str, str]]:
    return [(fault.field, fault.code) for fault in result.errors]


def stored(session: Session, actor: Actor) -> int:
    wanted = text("SELECT count(*) FROM reports WHERE operation_id = :operation")
    return session.scalar(wanted, {"operation": actor.scope.operation_id}) or 0


# -- statuses


def test_the_same_report_again_is_a_duplicate_and_another_under_its_id_a_conflict(
    session: Session, actor: Actor
) -> None:
    report = a_movement(at=NOON, to="KHM", people=52)
    other = report | {"people": {"total": 53}}
    results = take(session, actor=actor, reports=[report, report, other])
    assert statuses(results) == ["accepted", "duplicate", "conflict"]
    assert statuses(take(session, actor=actor, reports=[report, other])) == ["duplicate", "conflict"]
    assert faults(results[2]) == [("id", "other_content")]
    assert stored(session, actor) == 2


def test_a_duplicate_is_told_by_its_content_not_by_spaces_order_or_who_sends_it(session: Session, actor: Actor) -> None:
    report = a_headcount("KHM", at=NOON, people={"total": 12, "cells": {"male:0-4": 2, "female:60+": 1}})
    take(session, actor=actor, reports=[report])
    turned = dict(reversed(report.items())) | {
        "id": report["id"].upper(),
        "people": {"cells": {"female:60+": 1, "male:0-4": 2}, "total": 12},
    }
    results = take(session, actor=actor, reports=[turned], device="another", sent_at=clock.now() - timedelta(days=2))
    assert statuses(results) == ["duplicate"]


def test_a_correction_too_is_told_by_what_it_says(session: Session, actor: Actor) -> None:
    count = a_headcount("KHM", at="2025-03-10T09:00:00Z", people={"total": 12, "cells": {"male:0-4": 2}})
    fewer = {**count, "people": {"cells": {"male:0-4": 2}, "total": 11}}
    report = corrected(count["id"], fewer)
    turned = dict(reversed(report["replacement"].items())) | {"occurred_at": "2025-03-10T09:00:00+00:00"}
    results = take(session, actor=actor, reports=[count, report, {**report, "replacement": turned}])
    assert statuses(results) == ["accepted", "accepted", "duplicate"]
    other = {**report, "replacement": {**turned, "people": {"total": 10}}}
    assert statuses(take(session, actor=actor, reports=[other])) == ["conflict"]


def test_a_shelter_sent_again_answers_with_the_code_it_was_given(session: Session, actor: Actor) -> None:
    report = a_shelter()
    del report["code"]
    first, again, twice = (
        *take(session, actor=actor, reports=[report]),
        *take(session, actor=actor, reports=[report, report]),
    )
    assert [first.status, again.status, twice.status] == ["accepted", "duplicate", "duplicate"]
    assert first.code is not None
    assert {first.code, again.code, twice.code} == {first.code}


def test_the_id_of_another_operation_is_a_conflict_and_tells_nothing(session: Session, actor: Actor) -> None:
    report = a_movement(at=NOON, to="SY0602", people=52)
    take(session, actor=actor, reports=[report])
    stranger = make_actor(session, make_operation(session))
    assert statuses(take(session, actor=stranger, reports=[report])) == ["conflict"]


def test_what_refers_to_something_unknown_can_be_sent_again(session: Session, actor: Actor) -> None:
    shelter = a_shelter(code="BAN", area="SY1002")
    headcount = a_headcount("BAN", at=NOON, people=40)
    by_id = a_movement(at=NOON, people=4, to=shelter["id"])
    state = a_state("BAN", at=NOON, capacity=40)
    results = take(session, actor=actor, reports=[headcount, by_id, state])
    assert statuses(results) == ["unknown_reference"] * 3
    assert [faults(result) for result in results] == [
        [("place", "unknown_shelter")],
        [("to", "unknown_shelter")],
        [("shelter", "unknown_shelter")],
    ]
    results = take(session, actor=actor, reports=[shelter, headcount, by_id, state])
    assert statuses(results) == ["accepted"] * 4


def test_a_shelter_and_what_happens_there_come_in_one_post_by_its_id(session: Session, actor: Actor) -> None:
    shelter = a_shelter(code="BAN", area="SY1002")
    reports = [
        shelter,
        a_headcount(shelter["id"], at=NOON, people=40),
        a_movement(at=NOON, people=4, to=shelter["id"].upper(), source="KHM"),
        a_state(shelter["id"], at=NOON, capacity=60),
    ]
    assert statuses(take(session, actor=actor, reports=reports)) == ["accepted"] * 4
    places = session.scalars(text("SELECT DISTINCT place_id FROM reports WHERE place_id = :id"), {"id": shelter["id"]})
    assert len(places.all()) == 1


def test_one_bad_report_never_blocks_the_others(session: Session, actor: Actor) -> None:
    good = [a_movement(at=NOON, to="KHM", people=number) for number in (1, 2, 3)]
    bad: list[Any] = [
        a_movement(at=NOON, to="KHM", people=-1),
        a_movement(at=NOON, to="NOWHERE", people=1),
        a_shelter(code="KHM"),
        {"kind": "poem"},
        "not a report",
        None,
        [],
    ]
    results = take(session, actor=actor, reports=[good[0], *bad[:3], good[1], *bad[3:], good[2]])
    expected = ["accepted", "rejected", "unknown_reference", "rejected", "accepted", *["rejected"] * 4, "accepted"]
    assert statuses(results) == expected
    assert stored(session, actor) == 4


def test_a_code_belongs_to_one_report(session: Session, actor: Actor) -> None:
    results = take(session, actor=actor, reports=[a_shelter(code="BAN"), a_shelter(code="BAN"), a_shelter(code="KHM")])
    assert statuses(results) == ["accepted", "rejected", "rejected"]
    assert faults(results[1]) == faults(results[2]) == [("code", "code_taken")]


def test_a_code_that_looks_like_an_id_is_still_a_code(session: Session, actor: Actor) -> None:
    code = "0123456789ABCDEF0123456789ABCDEF"
    assert statuses(take(session, actor=actor, reports=[a_shelter(code=code)])) == ["accepted"]
    results = take(session, actor=actor, reports=[a_shelter(code=code), a_headcount(code, at=NOON, people=3)])
    assert statuses(results) == ["rejected", "accepted"]


def test_a_made_code_steps_aside_for_one_that_was_said(session: Session, actor: Actor) -> None:
    made = a_shelter()
    del made["code"]
    results = take(session, actor=actor, reports=[a_shelter(code="S-0001"), made])
    assert statuses(results) == ["accepted", "accepted"]
    assert results[1].code == "S-0002"


# -- scope


def unnamed(report: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key != "code"}


def a_group(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": "group", "occurred_at": NOON, **more}


@pytest.mark.parametrize("digits", ["99999999", "00000007", "4294967296"])
def test_a_number_written_by_hand_does_not_stop_the_numbers_we_make(
    session: Session, actor: Actor, digits: str
) -> None:
    reports = [a_shelter(code=f"S-{digits}"), a_group(code=f"G-{digits}")]
    assert statuses(take(session, actor=actor, reports=reports)) == ["accepted"] * 2
    made = []
    for _ in range(12):  # past the 7 too
        results = take(session, actor=actor, reports=[unnamed(a_shelter()), a_group()])
        assert statuses(results) == ["accepted"] * 2
        made += [result.code for result in results]
    assert len(set(made)) == 24
    assert all(len(code or "") == 6 for code in made)


@pytest.mark.parametrize("is_named_first", [True, False])
def test_a_made_code_steps_aside_for_one_said_in_the_same_post(
    session: Session, actor: Actor, is_named_first: bool
) -> None:
    named, unnamed_ = a_group(code="G-0001"), a_group()
    reports = [named, unnamed_] if is_named_first else [unnamed_, named]
    results = {str(result.id): result for result in take(session, actor=actor, reports=reports)}
    assert statuses(list(results.values())) == ["accepted"] * 2
    assert [results[named["id"]].code, results[unnamed_["id"]].code] == ["G-0001", "G-0002"]
    both = session.scalar(text("SELECT count(*) FROM groups WHERE id = ANY(:ids)"), {"ids": ids_of(reports)})
    assert both == 2


def test_what_was_refused_is_taken_mended_in_the_same_post(session: Session, actor: Actor) -> None:
    mended = a_headcount("KHM", at=NOON, people=5)
    refused = mended | {"people": {"cells": {"female:0-400": 5}}}
    elsewhere = mended | {"place": {"shelter": "NOWHERE"}}
    results = take(session, actor=actor, reports=[refused, elsewhere, mended, mended, refused])
    assert statuses(results) == ["rejected", "unknown_reference", "accepted", "duplicate", "rejected"]


def test_offsets_that_no_clock_has_are_moments_all_the_same(session: Session, actor: Actor) -> None:
    odd = a_movement(at="2025-03-10T23:59:00+23:59", left_at="2025-03-10T00:00:00+16:00", to="KHM", people=5)
    plain = a_movement(at="2025-03-10T12:00:00+15:59", to="KHM", people=5)
    state = a_state("KHM", at="2025-03-10T12:00:00-23:59", capacity=7)
    figure = {
        "id": str(uuid4()),
        "kind": "figure",
        "occurred_at": NOON,
        "about": {"area": "SY0602"},
        "measures": "cumulative_arrivals",
        "since": "2025-03-01T00:00:00+23:00",
        "people": {"total": 9},
    }
    reports = [odd, plain, state, figure]
    assert statuses(take(session, actor=actor, reports=reports)) == ["accepted"] * 4
    assert statuses(take(session, actor=actor, reports=reports)) == ["duplicate"] * 4
    at = session.scalars(text("SELECT occurred_at FROM reports WHERE id = :id"), {"id": odd["id"]}).one()
    assert at.isoformat() == "2025-03-10T00:00:00+00:00"


def test_a_field_worker_reports_only_in_their_areas_and_learns_nothing_of_others(
    session: Session, actor: Actor
) -> None:
    operation = actor.scope.operation_id
    take(session, actor=actor, reports=[a_shelter(code="BAN", area="SY1002")])
    worker = Actor(actor.user_id, actor.email, "field_worker", type(actor.scope)(operation, frozenset({"SY06"})))
    refused = [
        a_headcount("BAN", at=NOON, people=4),
        a_headcount("SY1002", at=NOON, people=4),
        a_headcount("NONE", at=NOON, people=4),
        a_state("BAN", at=NOON, capacity=4),
        a_movement(at=NOON, to="BAN", people=4),
        a_movement(at=NOON, to="SY10", people=4),
        a_movement(at=NOON, source="BAN", to="SY1002", people=4),
        a_shelter(code="NEW", area="SY1002"),
        a_headcount("SY", at=NOON, people=4),
    ]
    results = take(session, actor=worker, reports=refused)
    assert statuses(results) == ["unknown_reference"] * len(refused)
    assert faults(results[0]) == faults(results[2])
    assert results[0].errors == results[2].errors
    allowed = [
        a_headcount("KHM", at=NOON, people=4),
        a_headcount("SY0600", at=NOON, people=4),
        a_movement(at=NOON, source="BAN", to="KHM", people=4),
        a_movement(at=NOON, source="KHM", to="BAN", people=4),
        a_shelter(code="NEW", area="SY0600"),
    ]
    assert statuses(take(session, actor=worker, reports=allowed)) == ["accepted"] * len(allowed)


def test_what_was_taken_is_a_duplicate_though_the_sender_s_areas_shrank_since(session: Session, actor: Actor) -> None:
    taken = a_shelter(code="JBL"), a_headcount("JBL", at="2025-03-10T12:00:00+03:00", people=80)
    assert statuses(take(session, actor=actor, reports=taken)) == ["accepted", "accepted"]
    elsewhere = replace(actor, scope=Scope(actor.scope.operation_id, frozenset({"SY10"})))
    assert statuses(take(session, actor=elsewhere, reports=taken)) == ["duplicate", "duplicate"]
    other = taken[1] | {"people": {"total": 81}}
    assert statuses(take(session, actor=elsewhere, reports=[other])) == ["conflict"]
