"""The same report posted at the same moment through the web application, under its default limits."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.service import make_token
from app.core import clock, db
from app.factory import create_app
from app.intake.service import take
from tests.factories.operations import a_movement, a_shelter, make_actor, make_operation

SENDERS, ROUNDS = 32, 200


@pytest.mark.slow
def test_of_equal_posts_at_one_moment_exactly_one_is_accepted(database: str) -> None:
    with db.unit_of_work() as session:
        operation = make_operation(session)
        actor = make_actor(session, operation)
        take(session, actor=actor, reports=[a_shelter(capacity=100)])
        token = make_token(session, email=actor.email, operation_id=operation.id)
    application = create_app()
    reports = [a_movement(at="2025-03-10T12:00:00+03:00", to="KHM", people=n + 1) for n in range(ROUNDS)]
    barrier = Barrier(SENDERS, timeout=60)

    def post(client: Any, body: dict[str, Any]) -> list[str]:
        answer = client.post("/api/v1/reports", json=body, headers={"Authorization": f"Bearer {token}"})
        return [result["status"] for result in answer.json["results"]] if answer.status_code == 200 else [answer.status]

    def send(_: int) -> list[str]:
        client = application.test_client()
        said = []
        for report in reports:
            barrier.wait()
            said += post(client, {"reports": [report]})
        return said

    with ThreadPoolExecutor(SENDERS) as pool:
        by_sender = list(pool.map(send, range(SENDERS)))
    for answers in zip(*by_sender, strict=True):
        assert Counter(answers) == {"accepted": 1, "duplicate": SENDERS - 1}
    # A minute later the phone, whose clock is two days wrong, sends everything again.
    for wrong in (timedelta(days=2), timedelta(days=-2)):
        body = {"sent_at": (clock.now() + wrong).isoformat(), "device": "a phone", "reports": reports}
        assert set(post(application.test_client(), body)) == {"duplicate"}
    with db.unit_of_work() as session:
        stored = session.scalar(text("SELECT count(*) FROM reports WHERE kind = 'movement'"))
    assert stored == ROUNDS
