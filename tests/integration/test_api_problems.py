"""What goes wrong with the API is said to programs: problem+json with a stable code, and what HTTP asks for besides."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError

from app.core.description import Problem
from tests.factories.operations import a_headcount, a_shelter
from tests.integration.conftest import Caller

JSON = {"Content-Type": "application/json"}
ACKNOWLEDGE = f"/alerts/{uuid4()}/acknowledge"


def problem_of(answer: Any, status: int, code: str) -> Problem:
    """The problem an answer tells; it has to be this one."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    problem = Problem.model_validate(answer.json)
    assert (problem.status, problem.code, problem.type) == (status, code, f"urn:mawa:problem:{code}")
    assert problem.request_id == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return problem


def test_nobody_is_asked_for_a_token_before_anything_else(caller: Caller) -> None:
    for path in ("/shelters", "/shelters/KHM", "/alerts", "/population?by=nonsense"):
        answer = caller.client.get(f"/api/v1{path}", headers={"Authorization": "Bearer mawa_gone"})
        problem_of(answer, HTTPStatus.UNAUTHORIZED, "not_signed_in")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    answer = caller.client.post("/api/v1/reports", data="{", headers=JSON)
    problem_of(answer, HTTPStatus.UNAUTHORIZED, "not_signed_in")


def test_a_role_that_may_not_is_told_so(caller: Caller) -> None:
    problem_of(caller.get("/shelters?limit=0", role="partner"), HTTPStatus.FORBIDDEN, "not_allowed")
    problem_of(caller.get("/population?by=cell", role="partner"), HTTPStatus.FORBIDDEN, "not_allowed")
    problem_of(caller.post(ACKNOWLEDGE, {}), HTTPStatus.FORBIDDEN, "not_allowed")


@pytest.mark.parametrize("path", ["/nothing", "/reports/1", "/alerts/1/acknowledge"])
def test_an_address_that_is_not_there(caller: Caller, path: str) -> None:
    problem_of(caller.get(path), HTTPStatus.NOT_FOUND, "not_found")


@pytest.mark.parametrize("code", ["KHM", "khm", "%00", "%D8%A3", "a" * 300])
def test_a_shelter_that_is_not_there(caller: Caller, code: str) -> None:
    problem_of(caller.get(f"/shelters/{code}"), HTTPStatus.NOT_FOUND, "no_shelter")


def test_a_method_that_is_not_taken(caller: Caller) -> None:
    answer = caller.get("/reports")
    problem_of(answer, HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


@pytest.mark.parametrize(
    "body",
    ["", "{", '{"reports": [}', "\x80", '{"reports": [{"id": "\udc80"}]}', "[" * 100_000, "9" * 5_000],
)
def test_what_is_no_json_is_said_to_be_none(caller: Caller, body: str) -> None:
    sent = body.encode("utf-8", "surrogateescape" if "\udc80" in body else "strict")
    sent = b"\x80" if body == "\x80" else sent
    for path, role in (("/reports", "field_worker"), (ACKNOWLEDGE, "coordinator")):
        answer = caller.client.post(f"/api/v1{path}", data=sent, headers={**JSON, **caller.token(role)})
        problem_of(answer, HTTPStatus.BAD_REQUEST, "bad_request")


def test_json_nested_as_deep_as_it_can_be_read_breaks_nothing(caller: Caller) -> None:
    for depth in range(500, 1_000, 50):
        body = '{"reports": [{"id": ' + "[" * depth + "]" * depth + "}]}"
        answer = caller.client.post("/api/v1/reports", data=body, headers={**JSON, **caller.token("field_worker")})
        assert answer.status_code in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST), depth


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_what_is_not_said_to_be_json_is_not_read(caller: Caller, kind: str | None) -> None:
    answer = caller.client.post(
        "/api/v1/reports", data='{"reports": []}', content_type=kind, headers=caller.token("field_worker")
    )
    problem_of(answer, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/shelters?limit=0", "limit"),
        ("/shelters?limit=ten", "limit"),
        ("/alerts?status=closed", "status"),
        ("/alerts?after=%00", "after"),
        ("/population?by=month", "by"),
        ("/population?after=%D8%A3", "after"),
        ("/shelters?after=A%00", "after"),
    ],
)
def test_a_question_of_another_shape_names_its_part(caller: Caller, path: str, field: str) -> None:
    problem = problem_of(caller.get(path), HTTPStatus.UNPROCESSABLE_ENTITY, "not_of_shape")
    assert [mistake.field for mistake in problem.errors or []] == [field]


DEVICES = [{"reports": [{}], "device": device} for device in ("a\x00b", "\ud800", 7)]


@pytest.mark.parametrize("body", [[], 1, "text", {}, {"reports": None}, *DEVICES])
def test_a_body_of_another_shape_names_its_part(caller: Caller, body: Any) -> None:
    assert problem_of(caller.post("/reports", body), HTTPStatus.UNPROCESSABLE_ENTITY, "not_of_shape").errors


@pytest.mark.parametrize("comment", ["a\x00b", "\ud800"])
def test_a_comment_that_cannot_be_stored_is_refused(caller: Caller, comment: str) -> None:
    answer = caller.post(ACKNOWLEDGE, {"comment": comment}, role="coordinator")
    problem_of(answer, HTTPStatus.UNPROCESSABLE_ENTITY, "not_of_shape")


def test_half_a_character_anywhere_spoils_one_report_and_no_other(caller: Caller) -> None:
    cells = {"\ud800": 1, "female:0-4": 1}
    spoilt = [
        a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people={"cells": cells}),
        a_shelter(code="X") | {"id": "\ud800"},
        a_shelter(code="X") | {"kind": "\ud800"},
        a_shelter(code="X") | {"\ud800": "\ud800"},
        "\ud800",
        ["\ud800"],
    ]
    answer = caller.post("/reports", {"reports": [*spoilt, a_shelter()]})
    assert answer.status_code == HTTPStatus.OK
    assert [result["status"] for result in answer.json["results"]] == ["rejected"] * len(spoilt) + ["accepted"]


def test_too_large_a_post(caller: Caller) -> None:
    many = caller.post("/reports", {"reports": [{}] * 1_001})
    problem_of(many, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_reports")
    large = caller.post("/reports", {"reports": [{"note": "x" * 3_000_000}]})
    problem_of(large, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_entity_too_large")


def test_a_fault_of_ours_tells_nothing_of_the_inside(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("app.intake.api.take", fail)
    answer = caller.post("/reports", {"reports": [a_shelter()]})
    problem_of(answer, HTTPStatus.INTERNAL_SERVER_ERROR, "unexpected")
    assert "secret" not in answer.text


def test_a_database_that_is_away(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr("app.accounts.queries.actor_of_token", away)
    answer = caller.post("/reports", {"reports": [a_shelter()]})
    problem_of(answer, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
    assert answer.headers["Retry-After"] == "5"


def test_people_are_told_on_a_page(caller: Caller) -> None:
    assert caller.client.get("/nothing").content_type.startswith("text/html")
