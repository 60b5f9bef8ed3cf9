"""The API over HTTP: who may, what comes back, what is kept."""

import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.accounts.service import disable_user
from app.core.db import new_session, unit_of_work
from app.factory import create_app
from tests.factories.operations import a_headcount, a_movement, a_shelter
from tests.factories.pages import words_of
from tests.integration.conftest import Caller, fold

EVERYTHING = {"en": "Shelter KHM"}


def test_reports_become_figures_alerts_and_shelters(caller: Caller) -> None:
    reports = [
        a_shelter(code="KHM", capacity=100, status="open"),
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people={"cells": {"female:18-59": 60, "male:0-4": 30}}),
        a_movement(to="KHM", at="2025-03-10T13:00:00+03:00", people=20, origin="SY0602"),
    ]
    answer = caller.post("/reports", {"reports": reports})
    assert answer.status_code == HTTPStatus.OK
    assert [result["status"] for result in answer.json["results"]] == ["accepted"] * 3
    fold()
    [shelter] = caller.get("/population?by=shelter").json["items"]
    assert shelter["people"]["total"] == 110
    assert shelter["people"]["cells"] == {"female:18-59": 60, "male:0-4": 30, "unknown:unknown": 20}
    assert (shelter["basis"], shelter["free"], shelter["occupancy"]) == ("counted", -10, 1.1)
    areas = {item["area"]: item["people"]["total"] for item in caller.get("/population?by=area").json["items"]}
    assert areas == {"SY": 110, "SY06": 110, "SY0602": 110}
    cells = {item["cell"]: item["people"]["total"] for item in caller.get("/population?by=cell").json["items"]}
    assert sum(cells.values()) == 110
    [alert] = [one for one in caller.get("/alerts?status=open").json["items"] if one["rule"] != "silence"]
    assert (alert["shelter"], alert["severity"], alert["numbers"]) == (
        "KHM",
        "critical",
        {"people": 110, "places": 100},
    )
    assert caller.get("/shelters").json["items"][0]["name"] == EVERYTHING
    assert caller.get("/shelters/KHM").json["capacity"] == 100


def test_an_alert_is_acknowledged_by_who_decides_only(caller: Caller) -> None:
    reports = [a_shelter(code="KHM", capacity=10), a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=20)]
    caller.post("/reports", {"reports": reports})
    fold()
    [alert] = [one for one in caller.get("/alerts").json["items"] if one["rule"] == "occupancy"]
    path = f"/alerts/{alert['id']}/acknowledge"
    assert caller.post(path, {"comment": "on it"}, role="field_worker").status_code == HTTPStatus.FORBIDDEN
    assert caller.post(path, {"comment": "on it"}, role="coordinator").json["status"] == "acknowledged"
    gone = caller.post(f"/alerts/{uuid4()}/acknowledge", {}, role="coordinator")
    assert gone.status_code == HTTPStatus.NOT_FOUND
    assert gone.content_type == "application/problem+json"


def test_partners_see_governorates_and_nothing_finer(caller: Caller) -> None:
    caller.post("/reports", {"reports": [a_shelter(), a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=20)]})
    fold()
    assert [item["area"] for item in caller.get("/population?by=area", role="partner").json["items"]] == ["SY", "SY06"]
    for path in ("/population?by=shelter", "/population?by=cell", "/shelters", "/alerts"):
        assert caller.get(path, role="partner").status_code == HTTPStatus.FORBIDDEN


