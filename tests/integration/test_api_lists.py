"""Lists of the API go on where they stopped, and what a program has already is not sent again."""

from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import text

from app.core.db import unit_of_work
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state
from tests.integration.conftest import Caller, fold

AREAS = ["SY0602", "SY1002", "SY0600"]


@pytest.fixture
def full(caller: Caller) -> Caller:
    """Six shelters in three districts, three of them over and two nearly full, all since the same minute or so."""
    reports: list[dict[str, Any]] = []
    for number, people in enumerate([120, 95, 130, 96, 140, 10]):
        code = f"S-{number}"
        reports.append(a_shelter(code=code, capacity=100, status="open", area=AREAS[number % 3]))
        cells = {"female:18-59": people - 5, "male:0-4": 5}
        reports.append(a_headcount(code, at=f"2025-03-1{number % 2}T12:00:00+03:00", people={"cells": cells}))
    answer = caller.post("/reports", {"reports": reports})
    assert {result["status"] for result in answer.json["results"]} == {"accepted"}
    fold()
    return caller


def read(caller: Caller, path: str, limit: int) -> list[Any]:
    """All of a list, page by page."""
    items, after = [], ""
    while after is not None:
        page = caller.get(f"{path}limit={limit}&after={after}").json
        assert len(page["items"]) <= limit
        items += page["items"]
        after = page["next"]
    return items


LISTS = ["/shelters?", "/alerts?", "/population?", "/population?by=area&", "/population?by=cell&"]


@pytest.mark.parametrize("path", LISTS)
def test_pages_together_are_the_whole_list(full: Caller, path: str) -> None:
    whole = full.get(path).json
    assert len(whole["items"]) > 1
    assert whole["next"] is None
    for limit in (1, 2, len(whole["items"])):
        assert read(full, path, limit) == whole["items"]


def test_flows_go_on_past_a_shelter_that_is_called_as_an_area(full: Caller) -> None:
    reports = [
        a_shelter(code="SY0602", area="SY0602"),
        a_movement(to="SY0602", at="2025-03-12T12:00:00+03:00", people=3, origin="SY1002"),  # the area: in the open
        {**a_movement(at="2025-03-12T12:00:00+03:00", people=4, origin="SY1002"), "to": {"shelter": "SY0602"}},
    ]
    assert {one["status"] for one in full.post("/reports", {"reports": reports}).json["results"]} == {"accepted"}
    fold()
    whole = full.get("/flows").json["items"]
    assert [flow["people"] for flow in whole if "SY0602" in flow["place"].values()] == [4, 3]
    assert read_flows(full, 1) == read_flows(full, 2) == whole


def read_flows(caller: Caller, limit: int) -> list[Any]:
    """`limit` is in places, each of which may have several flows."""
    items, after = [], ""
    while after is not None:
        page = caller.get(f"/flows?limit={limit}&after={after}").json
        items += page["items"]
        after = page["next"]
    return items


def test_an_area_is_asked_about_alone_and_a_shelter_too(full: Caller) -> None:
    banyas = full.get("/population?area=SY1002").json
    assert [item["shelter"] for item in banyas["items"]] == ["S-1", "S-4"]
    assert full.get("/population?by=area&area=SY1002").json["items"][0]["people"]["total"] == 235
    cells = {
        item["cell"]: item["people"]["total"] for item in full.get("/population?by=cell&area=SY1002").json["items"]
    }
    assert (cells["female:18-59"], cells["male:0-4"]) == (225, 10)
    days = full.get("/population?by=day&area=SY1002&since=2025-03-10&as_of=2025-03-12").json["items"]
    assert [day["people"]["total"] for day in days] == [140, 235, 235]
    assert [item["shelter"] for item in full.get("/population?shelter=S-4").json["items"]] == ["S-4"]
    for path in ("by=cell&shelter=S-4", "by=area&shelter=S-4", "shelter=S-4&area=SY1002"):
        assert full.get(f"/population?{path}").json["code"] == "one_shelter", path
    assert full.get("/population?area=SY9999").status_code == HTTPStatus.NOT_FOUND
    assert full.get("/population?by=area&area=SY1002", role="partner").status_code == HTTPStatus.FORBIDDEN


