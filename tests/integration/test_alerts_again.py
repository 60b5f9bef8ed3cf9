"""Alerts that come back, readers who change, mails that wait meanwhile: nobody's last word is the opposite of what is,
and nobody is sent what they may not read."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from app.accounts import service as accounts
from app.admin.queries.mails import still_meant
from app.alerts.models import Notice
from app.alerts.notices import compose_mails
from app.alerts.policy import ESCALATE_AFTER
from app.alerts.queries import alert_by_id, alert_of_notice, history_of
from app.alerts.service import acknowledge, be_told_nothing, escalate
from app.outbox.models import Mail
from app.outbox.service import claim
from app.places.queries import frame_of
from tests.factories.operations import a_movement, make_actor
from tests.factories.trials import Trial
from workers.tasks.outbox import _still_meant

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


# -- it ends and begins again within a day: nobody is told a second time, and what they were told goes on


@pytest.fixture
def flapped(trial: Trial) -> Trial:
    """Full, told of by mail, over ten minutes later, and full again after ten more."""
    trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 134)
    assert len(trial.mails()) == 1
    trial.clock.shift(10 * MINUTE)
    trial.leave("KHM", 100)
    trial.count("KHM", 134, after=10 * MINUTE)
    return trial


def test_the_link_of_the_one_mail_there_is_leads_to_the_alert_that_stands(flapped: Trial) -> None:
    flapped.clock.shift(2 * HOUR)
    assert len(flapped.mails()) == 1, "its end was called off, and lately they were told"
    notice = flapped.session.scalars(select(Notice).where(col(Notice.mail_id).is_not(None))).one()
    meant = alert_of_notice(flapped.session, notice.id)
    assert meant is not None
    assert meant.alert_id == flapped.alert()["id"]
    assert flapped.alert()["status"] == "open"


def test_others_are_called_all_the_same_for_what_somebody_asked_to_hear(trial: Trial) -> None:
    trial.wish(trial.coordinator(["SY06"]), rule="people_in_closed_shelter")
    boss = make_actor(trial.session, trial.operation, role="administrator")
    trial.shelter("KHM", status="closed", capacity=None)
    trial.count("KHM", 10)
    assert len(trial.mails()) == 1
    trial.count("KHM", 0, after=10 * MINUTE)
    trial.count("KHM", 10, after=10 * MINUTE)
    trial.clock.shift(ESCALATE_AFTER)
    escalate(trial.session, most=10)
    trial.clock.shift(MINUTE)
    assert boss.email in {mail.recipient for mail in trial.mails()}


def test_who_was_called_for_it_long_ago_is_called_again(trial: Trial) -> None:
    trial.wish(trial.coordinator(["SY06"]), rule="people_in_closed_shelter")
    boss = make_actor(trial.session, trial.operation, role="administrator")
    trial.shelter("KHM", status="closed", capacity=None)
    for people in (10, 20):
        trial.count("KHM", people, after=timedelta(days=3))
        trial.clock.shift(ESCALATE_AFTER)
        escalate(trial.session, most=10)
        trial.clock.shift(MINUTE)
        assert [mail.recipient for mail in trial.mails()].count(boss.email) == people / 10
        trial.session.execute(text("UPDATE alerts SET ended_at = now(), status = 'withdrawn', escalates_at = NULL"))


# -- rights that end while a mail waits


def leaving(trial: Trial) -> list[str]:
    """To whom mails would leave now that were not sent before."""
    compose_mails(trial.session)
    return sorted(mail.recipient for mail in _still_meant(trial.session, claim(trial.session, limit=10)))


def test_whoever_asks_for_no_mails_gets_none_any_more(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 134)
    assert len(trial.mails()) == 1
    trial.leave("KHM", 100)
    be_told_nothing(trial.session, actor=rana)
    trial.clock.shift(2 * HOUR)
    assert len(trial.mails()) == 1
    assert trial.session.scalar(text("SELECT count(*) FROM notices WHERE mail_id IS NULL AND dropped_at IS NULL")) == 0


@pytest.mark.parametrize("change", ["disable", "remove", "partner", "elsewhere", "nothing"])
def test_a_mail_that_waits_does_not_leave_for_who_may_not_read_it_any_more(trial: Trial, change: str) -> None:
    rana = trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 134)
    compose_mails(trial.session)
    member = {"user_id": rana.user_id, "operation_id": trial.operation.id}
    match change:
        case "disable":
            trial.session.execute(text("UPDATE users SET active = false WHERE id = :id"), {"id": rana.user_id})
        case "remove":
            accounts.remove_member(trial.session, **member)
        case "partner":
            accounts.change_member(trial.session, **member, role="partner", areas=None)
        case "elsewhere":
            accounts.change_member(trial.session, **member, role="coordinator", areas=["SY10"])
        case "nothing":
            be_told_nothing(trial.session, actor=rana)
    assert leaving(trial) == []
    assert trial.session.scalars(select(Mail)).all() == []
    compose_mails(trial.session)
    assert trial.session.scalars(select(Mail)).all() == [], "and it is not written anew"


def test_what_may_be_read_still_is_written_anew(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.shelter("KHM")
    trial.shelter("FAR", area="SY1002")
    trial.count("KHM", 134)
    trial.count("FAR", 134)
    (mail,) = trial.mails()
    assert "FAR" in mail.text
    accounts.change_member(
        trial.session, user_id=rana.user_id, operation_id=trial.operation.id, role="coordinator", areas=["SY06"]
    )
    assert leaving(trial) == []
    assert leaving(trial) == [rana.email]
    (mail,) = trial.mails()
    assert "KHM" in mail.text
    assert "FAR" not in mail.text + mail.html


def test_nothing_is_called_off_that_is_meant(trial: Trial) -> None:
    rana, worker = trial.coordinator(["SY06"]), make_actor(trial.session, trial.operation, areas=["SY0602"])
    trial.wish(worker, rule="occupancy")
    trial.shelter("KHM")
    trial.count("KHM", 134)
    assert leaving(trial) == sorted([rana.email, worker.email])


@pytest.mark.parametrize(("after", "is_sent"), [("nothing", True), ("ended", False), ("partner", False)])
def test_what_was_given_up_is_sent_again_where_it_is_so_and_may_be_read(
    trial: Trial, after: str, is_sent: bool
) -> None:
    rana = trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 134)
    (mail,) = trial.mails()
    if after == "ended":
        trial.leave("KHM", 100)
    elif after == "partner":
        accounts.change_member(
            trial.session, user_id=rana.user_id, operation_id=trial.operation.id, role="partner", areas=None
        )
    assert still_meant(trial.session, trial.operation.id, [mail.id]) == ([mail.id] if is_sent else [])


def test_an_end_is_not_sent_again_once_it_has_begun_anew(trial: Trial) -> None:
    trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 134)
    trial.mails()
    trial.leave("KHM", 100)
    trial.clock.shift(2 * HOUR)
    end = trial.mails()[-1]
    assert end.subject.startswith("Ended")
    assert still_meant(trial.session, trial.operation.id, [end.id]) == [end.id]
    trial.count("KHM", 134, after=HOUR)
    assert still_meant(trial.session, trial.operation.id, [end.id]) == []


def test_what_was_over_meanwhile_is_not_told_anew(trial: Trial) -> None:
    """A mail of two alerts waits; one is over, and told to be so; then the other may not be read any more."""
    rana = trial.coordinator()
    trial.shelter("KHM")
    trial.shelter("FAR", area="SY1002")
    trial.count("KHM", 134)
    trial.count("FAR", 134)
    assert len(trial.mails()) == 1
    trial.leave("KHM", 100)
    accounts.change_member(
        trial.session, user_id=rana.user_id, operation_id=trial.operation.id, role="coordinator", areas=["SY06"]
    )
    assert leaving(trial) == []
    trial.clock.shift(2 * HOUR)
    assert [mail.subject.split(":")[0] for mail in trial.mails()] == ["Ended"]


# -- what it says of itself


def test_it_stands_since_it_is_as_severe_as_it_is(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.count("KHM", 90)
    warned = trial.alert()["since"]
    trial.count("KHM", 120, after=3 * HOUR)
    risen = trial.alert()["since"]
    assert risen > warned
    trial.count("KHM", 90, after=HOUR)
    assert trial.alert()["severity"] == "warning"
    assert trial.alert()["since"] > risen


def test_at_least_is_said_in_its_history_too(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.shelter("KHM")
    trial.report(a_movement(at=datetime.now(UTC), to="KHM", people=120))
    alert = alert_by_id(trial.session, actor=rana, language="en", alert_id=trial.alert()["id"])
    assert alert is not None
    zone = frame_of(trial.session, trial.operation.id).zone
    (happened,) = history_of(trial.session, alert, zone=zone, language="en")
    assert "at least 20 people" in happened.said
    assert "basis" not in alert.numbers


# -- its history


def test_all_that_happened_is_told_with_who_and_how_many(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 90)
    trial.count("KHM", 120, after=HOUR)
    alert = alert_by_id(trial.session, actor=rana, language="en", alert_id=trial.alert()["id"])  # type: ignore[arg-type]
    assert alert is not None
    acknowledge(trial.session, actor=rana, alert_id=alert.id, comment="Buses go on Friday.")
    assert len(trial.mails()) == 1
    trial.clock.shift(HOUR)
    trial.report(a_movement(at=datetime.now(UTC), source="KHM", people=100))
    zone = frame_of(trial.session, trial.operation.id).zone
    assert history_of(trial.session, alert, zone=zone, language="en")[0].told == 0, "the mail is written in an hour"
    trial.clock.shift(HOUR)
    assert len(trial.mails()) == 2
    history = history_of(trial.session, alert, zone=zone, language="en")
    assert [(one.kind, one.after, one.told) for one in history] == [
        ("state", "ok", 1),
        ("acknowledged", "critical", 0),
        ("state", "critical", 1),
        ("state", "warning", 1),
    ]
    assert (history[1].by, history[1].comment) == (rana.email, "Buses go on Friday.")
    assert history[2].said == "Shelter KHM is 20 people over its places"
    assert history[0].said == "Shelter KHM is below its places again: 20 people in 100 places"