def test_partners_get_rounded_totals_and_nothing_to_reckon_back_from(caller: Caller) -> None:
    people = {"total": 84, "low": 80, "high": 91, "households": 17, "cells": {"female:0-4": 3, "male:60+": 1}}
    few = {"total": 7, "cells": {"female:0-4": 7}}
    reports = [
        a_shelter(code="KHM"),
        a_shelter(code="TRT", area="SY1002"),
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=people),
        a_headcount("TRT", at="2025-03-10T12:00:00+03:00", people=few),
        a_movement(source="TRT", at="2025-03-10T13:00:00+03:00", people=9),
    ]
    assert {one["status"] for one in caller.post("/reports", {"reports": reports}).json["results"]} == {"accepted"}
    fold()
    still = dict.fromkeys(("before", "came", "left", "adjusted"), 0)
    nothing = {"low": None, "high": None, "households": None, "cells": {}, "estimated": False}
    found = caller.get("/population?by=area", role="partner").json["items"]
    assert found == [
        {
            "area": area,
            "people": {"total": total, **nothing},
            "basis": "counted",
            "shortfall": 0,
            "uncounted": 0,
            **still,
        }
        for area, total in (("SY", 80), ("SY06", 80), ("SY10", 0))
    ]
    page = caller.page("/dashboard", "partner")
    assert "fewer than 10" in page
    assert not {"84", "91", "17"} & set(words_of(page).split())


def test_a_list_asked_again_unchanged_costs_nothing(caller: Caller) -> None:
    caller.post("/reports", {"reports": [a_shelter()]})
    fold()
    first = caller.get("/shelters")
    assert caller.get("/shelters", **{"If-None-Match": first.headers["ETag"]}).status_code == HTTPStatus.NOT_MODIFIED


def test_lists_are_read_page_by_page_without_loss(caller: Caller) -> None:
    codes = [f"S-{number}" for number in range(5)]
    caller.post("/reports", {"reports": [a_shelter(code=code) for code in codes]})
    fold()
    for path in ("/shelters", "/population"):
        seen, after = [], ""
        while after is not None:
            page = caller.get(f"{path}?limit=2{after and '&after=' + after}").json
            seen += [item["shelter"] for item in page["items"]]
            after = page["next"]
        assert seen == codes


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reports": []}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ([], HTTPStatus.UNPROCESSABLE_ENTITY),
        ({"reports": [{}] * 1001}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        ({"reports": [{"note": "x" * 3_000_000}]}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ],
)
def test_what_is_no_post_of_reports_is_refused_in_words(caller: Caller, body: Any, status: HTTPStatus) -> None:
    answer = caller.post("/reports", body)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    with new_session() as session:
        assert session.scalar(text("SELECT count(*) FROM reports")) == 0


def test_what_is_no_report_at_all_blocks_no_other(caller: Caller) -> None:
    answer = caller.post("/reports", {"reports": [1, None, "a", [], {}, a_shelter()]})
    assert [result["status"] for result in answer.json["results"]] == ["rejected"] * 5 + ["accepted"]


def test_who_is_shut_out_is_refused_within_a_second(caller: Caller) -> None:
    def answer() -> int:
        return int(
            caller.post(
                "/reports", {"reports": [a_movement(to="SY0602", at="2025-03-10T12:00:00+03:00", people=1)]}
            ).status_code
        )

    assert answer() == HTTPStatus.OK
    with unit_of_work() as session:
        worker = "SELECT email FROM users JOIN memberships ON user_id = id WHERE role = 'field_worker'"
        disable_user(session, email=str(session.scalar(text(worker))))
    until = time.monotonic() + 1
    while answer() == HTTPStatus.OK:
        assert time.monotonic() < until


def test_a_cookie_alone_changes_nothing_through_the_api(database: str) -> None:
    """A page of another site can make a browser send the cookie; only our own pages send the rest."""
    client = create_app().test_client()
    answer = client.post("/api/v1/reports", json={"reports": [a_shelter()]})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.content_type == "application/problem+json"


def test_the_api_describes_itself(caller: Caller) -> None:
    described = caller.client.get("/api/v1/openapi.json").json
    assert described["openapi"].startswith("3.1")
    assert {"/api/v1/reports", "/api/v1/population", "/api/v1/shelters", "/api/v1/alerts"} <= set(described["paths"])
    assert caller.client.get("/api/docs").status_code == HTTPStatus.OK
