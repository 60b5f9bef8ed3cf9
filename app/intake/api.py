"""`POST /api/v1/reports`."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SkipValidation
from pydantic.config import JsonDict
from pydantic_core import to_json

from app.core import http
from app.core.description import Out, answers
from app.core.text import mark, render
from app.intake.queries.noticed import append
from app.intake.schemas import AnyReport, Status
from app.intake.service import take
from app.intake.service.together import Together

MOST_REPORTS = 1_000

TOO_MANY = mark("Send at most %(most)s reports at a time.")

together = Together()
api = APIBlueprint("reports", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="reports")])


Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]

EXAMPLE: JsonDict = {
    "sent_at": "2025-03-17T09:31:04+03:00",
    "device": "registration desk 2",
    "reports": [
        {
            "id": "6f2c1f0e-3d0b-4a55-9d52-0f6f6a1c7a11",
            "kind": "movement",
            "occurred_at": "2025-03-17T09:30:00+03:00",
            "origin": "SY1002",
            "to": {"shelter": "TRT-HALL"},
            "people": {"cells": {"female:0-4": 4, "female:18-59": 7}},
        }
    ],
}


class Post(BaseModel):
    """One or many reports of any kind, mixed, in order. `sent_at` is the sender's clock at sending.

    Each report is read on its own: what is wrong with one is said in its answer and blocks no other.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    sent_at: AwareDatetime | None = None
    device: Line | None = None
    reports: Annotated[
        list[SkipValidation[AnyReport]], Field(min_length=1, json_schema_extra={"maxItems": MOST_REPORTS})
    ]


class WarnedOut(Out):
    """The report is stored; this is worth knowing all the same."""

    code: str
    message: str
    details: dict[str, Any]


class FaultOut(Out):
    """Why a report is not stored: `field` is a dotted path into it."""

    field: str
    code: str
    message: str


class StandingOut(Out):
    """The version that counts: its id, and what it says. `report` null: it was taken back. A position somebody else
    said is rounded for who may not see it exactly; sent back as it was read, it stays as it stands."""

    id: UUID
    report: dict[str, Any] | None


class ResultOut(Out):
    """`id` null: there was none to read. `code`: of the shelter or group that was made. `standing`: with a correction
    that came too late, the version to look at."""

    id: UUID | None
    status: Status
    code: str | None
    warnings: list[WarnedOut]
    errors: list[FaultOut]
    standing: StandingOut | None


class Answers(Out):
    """One answer for each report, in the order sent; 200 even when some were rejected."""

    results: list[ResultOut]


@api.post("/reports", operation_id="post_reports", responses=answers(Answers))
@http.requires("report")
def post_reports(body: Post) -> Response:
    """Take reports in. Sending one again is harmless: it answers `duplicate`."""
    if len(body.reports) > MOST_REPORTS:
        title = render(TOO_MANY, g.actor.language, most=MOST_REPORTS)
        return http.problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_many_reports", title)
    results = take(
        http.session(),
        actor=g.actor,
        reports=body.reports,
        sent_at=body.sent_at,
        device=g.actor.device or body.device,  # of a browser we know it; nobody says they are another
        append=together.append if len(body.reports) == 1 else append,
    )
    return Response(to_json({"results": results}), content_type="application/json")
