"""`POST /api/v1/reports`."""

from http import HTTPStatus
from typing import Annotated, Any

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AwareDatetime, BaseModel, Field
from pydantic_core import to_json

from app.core import http
from app.core.text import mark, render
from app.intake.service import take

MOST_REPORTS = 1_000

TOO_MANY = mark("Send at most %(most)s reports at a time.")

api = APIBlueprint("reports", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="reports")])


class Post(BaseModel):
    """One or many reports of any kind, mixed, in order. `sent_at` is the sender's clock at sending."""

    sent_at: AwareDatetime | None = None
    device: Annotated[str, Field(max_length=200)] | None = None
    reports: Annotated[list[Any], Field(min_length=1)]


class WarnedOut(BaseModel):
    code: str
    message: str
    details: dict[str, Any]


class FaultOut(BaseModel):
    field: str
    code: str
    message: str


class ResultOut(BaseModel):
    id: str | None
    status: str
    code: str | None
    warnings: list[WarnedOut]
    errors: list[FaultOut]


class Answers(BaseModel):
    """One answer for each report, in the order sent; 200 even when some were rejected."""

    results: list[ResultOut]


@api.post("/reports", responses={HTTPStatus.OK: Answers})
@http.requires("report")
def post_reports(body: Post) -> Response:
    """Take reports in. Sending one again is harmless: it answers `duplicate`."""
    if len(body.reports) > MOST_REPORTS:
        title = render(TOO_MANY, g.actor.language, most=MOST_REPORTS)
        return http.problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_reports", title)
    results = take(http.session(), actor=g.actor, reports=body.reports, sent_at=body.sent_at, device=body.device)
    return Response(to_json({"results": results}), content_type="application/json")
