"""The API does not change by accident: its description is kept beside this file and compared."""

import difflib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from flask_openapi3.openapi import OpenAPI

from app.core.description import ALWAYS, Out, described
from app.factory import create_app
from app.intake.schemas import ReportShape, ShelterFields
from app.shelters.api import NAMED_BY_US, SAID_OF_IT
from config.settings import Settings
from tests.guards.project import nothing

KEPT = Path(__file__).with_name("openapi.json")
WRITE = "WRITE_OPENAPI"  # WRITE_OPENAPI=1 .venv/bin/pytest tests/guards/test_openapi.py
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@pytest.fixture(scope="module")
def application() -> OpenAPI:
    away = {"database_url": "postgresql://nowhere/none", "redis_url": "redis://127.0.0.1:1/0"}
    return create_app(Settings(mawa_env="test", secret_key="only for tests", **away))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def description(application: OpenAPI) -> dict[str, Any]:
    return described(application)


def written(description: Any) -> str:
    return json.dumps(description, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def changes(kept: str, now: str) -> list[str]:
    """What is different, as `diff -u` says it."""
    return list(difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "now", n=4, lineterm=""))


def undescribed(application: OpenAPI, description: dict[str, Any]) -> list[str]:
    """Routes of the API that the description does not have."""
    found = []
    for rule in application.url_map.iter_rules():
        path = rule.rule.replace("<uuid:", "{").replace("<", "{").replace(">", "}")
        if path.startswith("/api/v1/") and path != "/api/v1/openapi.json":
            operations = description["paths"].get(path, {})
            asked = (rule.methods or set()) & METHODS
            found += [f"{method} {path}" for method in sorted(asked) if method.lower() not in operations]
    return sorted(found)


def incomplete(description: dict[str, Any]) -> list[str]:
    """Operations that leave a reader guessing."""
    found = []
    names: set[str] = set()
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            what = f"{method.upper()} {path}"
            responses = operation["responses"]
            if not operation.get("summary"):
                found.append(f"{what} says not what it does")
            if "schema" not in responses.get("200", {}).get("content", {}).get("application/json", {}):
                found.append(f"{what} says not what it answers: responses=answers(…)")
            if operation["operationId"] in names or operation["operationId"].endswith(f"_{method}"):
                found.append(f"{what} has no name of its own: operation_id=…")
            names.add(operation["operationId"])
            found += [f"{what} does not declare {status:d}" for status in ALWAYS if str(int(status)) not in responses]
    return found


def outs(base: type[Out] = Out) -> list[type[Out]]:
    found = []
    for shape in base.__subclasses__():
        found += [shape, *outs(shape)]
    return found


def with_defaults(shapes: list[type[Out]]) -> list[str]:
    """Fields of answers that could be forgotten without anybody noticing."""
    return [
        f"{shape.__name__}.{name} has a default"
        for shape in shapes
        if shape.__module__.startswith("app.")
        for name, field in shape.model_fields.items()
        if not field.is_required()
    ]


def test_the_api_is_as_it_was_promised(description: dict[str, Any]) -> None:
    if os.environ.get(WRITE):
        KEPT.write_text(written(description))
    found = changes(KEPT.read_text(), written(description))
    if found:
        found += ["", "The API has changed. If that is meant, say so in CHANGELOG.md and write it down:"]
        found += [f"  {WRITE}=1 .venv/bin/pytest tests/guards/test_openapi.py"]
    nothing(found)


def test_every_route_is_described_in_full(application: OpenAPI, description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    nothing(undescribed(application, description) + incomplete(description))


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    asked = {part.split('"')[0] for part in json.dumps(description).split('"#/components/schemas/')[1:]}
    nothing([f"there is no {name}" for name in sorted(asked - schemas.keys())])
    nothing([f"nobody asks for {name}" for name in sorted(schemas.keys() - asked)])


def test_every_kind_of_report_is_described(description: dict[str, Any]) -> None:
    reports = description["components"]["schemas"]["Post"]["properties"]["reports"]["items"]
    assert reports["discriminator"]["propertyName"] == "kind"
    assert {"shelter", "shelter_state", "group", "movement", "headcount"} <= set(reports["discriminator"]["mapping"])


def test_answers_have_no_defaults() -> None:
    nothing(with_defaults(outs()))


def test_a_shelter_is_shown_with_all_that_can_be_said_of_it() -> None:
    assert set(SAID_OF_IT) | NAMED_BY_US >= ShelterFields.model_fields.keys() - ReportShape.model_fields.keys()


def test_it_finds_planted_changes(application: OpenAPI, description: dict[str, Any]) -> None:
    assert changes('{\n "a": 1\n}\n', '{\n "a": 2\n}\n')[-3:] == ['- "a": 1', '+ "a": 2', " }"]
    paths = dict(description["paths"])
    del paths["/api/v1/shelters"]
    assert undescribed(application, {**description, "paths": paths}) == ["GET /api/v1/shelters"]
    planted = {"paths": {"/api/v1/x": {"get": {"operationId": "x_get", "responses": {}}}}}
    assert len(incomplete(planted)) == 3 + len(ALWAYS)


class Planted(Out):
    told: int
    forgotten: int | None = None


def test_it_finds_a_planted_default() -> None:
    Planted.__module__ = "app.planted"
    found = with_defaults([Planted])
    Planted.__module__ = __name__
    assert found == ["Planted.forgotten has a default"]
