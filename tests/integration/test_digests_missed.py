"""Digests that are late, that wait, or whose reader changes: nothing that was over is left out, and nobody is sent what
they may not read."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from app.accounts import service as accounts
from app.alerts.digests import compose_digests
from app.outbox.models import Mail
from app.outbox.service import claim
from tests.factories.trials import Trial
from workers.tasks.outbox import _still_meant

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("areas", "leaves_"), [(["SY06", "SY10"], True), (None, True), (["SY10"], False)])
def test_a_digest_that_waits_leaves_for_who_may_still_read_all_of_it(
    trial: Trial, areas: list[str] | None, leaves_: bool
) -> None:
    rana = trial.coordinator(["SY06"])
    trial.wish(rana, how="daily")
    trial.clock.move_to(datetime.fromisoformat("2025-03-14T07:00:00+03:00"))
    assert compose_digests(trial.session) == 1
    accounts.change_member(
        trial.session, user_id=rana.user_id, operation_id=trial.operation.id, role="coordinator", areas=areas
    )
    left = _still_meant(trial.session, claim(trial.session, limit=10))
    assert [mail.recipient for mail in left] == ([rana.email] if leaves_ else [])


def test_a_late_digest_leaves_out_nothing_that_was_over_by_the_next(trial: Trial) -> None:
    """The first is written at nine, two hours late; what was over by eight stands in it or in the next."""
    trial.wish(trial.coordinator(), how="daily")
    trial.shelter("KHM")
    morning = datetime.fromisoformat("2025-03-14T07:00:00+03:00")
    trial.clock.move_to(morning - HOUR)
    trial.count("KHM", 120)
    trial.clock.move_to(morning + HOUR)
    trial.leave("KHM", 110)
    trial.clock.move_to(morning + 2 * HOUR)
    assert compose_digests(trial.session) == 1
    trial.clock.move_to(morning + timedelta(days=1, hours=3))
    assert compose_digests(trial.session) == 1
    first, second = trial.session.scalars(select(Mail).order_by(col(Mail.created_at)))
    assert all("below its places again" in mail.text for mail in (first, second))


def test_whoever_had_digests_loses_none_by_wanting_more(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.wish(rana, how="daily")
    trial.clock.move_to(datetime.fromisoformat("2025-03-14T07:00:30+03:00"))
    trial.wish(rana, how="daily", area_code="SY06")
    assert compose_digests(trial.session) == 1
    assert trial.session.scalar(text("SELECT count(*) FROM digests WHERE mail_id IS NOT NULL")) == 1
