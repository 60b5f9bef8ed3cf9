"""What is offered to whoever chooses what to be told of, and what is written down of what they chose."""

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from app.accounts.policy import Actor
from app.alerts.policy import PROTECTED, rules_to_choose
from app.alerts.rules import GAPS, RULES
from app.alerts.service import be_told_as_usual, be_told_nothing, subscribe, unsubscribe
from app.audit.models import AuditEntry
from app.core.db import unit_of_work
from app.population.service import change_setting
from tests.factories.pages import words_of
from tests.factories.teams import Team
from tests.factories.trials import Trial

PAGE = "/account/alerts"


def offered(team: Team) -> set[str]:
    page = team.coordinator.open(PAGE).text
    return {rule for rule in RULES if f'<option value="{rule}">' in page}


def test_rules_are_offered_that_may_come(team: Team) -> None:
    assert offered(team) == set(RULES) - set(GAPS) - {PROTECTED}
    rana = team.actors["coordinator"]
    operation, told = rana.scope.operation_id, ["toilets"]
    with unit_of_work() as session:
        change_setting(session, operation_id=operation, actor_id=rana.user_id, name="gaps_alerted", value=told)
        session.execute(
            text("UPDATE memberships SET is_protection = true WHERE user_id = :user"), {"user": rana.user_id}
        )
    assert offered(team) == (set(RULES) - set(GAPS)) | {"toilets"}


@pytest.mark.parametrize("rule", ["taps", PROTECTED])
def test_no_other_can_be_chosen(team: Team, rule: str) -> None:
    answer = team.coordinator.send(PAGE, rule=rule, severity="warning", how="daily")
    assert answer.status_code == 422
    assert "Choose what you want to be told of." in words_of(answer.text)


def test_of_those_of_protection_all_is_asked() -> None:
    assert rules_to_choose(is_protection=True, gaps_alerted=GAPS) == tuple(RULES)


def written(trial: Trial, actor: Actor) -> list[tuple[str, dict[str, str]]]:
    """What the audit log says of what somebody chose, in order."""
    entries = trial.session.scalars(
        select(AuditEntry)
        .where(col(AuditEntry.actor_id) == actor.user_id, col(AuditEntry.action).startswith("subscription."))
        .order_by(col(AuditEntry.at), text("ctid"))
    ).all()
    assert {entry.subject for entry in entries} == {f"user:{actor.user_id}"}
    assert {entry.operation_id for entry in entries} == {actor.scope.operation_id}
    return [(entry.action, entry.details) for entry in entries]


def test_each_choice_is_written_down(trial: Trial) -> None:
    rana = trial.coordinator()
    subscribe(trial.session, actor=rana, area_code="SY0602", rule="inflow", severity="critical", how="daily")
    chosen = {"area": "SY0602", "rule": "inflow", "severity": "critical", "how": "daily"}
    assert written(trial, rana) == [("subscription.add", chosen)]
    id_ = trial.session.scalar(text("SELECT id FROM subscriptions"))
    unsubscribe(trial.session, actor=rana, subscription_id=id_)
    unsubscribe(trial.session, actor=rana, subscription_id=id_)
    gone = [("subscription.end", chosen), ("subscription.add", {"how": "never"})]
    assert written(trial, rana)[1:] == gone
    be_told_as_usual(trial.session, actor=rana)
    be_told_nothing(trial.session, actor=rana)
    assert written(trial, rana)[3:] == [
        ("subscription.end", {"how": "as_usual"}),
        ("subscription.add", {"how": "never"}),
    ]
