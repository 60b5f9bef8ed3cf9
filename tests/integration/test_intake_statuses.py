"""The door of the ledger: what it answers, what it warns of, what it refuses and where it points."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.core import clock
from app.intake.schemas import Result
from app.intake.service import take
from tests.factories.operations import (
    a_headcount,
    a_movement,
    a_shelter,
    a_state,
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


# -- warnings and clocks


def test_a_closed_shelter_takes_people_with_a_warning(session: Session, actor: Actor) -> None:
    take(session, actor=actor, reports=[a_state("KHM", at=NOON, status="closed")])
    [result] = take(session, actor=actor, reports=[a_movement(at=NOON, to="KHM", people=4)])
    assert (result.status, [warning.code for warning in result.warnings]) == ("accepted", ["shelter_closed"])


def test_a_position_outside_the_country_is_taken_with_a_warning(session: Session, actor: Actor) -> None:
    [result] = take(session, actor=actor, reports=[a_shelter(code="X", lat=48.85, lon=2.35)])
    assert (result.status, [warning.code for warning in result.warnings]) == ("accepted", ["outside_country"])


@pytest.mark.parametrize("wrong", [timedelta(days=2), timedelta(days=-2), timedelta(minutes=6)])
def test_what_a_wrong_clock_filled_in_is_put_right_and_what_was_typed_is_not(
    session: Session, actor: Actor, wrong: timedelta
) -> None:
    now = clock.now()
    really, typed = now - timedelta(hours=3), now - timedelta(days=5)
    left_at = (really + wrong - timedelta(hours=1)).isoformat()
    by_device = a_movement(at=really + wrong, left_at=left_at, to="KHM", people=1, clock="device")
    by_hand = [a_movement(at=typed, to="KHM", people=2, clock="typed"), a_movement(at=typed, to="KHM", people=3)]
    results = take(session, actor=actor, reports=[by_device, *by_hand], sent_at=now + wrong)
    assert [[warning.code for warning in result.warnings] for result in results] == [["clock_shifted"], [], []]
    assert results[0].warnings[0].details == {"minutes": round(-wrong.total_seconds() / 60)}
    rows = session.execute(text("SELECT *, content ->> 'occurred_at' AS sent FROM reports WHERE kind = 'movement'"))
    at = {row.total: row for row in rows}
    assert abs(at[1].occurred_at - really) < timedelta(seconds=10)
    assert abs(at[1].left_at - (really - timedelta(hours=1))) < timedelta(seconds=10)
    assert (at[2].occurred_at, at[3].occurred_at) == (typed, typed)
    assert at[1].sent.startswith((really + wrong).isoformat()[:16])


def test_clocks_within_five_minutes_agree(session: Session, actor: Actor) -> None:
    now = clock.now()
    at = now - timedelta(hours=1)
    report = a_movement(at=at, to="KHM", people=1, clock="device")
    [result] = take(session, actor=actor, reports=[report], sent_at=now + timedelta(minutes=4, seconds=50))
    assert result.warnings == ()
    assert session.scalar(text("SELECT occurred_at FROM reports WHERE kind = 'movement'")) == at


@pytest.mark.parametrize("by", ["device", "typed"])
def test_what_lies_in_the_future_is_taken_as_now(session: Session, actor: Actor, by: str) -> None:
    ahead = clock.now() + timedelta(days=2)
    report = a_movement(at=ahead, left_at=(ahead - timedelta(hours=1)).isoformat(), to="KHM", people=1, clock=by)
    [result] = take(session, actor=actor, reports=[report])
    assert [warning.code for warning in result.warnings] == ["in_future"]
    row = session.execute(text("SELECT * FROM reports WHERE kind = 'movement'")).one()
    assert row.occurred_at == row.left_at == row.recorded_at


@pytest.mark.parametrize(
    ("occurred_at", "sent_at_days"),
    [
        ("9999-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59Z", -400),
        ("9999-12-31T23:59:59Z", -600_000),
        (NOON, -600_000),
        (NOON, 2_000_000),
        ("1950-01-01T00:00:00Z", 2_000_000),
    ],
)
def test_absurd_clocks_are_answered_not_tripped_over(
    session: Session, actor: Actor, occurred_at: str, sent_at_days: int | None
) -> None:
    sent_at = None if sent_at_days is None else clock.now() + timedelta(days=sent_at_days)
    report = a_movement(at=occurred_at, to="KHM", people=1, clock="device", precision="day")
    results = take(session, actor=actor, reports=[report, a_movement(at=NOON, to="KHM", people=2)], sent_at=sent_at)
    assert results[0].status in ("accepted", "rejected")
    assert results[1].status == "accepted"


# -- what is refused, and where


def movement(**more: Any) -> dict[str, Any]:
    return a_movement(at=NOON, to="KHM", people=5) | more


def headcount(**people: Any) -> dict[str, Any]:
    return a_headcount("KHM", at=NOON, people=people)


HOME = {"area": "SY0602"}
TOTAL = "people.total"
REFUSED: list[tuple[str, Any, str, str]] = [
    ("no id", {k: v for k, v in movement().items() if k != "id"}, "id", "missing"),
    ("an id that is none", movement(id="1"), "id", "not_an_id"),
    ("no kind", {k: v for k, v in movement().items() if k != "kind"}, "kind", "unknown_kind"),
    ("a kind nobody knows", movement(kind="poem"), "kind", "unknown_kind"),
    ("a kind that is a list", movement(kind=[]), "kind", "unknown_kind"),
    ("a kind of a later issue", movement(kind="correction"), "kind", "unknown_kind"),
    ("a field nobody knows", movement(peple=5), "peple", "unknown_field"),
    ("no people", {k: v for k, v in movement().items() if k != "people"}, "people", "missing"),
    ("a time without offset", movement(occurred_at="2025-03-10T12:00:00"), "occurred_at", "not_a_time"),
    ("a time in words", movement(occurred_at="yesterday"), "occurred_at", "not_a_time"),
    ("a time as a number", movement(occurred_at=1_741_600_000), "occurred_at", "not_a_time"),
    ("a time as a number in a string", movement(occurred_at="1741600000"), "occurred_at", "not_a_time"),
    ("a time that is null", movement(occurred_at=None), "occurred_at", "not_a_time"),
    ("a time before there were clocks", movement(occurred_at="0001-01-01T00:00:00+03:00"), "occurred_at", "not_a_time"),
    ("the first midnight", movement(occurred_at="0001-01-01T00:00:00Z", precision="day"), "occurred_at", "not_a_time"),
    ("left before there were clocks", movement(left_at="0001-01-01T00:00:00+03:00"), "left_at", "not_a_time"),
    ("a negative number", movement(people={"total": -5}), "people.total", "not_a_count"),
    ("a fraction", movement(people={"total": 5.5}), "people.total", "not_a_count"),
    ("a whole float", movement(people={"total": 5.0}), "people.total", "not_a_count"),
    ("a yes", movement(people={"total": True}), "people.total", "not_a_count"),
    ("digits in a string", movement(people={"total": "52"}), "people.total", "not_a_count"),
    ("Arabic digits in a string", movement(people={"total": "٥٢"}), "people.total", "not_a_count"),
    ("full-width digits", movement(people={"cells": {"female:0-4": "５２"}}), "people.cells.female:0-4", "not_a_count"),
    ("an astronomical number", movement(people={"total": 10**30}), "people.total", "too_many"),
    ("infinity", movement(people={"total": float("inf")}), "people.total", "not_a_count"),
    ("cells that come to too many", headcount(cells={"female:0-4": 9 * 10**6, "male:0-4": 10**7}), TOTAL, "too_many"),
    ("households that come to too many", headcount(households=3 * 10**6), "people.households", "too_many"),
    ("a cell outside the scheme", headcount(cells={"female:0-5": 1}), "people.cells.female:0-5", "unknown_cell"),
    ("cells above the total", headcount(total=3, cells={"female:0-4": 4}), "people.total", "cells_above_total"),
    ("low above best", headcount(total=3, low=4), "people.low", "low_above_total"),
    ("high below best", headcount(total=3, high=2), "people.high", "high_below_total"),
    ("high below low", headcount(low=4, high=2), "people.high", "high_below_low"),
    ("nothing said of the people", headcount(), "people.total", "nobody"),
    ("a movement of nobody", movement(people={"total": 0}), "people.total", "no_best_figure"),
    ("a movement of hundreds", movement(people={"low": 200, "high": 999}), "people.total", "no_best_figure"),
    ("a movement of no household", movement(people={"households": 0}), "people.total", "no_best_figure"),
    ("a headcount without method", {k: v for k, v in headcount(total=3).items() if k != "method"}, "method", "missing"),
    ("a method nobody knows", headcount(total=3) | {"method": "guess"}, "method", "not_in_list"),
    ("both shelter and area", movement(to={"shelter": "KHM", "area": "SY0602"}), "to", "place"),
    ("no place at all", movement(to={}), "to", "place"),
    ("neither end", movement(to=None), "to", "no_end"),
    ("both ends the same", movement(**{"from": {"shelter": "KHM"}}), "to", "same_place"),
    ("left after arriving", movement(left_at="2025-03-11T12:00:00+03:00"), "left_at", "left_after_arriving"),
    ("from an area that may be home", movement(**{"from": HOME}), "stayed_there", "stayed_there"),
    ("a NUL in a note", movement(note="a\x00b"), "", "unprintable"),
    ("a NUL in a cell", headcount(cells={"female:0-4\x00": 1}), "", "unprintable"),
    ("a NUL in a place", movement(to={"shelter": "K\x00"}), "", "unprintable"),
    ("half a character", movement(note="\ud800"), "note", "unprintable"),
    ("a small code", a_shelter(code="khm"), "code", "not_a_code"),
    ("a code with a line end", a_shelter(code="KHM\n"), "code", "not_a_code"),
    ("a shelter without a name", a_shelter(code="X", name={}), "name", "name"),
    ("a shelter named null", a_state("KHM", at=NOON, name=None), "name", "name"),
    ("a state that says nothing", a_state("KHM", at=NOON), "", "nothing_said"),
    ("a latitude that is none", a_shelter(code="X", lat=float("nan"), lon=36), "lat", "wrong"),
    ("a link that runs", movement(url="javascript:alert(1)"), "url", "wrong"),
    ("too long a note", movement(note="x" * 2_001), "note", "too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("report", "field", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_it_says_what_is_wrong_and_where(session: Session, actor: Actor, report: Any, field: str, code: str) -> None:
    good = movement(id=str(uuid4()))
    before = stored(session, actor)
    results = take(session, actor=actor, reports=[report, good])
    assert statuses(results) == ["rejected", "accepted"], results
    found = faults(results[0])
    assert code in [said for _, said in found], found
    if field:
        assert (field, code) in found
    assert all(fault.message for fault in results[0].errors)
    assert stored(session, actor) == before + 1


def test_the_same_id_may_be_sent_again_mended(session: Session, actor: Actor) -> None:
    bad = movement(people={"total": "٥٢"})
    assert statuses(take(session, actor=actor, reports=[bad])) == ["rejected"]
    assert statuses(take(session, actor=actor, reports=[bad | {"people": {"total": 52}}])) == ["accepted"]


@pytest.mark.parametrize(
    "report",
    [
        headcount(total=0),
        headcount(cells={}, total=50),
        headcount(low=200, high=999),
        headcount(low=19_000, total=19_000),
        headcount(households=12),
        movement(people={"households": 12}),
        movement(people={"cells": {"female:0-4": 9, "male:unknown": 2}}),
        movement(to=None, **{"from": {"shelter": "KHM"}}, reason="return"),
        movement(to=None, **{"from": HOME}, stayed_there=True),
        movement(to=HOME, **{"from": {"shelter": "KHM"}}),
        movement(note="أهلاً \u202e \U0001f6d6 '; DROP TABLE reports; --"),
        movement(origin="SY0602", group=None, reason=None, needs={"PL": 4}),
        movement(precision="about", basis="assumed", seen="both", source="phone", url="https://example.org/x"),
    ],
)
def test_it_takes_what_the_field_may_say(session: Session, actor: Actor, report: dict[str, Any]) -> None:
    [result] = take(session, actor=actor, reports=[report | {"id": str(uuid4())}])
    assert (result.status, result.errors) == ("accepted", ())


# -- scope


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