def test_alerts_stand_critical_first_then_the_longest(full: Caller) -> None:
    alerts = full.get("/alerts").json["items"]
    order = [(alert["severity"] != "critical", alert["since"], alert["id"]) for alert in alerts]
    assert order == sorted(order)
    assert {alert["severity"] for alert in alerts} == {"critical", "warning"}


def test_a_list_goes_on_although_its_last_item_is_gone(full: Caller) -> None:
    first = full.get("/alerts?limit=2").json
    rest = [alert["id"] for alert in full.get("/alerts").json["items"]][2:]
    with unit_of_work() as session:
        ended = "UPDATE alerts SET status = 'resolved', ended_at = now() WHERE id = :id"
        session.execute(text(ended), {"id": first["items"][-1]["id"]})
    assert [alert["id"] for alert in full.get(f"/alerts?after={first['next']}").json["items"]] == rest


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/alerts?after=KHM", "not_of_shape"),
        ("/alerts?after=2.0.6f2c1f0e3d0b4a559d520f6f6a1c7a11", "not_of_shape"),
        ("/alerts?after=0.99999999999999999.6f2c1f0e3d0b4a559d520f6f6a1c7a11", "not_of_shape"),
        ("/shelters?after=" + "A" * 81, "not_of_shape"),
        ("/shelters?after=%00", "not_of_shape"),
        ("/population?after=%D8%A3", "not_of_shape"),
        ("/population?by=cell&after=female:0-5", "bad_cursor"),
    ],
)
def test_what_is_no_cursor_is_said_to_be_none(caller: Caller, path: str, code: str) -> None:
    answer = caller.get(path)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.json["code"] == code
    assert "after" in (answer.json.get("field"), *(mistake["field"] for mistake in answer.json.get("errors", [])))


@pytest.mark.parametrize("since", ["9999999999999999", "-9999999999999999", "0"])
def test_a_cursor_of_any_time_is_a_place_in_the_list(caller: Caller, since: str) -> None:
    assert caller.get(f"/alerts?after=0.{since}.6f2c1f0e3d0b4a559d520f6f6a1c7a11").status_code == HTTPStatus.OK


def test_a_word_that_is_not_known_is_refused(caller: Caller) -> None:
    for path in ("/population?as_off=2025-03-10T12:00:00Z", "/shelters?pages=2", "/alerts?stauts=open"):
        assert caller.get(path).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize("path", [*LISTS, "/shelters/S-1", "/openapi.json"])
def test_what_is_asked_again_unchanged_is_not_sent_again(full: Caller, path: str) -> None:
    first = full.get(path)
    tag = first.headers["ETag"]
    again = full.get(path, **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (HTTPStatus.NOT_MODIFIED, b"")
    assert again.headers["ETag"] == tag
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
    assert full.get(path, **{"If-None-Match": '"another"'}).status_code == HTTPStatus.OK


def test_what_has_changed_is_sent(full: Caller) -> None:
    paths = ("/population", "/population?by=area", "/population?by=cell", "/alerts", "/shelters", "/shelters/S-5")
    tags = {path: full.get(path).headers["ETag"] for path in paths}
    reports = [
        a_headcount("S-5", at="2025-03-12T12:00:00+03:00", people=300),
        a_shelter(code="S-6"),
        a_state("S-5", at="2025-03-12T12:00:00+03:00", capacity=90),
    ]
    answer = full.post("/reports", {"reports": reports})
    assert {result["status"] for result in answer.json["results"]} == {"accepted"}
    fold()
    for path, tag in tags.items():
        assert full.get(path, **{"If-None-Match": tag}).status_code == HTTPStatus.OK, path


def test_what_was_changed_and_what_failed_carries_no_tag(caller: Caller) -> None:
    for answer in (caller.post("/reports", {"reports": [a_shelter()]}), caller.get("/shelters/NONE")):
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
