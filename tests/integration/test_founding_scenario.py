"""Khmeimim, March and April 2025, as it was published: what a careful coordinator would say on each day, and no more.

Every figure is from the project's description of the situation (its table and the paragraph after it): no method,
number or day is added. "Several hundred" and "hundreds" are read as 200 to 999; "thousands" and "a few thousand" name
no number and are notes.
"""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from app.core.db import unit_of_work
from app.places.queries import list_operations
from app.places.service import AreaRow, load_areas
from tests.integration.conftest import Caller, fold

KHM = {"shelter": "KHM"}


def at(day: str) -> str:
    return f"2025-{day}T12:00:00+03:00"


def said(kind: str, day: str, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": kind, "occurred_at": at(day), "precision": "day", **more}


def press(day: str, people: dict[str, int], source: str) -> dict[str, Any]:
    return said("headcount", day, place=KHM, method="secondary_report", people=people, source=source)


SHELTER = {
    "id": str(uuid4()),
    "kind": "shelter",
    "occurred_at": "2025-03-06T08:00:00+03:00",
    "precision": "about",
    "code": "KHM",
    "name": {"en": "Khmeimim air base", "ar": "قاعدة حميميم الجوية"},
    "aliases": ["Hmeimim", "Humaymim", "Bassel al-Assad airport", "حميميم"],
    "site_type": "other",
    "building": "military_facility",
    "area": "SY0602",
}
MINISTRY = press("03-13", {"low": 8000, "high": 9000}, "Russian foreign ministry")
PUBLISHED = [
    press("03-09", {"low": 200, "high": 999}, "press, 9 March"),
    said("note", "03-11", place=KHM, text="thousands inside and around the base", source="SOHR via AFP"),
    said("note", "03-12", place={"area": "SY"}, text="a few thousand forced to flee", source="Protection Cluster"),
    press("03-13", {"low": 200, "high": 999}, "press, citing Reuters"),
    MINISTRY,
    said("figure", "03-16", about={"operation": True}, measures="stock", people={"total": 51000}, source="UNFPA"),
    said("shelter_state", "03-17", shelter="KHM", admits={"text": "women and children only"}, source="UNICEF"),
    said("figure", "03-17", about={"area": "LB7"}, measures="cumulative_arrivals", people={"low": 19000}),
    said("figure", "04-02", about={"area": "LB"}, measures="cumulative_arrivals", people={"total": 29079}),
    said("note", "04-25", place=KHM, text="people still there", source="press"),
]

# Day: people, low, high, basis, competing figures, of figures published of Lebanon by then.
NOBODY = (None, None, None, "unknown")
DAYS = [
    ("03-08", NOBODY, 0, []),
    ("03-09", NOBODY, 1, []),
    ("03-11", NOBODY, 1, []),
    ("03-12", NOBODY, 1, []),
    ("03-13", NOBODY, 3, []),
    ("03-16", NOBODY, 3, []),
    ("03-17", NOBODY, 3, [("LB7", None, 19000)]),
    ("04-02", NOBODY, 3, [("LB", 29079, None), ("LB7", None, 19000)]),
    ("04-25", NOBODY, 3, [("LB", 29079, None), ("LB7", None, 19000)]),
]
# The same after a coordinator has put a number on the ministry's range and adopted it, the ministry's day being known.
COUNTED = (8500, 8000, 9000, "counted")
DECIDED = [("03-12", NOBODY, 1), ("03-13", COUNTED, 1), ("03-16", COUNTED, 1), ("04-25", COUNTED, 1)]


@pytest.fixture
def told(caller: Caller) -> Caller:
    """Everything published, entered through the API, out of order and twice."""
    with unit_of_work() as session:
        (operation,) = list_operations(session)
        lebanon = [AreaRow("LB", 0, None, {"en": "Lebanon"}), AreaRow("LB7", 1, "LB", {"en": "Akkar"})]
        load_areas(session, operation_id=operation.id, rows=lebanon)
    answers = caller.post("/reports", {"reports": [SHELTER, *PUBLISHED[::-1], *PUBLISHED]}).json["results"]
    assert [answer["status"] for answer in answers] == ["accepted"] * 11 + ["duplicate"] * 10, answers
    fold()
    return caller


def stands(caller: Caller, day: str, **more: str) -> tuple[Any, ...]:
    """People, low, high, basis; competing figures."""
    query = "&".join(f"{name}={value}" for name, value in {"as_of": f"2025-{day}", **more}.items())
    (item,) = caller.get(f"/population?{query}").json["items"]
    people = item["people"]
    return (people["total"], people["low"], people["high"], item["basis"]), item["competing"]


def abroad(caller: Caller, day: str) -> list[tuple[str, int | None, int | None]]:
    figures = caller.get(f"/figures?as_of=2025-{day}").json["items"]
    return [(one["area"], one["total"], one["low"]) for one in figures if one["area"]]


def test_what_a_careful_coordinator_says_on_each_day(told: Caller) -> None:
    for day, people, competing, lebanon in DAYS:
        assert stands(told, day) == (people, competing), day
        assert abroad(told, day) == lebanon, day


def test_nothing_published_of_areas_is_in_the_ledger(told: Caller) -> None:
    for by in ("area", "cell"):
        items = told.get(f"/population?by={by}&as_of=2025-04-25").json["items"]
        assert all(item["people"]["total"] is None for item in items)
    days = told.get("/population?by=day&as_of=2025-04-25&since=2025-03-06").json["items"]
    assert len(days) == (date(2025, 4, 25) - date(2025, 3, 6)).days + 1
    assert all(day["came"] == day["left"] == day["adjusted"] == 0 for day in days)
    assert told.get("/flows?as_of=2025-04-25").json["items"] == []


def test_a_coordinators_number_stands_from_the_day_it_was_true_and_what_was_known_before_stays(told: Caller) -> None:
    range_alone = {"id": str(uuid4()), "kind": "decision", "occurred_at": at("03-14"), "headcount": MINISTRY["id"]}
    adopt = {**range_alone, "adopt": True, "reason": "the only figure from inside the base"}
    assert told.post("/reports", {"reports": [adopt]}, "coordinator").json["results"][0]["status"] == "rejected"
    best = {key: value for key, value in MINISTRY.items() if key != "id"}
    best["people"] = {"low": 8000, "total": 8500, "high": 9000}
    correction = {
        "id": str(uuid4()),
        "kind": "correction",
        "occurred_at": at("03-14"),
        "corrects": MINISTRY["id"],
        "replacement": best,
        "reason": "closer to the middle of their range than to either end, until somebody counts",
    }
    adopt["id"] = str(uuid4())
    answers = told.post("/reports", {"reports": [correction, adopt]}, "coordinator").json["results"]
    assert [answer["status"] for answer in answers] == ["accepted", "accepted"], answers
    fold()
    for day, people, competing in DECIDED:
        assert stands(told, day)[0] == people, day
        assert stands(told, day)[1] == competing, day
    steps = told.get("/population/why?shelter=KHM&as_of=2025-04-25").json["reports"]
    # The press and the ministry stand at one instant with one weight: their ids, made here, put them in order.
    assert {step["effect"] for step in steps[:2]} == {"competes", "anchors"}
    assert [(step["effect"], step["after"]) for step in steps[2:]] == [("describes", 8500), ("notes", 8500)], steps
    (anchor,) = [step for step in steps if step["effect"] == "anchors"]
    assert anchor["decided"]["reason"] == adopt["reason"] and anchor["corrected"]
