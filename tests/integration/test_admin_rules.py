"""`/admin/rules`: where the rules begin, in the operation and at one shelter, and which gaps somebody is told of."""

import pytest
from sqlalchemy import text

from app.core import db
from tests.factories.folding import differences, drain, send
from tests.factories.offices import Office
from tests.factories.operations import a_headcount, a_shelter
from tests.factories.pages import form_of, words_of

RULES, HERE = "/admin/rules", "/admin/rules/KHM"


@pytest.fixture
def office(database: str) -> Office:
    return Office()


@pytest.fixture
def shelter(office: Office) -> None:
    """Of a hundred places, with 88 people, five toilets and a thousand litres of water."""
    described = a_shelter(capacity=100, toilets=2, water_litres_per_day=1_000)
    send(office.worker, described, a_headcount("KHM", at="2025-03-10T12:00:00+03:00", people=88))
    drain()


def standing() -> dict[str, str]:
    """Alerts that have not ended; silence apart: it was all long ago."""
    with db.new_snapshot() as session:
        found = session.execute(text("SELECT rule, severity FROM alerts WHERE ended_at IS NULL AND rule <> 'silence'"))
        return {row.rule: row.severity for row in found}


def changes() -> list[tuple[str, dict[str, object]]]:
    with db.new_snapshot() as session:
        wanted = text("SELECT action, details FROM audit_entries WHERE action LIKE '%.change' ORDER BY at")
        return [(row.action, row.details) for row in session.execute(wanted)]


@pytest.mark.usefixtures("shelter")
def test_thresholds_are_what_the_rules_ask(office: Office) -> None:
    assert standing() == {"occupancy": "warning"}
    answer = office.visitor.send(RULES, occupancy_critical="88", occupancy_critical_clears="86")
    assert "Saved." in office.visitor.read(answer)
    drain()
    assert standing() == {"occupancy": "critical"}
    ((action, details),) = changes()
    assert action == "setting.change"
    assert details["after"] == {"occupancy_critical": 88.0, "occupancy_critical_clears": 86.0}
    assert differences() == []


@pytest.mark.usefixtures("shelter")
def test_an_alert_that_a_new_threshold_ends_is_not_said_to_be_corrected(office: Office) -> None:
    with db.new_snapshot() as session:
        (alert,) = session.scalars(text("SELECT id FROM alerts WHERE rule = 'occupancy'"))
    office.visitor.send(RULES, occupancy_warning="90", occupancy_warning_clears="89")
    drain()
    assert standing() == {}
    said = words_of(office.visitor.open(f"/alerts/{alert}").text)
    assert "what this alert rested on has changed, so it is withdrawn" in said
    assert "corrected" not in said


@pytest.mark.usefixtures("shelter")
def test_a_gap_raises_an_alert_where_somebody_wants_that(office: Office) -> None:
    office.visitor.send(RULES, gaps_alerted=["toilets", "water_litres_per_day", "taps"])
    drain()
    assert standing() == {"occupancy": "warning", "toilets": "warning", "water_litres_per_day": "warning"}
    office.visitor.send(RULES, gaps_alerted=["toilets"], toilets="50")
    drain()
    assert standing() == {"occupancy": "warning"}
    assert differences() == []


@pytest.mark.usefixtures("shelter")
def test_a_shelter_has_limits_of_its_own(office: Office) -> None:
    office.visitor.send(HERE, occupancy_critical="88", occupancy_critical_clears="86")
    drain()
    assert standing() == {"occupancy": "critical"}
    said = words_of(office.visitor.open(HERE).text)
    assert "In the operation: 100%" in said
    ((action, details),) = changes()
    assert (action, details["before"]) == ("rules.change", {})
    assert "Rules of a shelter changed" in words_of(office.visitor.open("/admin/audit").text)
    office.visitor.send(HERE, occupancy_critical="", occupancy_critical_clears="")
    drain()
    assert standing() == {"occupancy": "warning"}
    assert differences() == []


@pytest.mark.usefixtures("shelter")
@pytest.mark.parametrize("page", [RULES, HERE])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"occupancy_warning": "100"}, "A warning must begin below where it is critical."),
        ({"occupancy_warning_clears": "85"}, "A warning must end below where it begins."),
        ({"occupancy_critical_clears": "84"}, "Critical must end below where it begins"),
        ({"occupancy_critical": "301"}, "Write a number from 1 to 300"),
        ({"water_to_survive": "15"}, "What keeps people alive must be less than what they need."),
        ({"silence_days": "0"}, "Write a number from 1 to 90"),
        ({"toilets": "many"}, "Write a number, for example 14."),
    ],
)
def test_what_cannot_be_meant_is_refused(office: Office, page: str, typed: dict[str, str], said: str) -> None:
    answer = office.visitor.send(page, **typed)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert all(f'value="{value}"' in answer.text for value in typed.values())
    assert changes() == []


@pytest.mark.usefixtures("shelter")
@pytest.mark.parametrize("page", [RULES, HERE])
def test_who_comes_second_is_told_what_stands_now(office: Office, page: str) -> None:
    first = form_of(office.visitor.open(page).text).to_dict() | {"inflow": "30"}
    office.visitor.send(page, inflow="40")
    answer = office.visitor.client.post(page, data=first)
    assert answer.status_code == 409
    said = words_of(answer.text)
    assert "Somebody changed this while you were typing." in said
    assert "Arrivals in a day, per cent of the places 40" in said
    again = form_of(answer.text).to_dict()
    assert again["inflow"] == "30"
    assert office.visitor.client.post(page, data=again).status_code == 303


@pytest.mark.usefixtures("shelter")
def test_nothing_typed_is_the_default_again_and_the_same_is_no_change(office: Office) -> None:
    office.visitor.send(RULES)
    office.visitor.send(HERE)
    assert changes() == []
    office.visitor.send(RULES, inflow="30")
    office.visitor.send(RULES, inflow="")
    assert form_of(office.visitor.open(RULES).text).to_dict()["inflow"] == "20"


@pytest.mark.usefixtures("shelter")
def test_a_shelter_of_another_operation_has_no_page(office: Office) -> None:
    elsewhere = office.visits(office.other_boss)
    assert elsewhere.open("/admin/rules/KHM").status_code == 404
    assert office.visitor.open("/admin/rules/NONE").status_code == 404
    assert office.visitor.open("/admin/rules/%D8%A7").status_code == 404
