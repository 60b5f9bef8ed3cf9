"""`GET /api/v1/alerts` and acknowledging one."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response, g
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from app.alerts.queries import list_alerts
from app.alerts.schemas import AlertRow
from app.alerts.service import acknowledge
from app.core import http

api = APIBlueprint("alerts", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="alerts")])

STATUSES = {"open": ("open", "acknowledged"), "ended": ("resolved", "withdrawn")}


class Asked(BaseModel):
    """`open`: not ended, acknowledged ones included."""

    status: Literal["open", "ended"] = "open"
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class Named(BaseModel):
    alert_id: UUID


class Comment(BaseModel):
    comment: Annotated[str, Field(max_length=2_000)] | None = None


@api.get("/alerts")
@http.requires("read")
def alerts(query: Asked) -> Response:
    """Alerts, critical first. The numbers of an open one are those of now."""
    found = list_alerts(
        http.session(),
        scope=g.actor.scope,
        language=g.actor.language,
        statuses=STATUSES[query.status],
        limit=query.limit,
    )
    return http.page_of([_out(row) for row in found])


@api.post("/alerts/<uuid:alert_id>/acknowledge")
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
