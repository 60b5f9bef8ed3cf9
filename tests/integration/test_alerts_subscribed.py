"""`/account/alerts`: what a person wants to be told of, at once or in the morning; and the digest of a morning."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alerts.digests import compose_digests
from app.alerts.errors import TooManySubscriptions
from app.alerts.policy import MOST_SUBSCRIPTIONS
from app.alerts.service import be_told_as_usual, be_told_nothing, unsubscribe
from app.outbox.models import Mail
from tests.factories.operations import a_movement, make_actor
from tests.factories.pages import words_of
from tests.factories.teams import Team
from tests.factories.trials import Trial

PAGE = "/account/alerts"
MORNING = datetime.fromisoformat("2025-03-14T07:00:00+03:00")


def told(trial: Trial) -> list[str]:
    return sorted(mail.recipient for mail in trial.mails())


@pytest.mark.parametrize(
    ("wanted", "is_told"),
    [
        ({}, True),
        ({"rule": "occupancy"}, True),
        ({"rule": "inflow"}, False),
        ({"severity": "critical"}, False),
        ({"area_code": "SY06"}, True),
        ({"area_code": "SY0602"}, True),
        ({"area_code": "SY10"}, False),
        ({"how": "daily"}, False),
    ],
)
def test_who_said_what_they_want_is_told_that(trial: Trial, wanted: dict[str, Any], is_told: bool) -> None:
    rana = trial.coordinator()
    trial.wish(rana, **wanted)
    trial.shelter("KHM")
    trial.count("KHM", 90)
    assert told(trial) == ([rana.email] if is_told else [])


def test_one_of_several_is_enough_and_nobody_is_told_twice(trial: Trial) -> None:
    rana = trial.coordinator()
    for wanted in ({"rule": "inflow"}, {"rule": "occupancy"}, {"area_code": "SY06"}):
        trial.wish(rana, **wanted)
    trial.shelter("KHM")
    trial.count("KHM", 90)
    assert told(trial) == [rana.email]


def test_anybody_who_may_read_may_be_told_of_other_rules(trial: Trial) -> None:
    worker = make_actor(trial.session, trial.operation, areas=["SY0602"])
    elsewhere = make_actor(trial.session, trial.operation, areas=["SY10"])
    for actor in (worker, elsewhere):
        trial.wish(actor, rule="people_in_closed_shelter")
    trial.shelter("KHM", status="closed")
    trial.count("KHM", 9)
    assert told(trial) == [worker.email]
    assert trial.subjects() == ["Critical: Shelter KHM is closed, and 9 people are there"]


def test_nothing_and_as_usual(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.shelter("KHM")
    be_told_nothing(trial.session, actor=rana)
    trial.count("KHM", 90)
    assert told(trial) == []
    be_told_as_usual(trial.session, actor=rana)
    trial.count("KHM", 120, after=timedelta(hours=1))
    assert told(trial) == [rana.email]


def test_whoever_takes_the_last_away_is_told_nothing(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.wish(rana)
    id_ = trial.session.scalar(text("SELECT id FROM subscriptions"))
    unsubscribe(trial.session, actor=rana, subscription_id=id_)
    assert trial.session.scalars(text("SELECT how FROM subscriptions")).all() == ["never"]
    trial.wish(rana, rule="inflow")
    assert trial.session.scalars(text("SELECT how FROM subscriptions")).all() == ["at_once"]


def test_of_one_area_and_rule_what_is_said_last_holds(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.wish(rana, severity="critical")
    trial.wish(rana, severity="warning", how="daily")
    assert [tuple(row) for row in trial.session.execute(text("SELECT severity, how FROM subscriptions"))] == [
        ("warning", "daily")
    ]


def test_nobody_takes_away_what_others_want(trial: Trial) -> None:
    rana, thief = trial.coordinator(), trial.coordinator()
    trial.wish(rana)
    id_ = trial.session.scalar(text("SELECT id FROM subscriptions"))
    unsubscribe(trial.session, actor=thief, subscription_id=id_)
    assert trial.session.scalar(text("SELECT count(*) FROM subscriptions WHERE how <> 'never'")) == 1


def test_there_is_an_end_to_what_one_wants(trial: Trial) -> None:
    rana = trial.coordinator()
    for number in range(MOST_SUBSCRIPTIONS):
        trial.wish(rana, area_code=f"SY{number:04}")
    with pytest.raises(TooManySubscriptions):
        trial.wish(rana, area_code="SY9999")
    trial.wish(rana, area_code="SY0000", how="daily")  # of what is there already another answer


# -- the digest


def digests(session: Session) -> list[Mail]:
    while compose_digests(session):
        pass
    found = session.execute(text("SELECT mail_id FROM digests WHERE mail_id IS NOT NULL")).scalars()
    return [session.get_one(Mail, id_) for id_ in found]


def test_a_morning_says_what_is_open_what_is_over_and_what_is_missing(trial: Trial) -> None:
    rana = trial.coordinator(["SY06"])
    trial.wish(rana, how="daily")
    trial.shelter("KHM", toilets=2)
    trial.shelter("JAB")
    trial.count("KHM", 120)
    trial.count("JAB", 90)
    trial.report(a_movement(at=datetime.now(UTC) + timedelta(seconds=-1), source="JAB", people=1))
    trial.clock.move_to(MORNING - timedelta(minutes=1))
    assert digests(trial.session) == []
    trial.clock.move_to(MORNING)
    (mail,) = digests(trial.session)
    assert mail.recipient == rana.email
    assert mail.subject.startswith("Alerts on 14 March 2025: 1 critical")
    for said in (
        "Critical: Shelter KHM is 20 people over its places",
        "Shelter KHM: People for each toilet: 60 (20 at most)",
        "You get this once a day",
    ):
        assert said in mail.text, mail.text
    assert trial.session.scalar(text("SELECT count(*) FROM notices")) == 0
    assert len(digests(trial.session)) == 1, "one a day"
    trial.clock.move_to(MORNING + timedelta(days=1))
    assert len(digests(trial.session)) == 2


def test_it_says_what_is_over_since_yesterday(trial: Trial) -> None:
    rana = trial.coordinator()
    trial.wish(rana, how="daily")
    trial.shelter("KHM")
    trial.count("KHM", 120)
    trial.count("KHM", 10, after=timedelta(hours=2))
    trial.clock.move_to(MORNING)
    (mail,) = digests(trial.session)
    assert "Shelter KHM is below its places again: 10 people in 100 places" in mail.text
    assert mail.subject.endswith("over")


@pytest.mark.parametrize("wanted", [{"area_code": "SY10"}, {"rule": "admission"}])
def test_it_says_what_was_asked_for_alone(trial: Trial, wanted: dict[str, Any]) -> None:
    trial.wish(trial.coordinator(), how="daily", **wanted)
    trial.shelter("KHM", toilets=2)
    trial.count("KHM", 120)
    trial.clock.move_to(MORNING)
    (mail,) = digests(trial.session)
    assert mail.subject == "Alerts on 14 March 2025: nothing is open"
    assert ("toilet" in mail.text) is ("rule" in wanted)


def test_an_area_that_is_no_longer_theirs_is_told_nothing_of(trial: Trial) -> None:
    rana = trial.coordinator(["SY06"])
    trial.wish(rana, how="daily", area_code="SY06")
    trial.shelter("KHM", toilets=2)
    trial.count("KHM", 120)
    trial.session.execute(text("UPDATE memberships SET areas = '{SY10}' WHERE user_id = :id"), {"id": rana.user_id})
    trial.clock.move_to(MORNING)
    (mail,) = digests(trial.session)
    assert "KHM" not in mail.text + mail.html


@pytest.mark.parametrize(("hour", "same_day"), [(6, True), (7, False), (15, False)])
def test_whoever_asks_after_the_morning_waits_for_the_next(trial: Trial, hour: int, same_day: bool) -> None:
    asked = MORNING.replace(hour=hour)
    trial.clock.move_to(asked)
    trial.wish(trial.coordinator(), how="daily")
    trial.clock.move_to(asked + timedelta(hours=1, minutes=1))
    assert len(digests(trial.session)) == same_day
    trial.clock.move_to(MORNING + timedelta(days=1))
    assert len(digests(trial.session)) == 1 + same_day


def test_it_is_written_in_the_language_of_its_reader(trial: Trial) -> None:
    trial.wish(trial.coordinator(language="ar"), how="daily")
    trial.shelter("KHM")
    trial.count("KHM", 120)
    trial.clock.move_to(MORNING)
    (mail,) = digests(trial.session)
    assert 'dir="rtl"' in mail.html
    assert "١٤ آذار ٢٠٢٥" in mail.subject


# -- the page


def test_it_says_what_one_is_told_and_changes_it(team: Team) -> None:
    visitor = team.coordinator
    assert "What coordinators are told" in words_of(visitor.open(PAGE).text)
    answer = visitor.send(PAGE, rule="inflow", severity="critical", how="daily", area="sy0602")
    said = visitor.read(answer)
    for words in ("Many arrivals in a day", "Jablah", "critical only", "once a day"):
        assert words in said
    assert "Nothing, as you asked." in press(team, f"{PAGE}/nothing")
    assert "What coordinators are told" in press(team, f"{PAGE}/as-usual")


def press(team: Team, path: str) -> str:
    visitor = team.coordinator
    token = visitor.open(PAGE).text.split('name="csrf_token" value="')[1].split('"')[0]
    answer = visitor.client.post(path, data={"csrf_token": token})
    assert answer.status_code == 303
    return words_of(visitor.open(PAGE).text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"rule": ""}, "Choose what you want to be told of."),
        ({"rule": "all", "area": "SY10"}, "This area is not among yours."),
        ({"rule": "all", "area": "XX99"}, "Write the P-code of one area"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_typed_is_lost(
    team: Team, typed: dict[str, str], said: str
) -> None:
    answer = team.coordinator.send(PAGE, **typed)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    if typed.get("area"):
        assert f'value="{typed["area"]}"' in answer.text


def test_where_mails_are_brief_a_digest_is_too(trial: Trial) -> None:
    trial.operation.mail_detail = "brief"
    trial.wish(trial.coordinator(), how="daily")
    trial.shelter("KHM", toilets=2)
    trial.count("KHM", 120)
    trial.clock.move_to(MORNING)
    (mail,) = digests(trial.session)
    assert "Critical: Occupancy, KHM" in mail.text
    assert "KHM: People for each toilet (20 at most)" in mail.text
    assert "60" not in mail.text
    for kept in ("Shelter KHM", "120", "20 people", ">60<", "Coast"):
        assert kept not in mail.text + mail.html, kept
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_of_children_who_are_alone_a_digest_says_that_and_where_alone(trial: Trial) -> None:
    rana = trial.coordinator(is_protection=True)
    trial.wish(rana, how="daily", rule="unaccompanied_children")
    trial.shelter("KHM")
    trial.report(a_movement(at=datetime.now(UTC), to="KHM", people=10, needs={"SC": 3}))
    trial.clock.move_to(MORNING)
    (mail,) = digests(trial.session)
    assert "Warning: Children who are alone, KHM" in mail.text
    assert "Shelter KHM" not in mail.text + mail.html
    assert "3 children" not in mail.text + mail.html
