"""What the door refuses, and where it says the fault lies."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
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
    ("a kind nobody knows", movement(kind="rumour"), "kind", "unknown_kind"),
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
    ("half a character", movement(note="\ud800"), "", "unprintable"),
    ("half a character in a cell", headcount(cells={"female:0-4\ud800": 1}), "", "unprintable"),
    ("half a character as a field", movement(**{"\udfff": 1}), "", "unprintable"),
    (
        "half a character in a correction",
        {"id": str(uuid4()), "kind": "correction", "occurred_at": NOON, "corrects": str(uuid4()), "reason": "a typo",
            "replacement": {"id": "\ud800"}},
        "",
        "unprintable",
    ),
    ("an hour past the last year", movement(occurred_at="9999-12-31T23:59:59-23:59"), "occurred_at", "not_a_time"),
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


def test_a_name_turns_nothing_that_stands_beside_it(session: Session, actor: Actor) -> None:
    """U+202E has what follows written backwards: "Camp X 130%" would be read as "Camp %031 X"."""
    turning = a_shelter(code="CAMP", name={"en": "Camp \u202eX", "ar": "\u2067مخيم"}, aliases=["Old\u2069 camp"])
    assert statuses(take(session, actor=actor, reports=[turning])) == ["accepted"]
    said = session.scalar(text("SELECT state FROM shelters WHERE code = 'CAMP'"))
    assert said is not None
    assert (said["name"], said["aliases"]) == ({"en": "Camp X", "ar": "مخيم"}, ["Old camp"])
    nameless = a_shelter(code="NONE", name={"en": "\u202e"})
    assert statuses(take(session, actor=actor, reports=[nameless])) == ["rejected"]
