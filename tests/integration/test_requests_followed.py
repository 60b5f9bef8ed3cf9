"""One word finds all that a request set going: its answer, the change of an alert, the mail, and the mail's leaving."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from app.alerts.notices import compose_mails
from app.alerts.refresh import refresh
from app.core import db
from app.outbox.transports import MailboxTransport
from app.places.models import Operation
from tests.factories.offices import Office
from tests.factories.operations import a_headcount, a_shelter, make_actor
from workers.tasks import outbox

NAME = "phone-3-post-8461"


@pytest.fixture
def each_step() -> Iterator[None]:
    """Logs as in JSON."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield
    structlog.configure(wrapper_class=before)


@pytest.mark.usefixtures("each_step")
@pytest.mark.parametrize("count", [1, 3])  # stored together with others, and by itself
def test_a_post_is_followed_to_the_mail_that_leaves(database: str, tmp_path: Path, count: int) -> None:
    office = Office()
    with db.unit_of_work() as session:
        make_actor(session, session.get_one(Operation, office.boss.scope.operation_id), role="coordinator")
    client = office.application.test_client()
    headers = {"Authorization": f"Bearer {office.keys[office.worker.email]}"}
    assert (
        client.post("/api/v1/reports", json={"reports": [a_shelter(capacity=100)]}, headers=headers).status_code == 200
    )
    headcounts = [a_headcount("KHM", at=f"2025-03-1{day}T12:00:00+03:00", people=120) for day in range(count)]
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
        answer = client.post("/api/v1/reports", json={"reports": headcounts}, headers={**headers, "X-Request-Id": NAME})
        with db.unit_of_work() as session:
            while refresh(session):
                pass
        with db.unit_of_work() as session:
            assert compose_mails(session) >= 1
        outbox.send_through(MailboxTransport(tmp_path / "mail"))
    assert answer.headers["X-Request-Id"] == NAME
    steps = {one["event"] for one in logged if NAME in (one.get("request_id"), *one.get("request_ids", ()))}
    assert steps == {"reports_taken", "alert_changed", "mail_written", "mail_sent"}
