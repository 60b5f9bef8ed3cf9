"""`/healthz`, `/readyz` and `/metrics`."""

from dataclasses import asdict
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError

from app import LOADING_SINCE
from app.admin.queries.readiness import Readiness, readiness
from app.core import db
from app.core.errors import NotAllowed
from app.core.http import NOT_YOURS, public
from app.core.kept import Kept
from config.settings import settings

pages = Blueprint("operations", __name__)

_kept: Kept[str, Readiness] = Kept(seconds=1)  # whoever asks from elsewhere, and however often, costs one look


@pages.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """This process is alive."""
    return {"status": "alive"}


@pages.get("/readyz")
@public
def readyz() -> tuple[dict[str, Any], int]:
    """Whether work gets done, in all operations. 503 while the database is away, migrations are pending or no worker
    has answered. How much is under way would tell strangers when reports and alerts come: who asks from elsewhere
    learns only whether it is ready."""
    is_from_inside = _is_from_inside()
    found = _looked() if is_from_inside else _kept.get("strangers", _looked)
    assert found is not None
    said = asdict(found) if is_from_inside else {"ready": found.ready}
    return said, HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE


@pages.get("/metrics")
@public
def metrics() -> Response:
    """What Prometheus reads: to whoever knows METRICS_TOKEN, where that is set; else to who asks from inside."""
    if not _may_measure():
        raise NotAllowed("not_allowed", NOT_YOURS)
    # Most installations are measured by nobody: what writes it is loaded where somebody asks.
    from app.admin.queries.metrics import metrics as measured

    try:
        with db.new_snapshot() as session:
            found = measured(session, since=LOADING_SINCE)
    except OperationalError:
        return Response("The database does not answer.\n", HTTPStatus.SERVICE_UNAVAILABLE, content_type="text/plain")
    return Response(found, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure() -> bool:
    token = settings().metrics_token
    if token is None:
        return _is_from_inside()
    said = request.authorization
    return said is not None and said.type == "bearer" and compare_digest((said.token or "").encode(), token.encode())


def _looked() -> Readiness:
    try:
        with db.new_snapshot() as session:
            return readiness(session, since=LOADING_SINCE)
    except OperationalError:
        return Readiness(False, ["The database does not answer."])


def _is_from_inside() -> bool:
    """Whether somebody asks from this machine or its private network, past the server that faces the world."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_private
    except ValueError:
        return False
