"""`GET /api/v1/alerts` and acknowledging one."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import AwareDatetime, BaseModel, Field

from app.alerts.queries import CURSOR, cursor_of, list_alerts
from app.alerts.schemas import AlertRow, Severity, Status
from app.alerts.service import acknowledge
from app.core import http, pagination
from app.core.description import Out, answers

api = APIBlueprint("alerts", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="alerts")])

STATUSES = {"open": ("open", "acknowledged"), "ended": ("resolved", "withdrawn")}


class Asked(pagination.Question):
    """`open`: not ended, acknowledged ones included."""

    status: Literal["open", "ended"] = "open"
    after: Annotated[str, Field(pattern=rf"{CURSOR}|^$", description=pagination.CURSOR)] = ""
    limit: pagination.Limit = 1_000


class Named(BaseModel):
    alert_id: UUID


class Comment(BaseModel):
    """What the person does about it, for colleagues."""

    comment: (
        Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$", examples=["A team is on its way."])] | None
    ) = None


class AlertOut(Out):
    """`since`: when it became true; `opened_at`: when we learned it. `sentence` is in the reader's language. `numbers`
    are those behind it, by rule: occupancy has `people` at the shelter and `places` for people there, null where not
    known."""

    id: UUID
    shelter: str
    rule: str
    severity: Severity
    status: Status
    since: AwareDatetime
    opened_at: AwareDatetime
    sentence: str
    numbers: dict[str, int | float | str | None]


class AlertPage(Out):
    items: list[AlertOut]
    next: str | None


class AcknowledgedOut(Out):
    id: UUID
    status: Status


@api.get("/alerts", operation_id="list_alerts", responses=answers(AlertPage))
@http.requires("read")
def alerts(query: Asked) -> Response:
    """Alerts, critical first, then the longest standing. The numbers of an open one are those of now."""
    found = list_alerts(
        http.session(),
        actor=g.actor,
        language=g.actor.language,
        statuses=STATUSES[query.status],
        limit=query.limit + 1,
        after=query.after or None,
    )
    page, last = pagination.page(found, query.limit)
    return http.page_of([_out(row) for row in page], next_one=cursor_of(last) if last else None)


@api.post("/alerts/<uuid:alert_id>/acknowledge", operation_id="acknowledge_alert", responses=answers(AcknowledgedOut))
@http.requires("decide")
def acknowledge_alert(path: Named, body: Comment) -> dict[str, Any]:
    """Take an alert on. A second time changes nothing."""
    alert = acknowledge(http.session(), actor=g.actor, alert_id=path.alert_id, comment=body.comment)
    return {"id": str(alert.id), "status": alert.status}


def _out(row: AlertRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "shelter": row.shelter,
        "rule": row.rule,
        "severity": row.severity,
        "status": row.status,
        "since": http.instant(row.since),
        "opened_at": http.instant(row.opened_at),
        "sentence": row.sentence,
        "numbers": row.numbers,
    }
