"""An alert is withdrawn where the corrected ledger never opens it, and called out again where nobody takes it on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.alerts.errors import AlertGone
from app.alerts.models import Alert, Notice
from app.alerts.queries import alert_by_id
from app.alerts.refresh import pass_time, verify
from app.alerts.service import acknowledge, be_told_nothing, escalate, life
from tests.factories.amending import corrected
from tests.factories.operations import a_headcount, a_movement, a_state, make_actor
from tests.factories.trials import Trial

HOUR = timedelta(hours=1)


def happened(trial: Trial) -> list[tuple[str, str]]:
    """What happened to alerts of occupancy, in its order."""
    found = trial.session.execute(
        text(
            "SELECT kind, after FROM alert_transitions JOIN alerts ON alerts.id = alert_id"
            " WHERE rule = 'occupancy' ORDER BY alert_transitions.at, alert_transitions.kind <> 'state'"
        )
    )
    return [(row.kind, row.after) for row in found]


# -- withdrawn


def test_a_figure_that_was_never_true_is_withdrawn_and_those_told_are_told(trial: Trial) -> None:
    trial.coordinator()
    trial.shelter("KHM")
    count = a_headcount("KHM", at=datetime.now(UTC), people=520)
    trial.report(count)
    assert len(trial.mails()) == 1
    trial.clock.shift(HOUR)
    trial.report(corrected(count["id"], {**count, "people": {"total": 52}}))
    assert happened(trial) == [("state", "critical"), ("withdrawn", "ok")]
    assert trial.alert()["status"] == "withdrawn"
    trial.clock.shift(2 * HOUR)
    assert trial.subjects()[-1] == (
        "Ended: Shelter KHM: this alert is withdrawn, for the figure was corrected from 520 people to 52 people"
    )


def test_what_was_true_for_a_while_is_over_and_not_withdrawn(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.count("KHM", 120)
    trial.clock.shift(HOUR)
    trial.report(a_movement(at=datetime.now(UTC), source="KHM", people=90))
    assert happened(trial) == [("state", "critical"), ("state", "ok")]
    assert trial.alert()["status"] == "resolved"


def test_what_was_true_on_another_day_is_over(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.count("KHM", 120)
    trial.count("KHM", 30, after=timedelta(days=2))
    assert trial.alert()["status"] == "resolved"


def test_a_report_that_comes_late_and_shows_that_somebody_was_heard_withdraws_the_silence(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.count("KHM", 50)
    begun = datetime.now(UTC)
    trial.clock.shift(timedelta(days=4))
    assert pass_time(trial.session, most=10) == 1
    assert trial.alert("silence")["status"] == "open"
    trial.report(a_movement(at=begun + timedelta(days=2), to="KHM", people=1))
    assert trial.alert("silence")["status"] == "withdrawn"


def test_a_report_of_now_ends_the_silence(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.count("KHM", 50)
    trial.clock.shift(timedelta(days=4))
    pass_time(trial.session, most=10)
    trial.report(a_movement(at=datetime.now(UTC), to="KHM", people=1))
    assert trial.alert("silence")["status"] == "resolved"


# -- called out again


def told(trial: Trial) -> list[str]:
    """Who was told of occupancy, step by step."""
    found = trial.session.execute(
        text(
            "SELECT email FROM notices JOIN users ON users.id = user_id JOIN alert_transitions AS step"
            " ON step.id = transition_id JOIN alerts ON alerts.id = alert_id WHERE rule = 'occupancy'"
            " ORDER BY step.at, email"
        )
    )
    return [row.email for row in found]


def test_nobody_takes_it_on_so_those_above_are_called_then_administrators(trial: Trial) -> None:
    near = trial.coordinator(["SY0602"])
    above = trial.coordinator(["SY06"])
    boss = make_actor(trial.session, trial.operation, role="administrator")
    trial.session.execute(
        text(
            "INSERT INTO subscriptions (id, operation_id, user_id, severity, how)"
            " VALUES (gen_random_uuid(), :operation, :user, 'critical', 'daily')"
        ),
        {"operation": trial.operation.id, "user": above.user_id},
    )
    trial.shelter("KHM")
    trial.count("KHM", 120)
    assert told(trial) == [near.email]
    assert escalate(trial.session, most=10) == 0
    trial.clock.shift(timedelta(minutes=30))
    assert escalate(trial.session, most=10) == 1
    assert told(trial) == [near.email, above.email]
    trial.clock.shift(timedelta(minutes=29))
    assert escalate(trial.session, most=10) == 0
    trial.clock.shift(timedelta(minutes=1))
    assert escalate(trial.session, most=10) == 1
    assert told(trial) == [near.email, above.email, boss.email]
    trial.clock.shift(timedelta(days=1))
    assert escalate(trial.session, most=10) == 0
    assert [kind for kind, _ in happened(trial)] == ["state", "escalated", "escalated"]


def test_where_those_above_know_already_administrators_are_called_at_once(trial: Trial) -> None:
    everybody = trial.coordinator()
    boss = make_actor(trial.session, trial.operation, role="administrator")
    trial.shelter("KHM")
    trial.count("KHM", 120)
    trial.clock.shift(timedelta(minutes=30))
    escalate(trial.session, most=10)
    assert told(trial) == [everybody.email, boss.email]


def test_who_takes_it_on_in_time_is_left_to_it(trial: Trial) -> None:
    rana = trial.coordinator()
    make_actor(trial.session, trial.operation, role="administrator")
    trial.shelter("KHM")
    trial.count("KHM", 120)
    acknowledge(trial.session, actor=rana, alert_id=trial.alert()["id"], comment="Buses go on Friday.")  # type: ignore[arg-type]
    trial.clock.shift(HOUR)
    assert escalate(trial.session, most=10) == 0
    assert happened(trial) == [("state", "critical"), ("acknowledged", "critical")]


def test_a_warning_calls_nobody_else(trial: Trial) -> None:
    trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 90)
    trial.clock.shift(HOUR)
    assert escalate(trial.session, most=10) == 0


def test_what_nobody_asked_to_hear_of_nobody_is_called_for(trial: Trial) -> None:
    make_actor(trial.session, trial.operation, role="administrator")
    trial.shelter("KHM", status="closed", capacity=None)
    trial.count("KHM", 10)
    assert trial.alert("people_in_closed_shelter")["severity"] == "critical"
    trial.clock.shift(HOUR)
    escalate(trial.session, most=10)
    assert trial.mails() == []


def test_one_that_cannot_be_escalated_holds_up_no_other(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    boss = make_actor(trial.session, trial.operation, role="administrator")
    for code in ("BAD", "KHM"):
        trial.shelter(code)
        trial.count(code, 134)
    bad = trial.session.scalar(text("SELECT id FROM shelters WHERE code = 'BAD'"))
    reached = life._reached

    def fails(session: Session, alert: Alert, area_path: list[str]) -> list[UUID]:
        if alert.place_id == bad:
            raise ArithmeticError
        return reached(session, alert, area_path)

    trial.clock.shift(HOUR)
    with monkeypatch.context() as broken:
        broken.setattr(life, "_reached", fails)
        assert escalate(trial.session, most=10) == 2
        assert escalate(trial.session, most=10) == 0
    (mail,) = trial.mails()
    assert (mail.recipient, "KHM" in mail.text, "BAD" in mail.text) == (boss.email, True, False)
    trial.clock.shift(HOUR)
    assert escalate(trial.session, most=10) == 1


# -- children who are alone


@pytest.fixture
def children(trial: Trial) -> Trial:
    trial.shelter("KHM")
    trial.report(a_movement(at=datetime.now(UTC), to="KHM", people=10, needs={"SC": 3}))
    return trial


def test_only_people_of_protection_know_where_children_are_alone(children: Trial) -> None:
    alert_id = children.alert("unaccompanied_children")["id"]
    rana, salma = children.coordinator(), children.coordinator(is_protection=True)
    for actor, may_see in ((rana, False), (salma, True)):
        seen = alert_by_id(children.session, actor=actor, language="en", alert_id=alert_id)  # type: ignore[arg-type]
        assert (seen is not None) is may_see
    with pytest.raises(AlertGone):
        acknowledge(children.session, actor=rana, alert_id=alert_id, comment=None)  # type: ignore[arg-type]
    assert acknowledge(children.session, actor=salma, alert_id=alert_id, comment=None)  # type: ignore[arg-type]


def test_they_are_told_briefly_and_nobody_else_is(trial: Trial) -> None:
    trial.coordinator()
    salma: Actor = trial.coordinator(is_protection=True)
    trial.shelter("KHM")
    trial.report(a_movement(at=datetime.now(UTC), to="KHM", people=10, needs={"SC": 3}))
    (mail,) = trial.mails()
    assert mail.recipient == salma.email
    assert mail.subject == "Warning: Children who are alone, KHM"
    for kept in ("Shelter KHM", "3 children", "Jablah", "/a/"):
        assert kept not in mail.text


# -- what was so for a while, what cannot be told, and what nobody has read yet


def test_what_was_true_is_over_and_not_withdrawn_where_the_shelter_changed_on_the_same_day(trial: Trial) -> None:
    trial.coordinator()
    trial.shelter("KHM")
    trial.count("KHM", 105)
    assert len(trial.mails()) == 1
    trial.clock.shift(HOUR)
    trial.report(a_state("KHM", at=datetime.now(UTC), capacity=150))  # tents were put up
    assert trial.alert()["status"] == "resolved"


def test_a_silence_that_ends_with_the_closing_of_an_empty_shelter_was_one(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.clock.shift(timedelta(days=4))
    pass_time(trial.session, most=10)
    assert trial.alert("silence")["status"] == "open"
    trial.report(a_state("KHM", at=datetime.now(UTC), status="closed"))
    assert trial.alert("silence")["status"] == "resolved"


def test_what_cannot_be_told_any_more_ends_nothing(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.report(a_movement(at=datetime.now(UTC), to="KHM", people=30))
    assert trial.alert("inflow")["status"] == "open"
    trial.report(a_state("KHM", at=datetime.now(UTC), capacity=None))
    alert = trial.alert("inflow")
    assert (alert["status"], alert["unknown_since"] is None) == ("open", False)
    assert [one for part in verify(trial.session) for one in part] == []


def test_where_all_were_counted_and_nobody_is_there_no_children_are(trial: Trial) -> None:
    trial.shelter("KHM")
    trial.report(a_movement(at=datetime.now(UTC), to="KHM", people=10, needs={"SC": 3}))
    assert trial.alert("unaccompanied_children")["status"] == "open"
    trial.count("KHM", 0, after=HOUR)
    assert trial.alert("unaccompanied_children")["status"] == "resolved"


def test_an_opening_that_nobody_read_is_not_told_after_its_end(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.shelter("A")
    trial.shelter("B", lat=35.2)
    trial.count("A", 110)
    assert len(trial.mails()) == 1
    mistyped = a_headcount("B", at=datetime.now(UTC), people=5_200)
    trial.report(mistyped)  # waits for the rest of the minute
    trial.report(corrected(mistyped["id"], mistyped | {"people": {"total": 52}}))
    trial.clock.shift(2 * HOUR)
    assert {mail.recipient for mail in trial.mails()} == {rana.email}
    assert len(trial.mails()) == 1


def test_who_wants_nothing_is_not_called_where_nobody_answers(trial: Trial) -> None:
    trial.coordinator()
    boss = make_actor(trial.session, trial.operation, role="administrator")
    be_told_nothing(trial.session, actor=boss)
    trial.shelter("KHM")
    trial.count("KHM", 120)
    trial.clock.shift(HOUR)
    while escalate(trial.session, most=10):
        pass
    assert boss.user_id not in {one.user_id for one in trial.session.scalars(select(Notice))}
