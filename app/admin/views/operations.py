"""`/healthz` and `/readyz`."""

from dataclasses import asdict
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, request
from sqlalchemy.exc import OperationalError

from app import LOADING_SINCE
from app.admin.queries.readiness import Readiness, readiness
from app.core import db
from app.core.http import public

pages = Blueprint("operations", __name__)


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
    try:
        with db.new_snapshot() as session:
            found = readiness(session, since=LOADING_SINCE)
    except OperationalError:
        found = Readiness(False, ["The database does not answer."])
    said = asdict(found) if _is_from_inside() else {"ready": found.ready}
    return said, HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE


def _is_from_inside() -> bool:
    """Whether somebody asks from this machine or its private network, past the server that faces the world."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.remote_addr or "").is_private
    except ValueError:
        return False
