"""The description of the API (OpenAPI 3.1), completed with what every operation has in common.

flask-openapi3 collects paths, parameters and answers. It drops words of JSON Schema that it does not know, so the
shapes are put in again as pydantic writes them; and what no operation should have to repeat is added here: the
errors, the entity tags, the token.
"""

from copy import deepcopy
from functools import lru_cache
from http import HTTPStatus
from typing import Any, get_type_hints

from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import JsonSchemaMode, models_json_schema

PREFIX = "/api/v1/"
MEANINGS = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON.",
    HTTPStatus.UNAUTHORIZED: "There is no token, or it is no longer good.",
    HTTPStatus.FORBIDDEN: "The person's role does not allow this.",
    HTTPStatus.NOT_FOUND: "Not there, or outside the person's areas: the answer is the same.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 2 MB, or holds more than 1,000 reports.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not said to be application/json.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Not of the shape described; `errors` or `field` name the parts to mend.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests in a short time, or too many open at once. Nothing was stored.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Our mistake. Nothing was stored.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database is away. Nothing was stored; send it again.",
}
ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
OF_A_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
NAMING = frozenset({"shelter", "area", "outside"})  # words of a query that name a place, which may not be there
REFERENCE = "#/components/schemas/{model}"


class Out(BaseModel):
    """A part of an answer: every field is always there, and no other."""

    model_config = ConfigDict(extra="forbid")


class Mistake(Out):
    """One part of a request that is not of its shape: `field` is a dotted path."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """What is wrong and what to do (RFC 9457). `title` is in the caller's language, `code` never changes."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    code: str
    request_id: str
    field: str | None = None
    errors: list[Mistake] | None = None


_answers: set[type[BaseModel]] = set()


def answers(model: type[BaseModel]) -> dict[Any, Any]:
    """What an operation answers when all is well."""
    _answers.add(model)
    return {HTTPStatus.OK: model}


@lru_cache(maxsize=1)
def described(application: OpenAPI) -> dict[str, Any]:
    """The whole description. Made once: routes do not change while a process runs."""
    description = deepcopy(application.api_doc)
    description["components"] = {
        "schemas": _schemas(application),
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A token made with `mawa user token`."}
        },
    }
    description["security"] = [{"bearer": []}]
    description["paths"] = {
        path: said for path, said in sorted(description["paths"].items()) if path.startswith(PREFIX)
    }
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            responses.pop(str(int(HTTPStatus.UNPROCESSABLE_ENTITY)), None)
            responses |= {str(int(status)): _problem(status) for status in _errors(path, operation)}
            if method == "get":
                responses["200"]["headers"] = {"ETag": _header("string", "Send it as If-None-Match next time.")}
                responses["304"] = {"description": "Nothing has changed since the answer with that ETag."}
            operation["responses"] = dict(sorted(responses.items()))
    return description


def _schemas(application: OpenAPI) -> dict[str, Any]:
    rules = (rule for rule in application.url_map.iter_rules() if rule.rule.startswith(PREFIX))
    bodies = {get_type_hints(application.view_functions[rule.endpoint]).get("body") for rule in rules}
    shapes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(body, "validation") for body in bodies if body is not None]
    shapes += [(model, "serialization") for model in _answers]
    shapes.append((Problem, "validation"))
    shapes.sort(key=lambda shape: shape[0].__name__)
    _, definitions = models_json_schema(shapes, ref_template=REFERENCE)
    return dict(sorted(definitions["$defs"].items()))


def _errors(path: str, operation: dict[str, Any]) -> list[HTTPStatus]:
    errors = list(ALWAYS)
    parameters = operation.get("parameters", [])
    if "{" in path or any(parameter["name"] in NAMING for parameter in parameters):
        errors.append(HTTPStatus.NOT_FOUND)
    if parameters or "requestBody" in operation:
        errors.append(HTTPStatus.UNPROCESSABLE_ENTITY)
    if "requestBody" in operation:
        errors += OF_A_BODY
    return errors


def _problem(status: HTTPStatus) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model=Problem.__name__)}
    problem: dict[str, Any] = {
        "description": MEANINGS[status],
        "content": {"application/problem+json": {"schema": schema}},
    }
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        problem["headers"] = {"Retry-After": _header("integer", "Seconds to wait before trying again.")}
    if status == HTTPStatus.UNAUTHORIZED:
        problem["headers"] = {"WWW-Authenticate": _header("string", "Bearer")}
    return problem


def _header(kind: str, meaning: str) -> dict[str, Any]:
    return {"description": meaning, "schema": {"type": kind}}
