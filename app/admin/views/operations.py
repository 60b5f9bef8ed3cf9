"""`/healthz` and `/readyz`."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Blueprint
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
    has answered."""
    try:
        with db.new_snapshot() as session:
            found = readiness(session, since=LOADING_SINCE)
    except OperationalError:
        found = Readiness(False, ["The database does not answer."])
    return asdict(found), HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
