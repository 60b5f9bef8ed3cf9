"""Holding what a person sent, through the pages."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from app.accounts.policy import Actor
from app.core import clock, db
from tests.factories.amending import NOON
from tests.factories.asked import statements
from tests.factories.coordinating import Site, make_site
from tests.factories.holding import finish, tell
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor
from tests.factories.pages import Visitor, form_of, words_of

LATER = "2025-03-10T13:00:00+03:00"


@pytest.fixture
def site(database: str) -> Site:
    """KHM is counted; a field worker then reports a flood from a phone, and a shelter that is not there."""
    found = make_site()
    found.report(
        a_shelter(code="KHM", capacity=100),
        a_shelter(code="BAN", area="SY1002"),
        a_headcount("KHM", at=NOON, people=40),
    )
    return found


@pytest.fixture
def doubted(site: Site) -> Actor:
    with db.unit_of_work() as session:
        actor = make_actor(session, site.operation, areas=["SY06"])
    tell(actor, *(a_movement(to="KHM", at=clock.now(), people=80) for _ in range(4)), device="stolen")
    tell(actor, a_shelter(code="FALSE"), a_headcount("KHM", at=LATER, people=41), device="office")
    finish()
    return actor


def sent_by(actor: Actor) -> str:
    return f"/holds/people/{actor.user_id}"


def press(visitor: Visitor, path: str, **typed: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.open("/account").text)
    assert token is not None
    return visitor.read(visitor.post(path, MultiDict({"csrf_token": token[1], **typed})))


def the_hold() -> str:
    with db.new_session() as session:
        return f"/holds/{session.scalar(text('SELECT id FROM holds ORDER BY made_at DESC LIMIT 1'))}"


def test_a_coordinator_finds_holds_and_releases_what_a_phone_sent(site: Site, doubted: Actor) -> None:
    visitor = site.visitor()
    words = words_of(visitor.open(f"{sent_by(doubted)}?device=is:stolen").text)
    assert "People arrived" in words
    assert "New shelter" not in words
    answer = visitor.send(f"{sent_by(doubted)}/new?device=is:stolen", reason="the phone was stolen")
    assert "The figures follow within seconds." in visitor.read(answer)
    finish()
    path = the_hold()
    words = words_of(visitor.open(path).text)
    assert "4 reports are left out of the figures. They speak of 320 people in all." in words
    assert "4 reports 320 came then 361 now 41" in words
    assert "the phone was stolen" in words
    told = "4 reports are held for review and have no say in these figures. They speak of 320 people in all."
    for page in ("/dashboard", "/shelters/KHM"):
        assert told in words_of(visitor.open(page).text)
    assert told not in words_of(visitor.open("/shelters/BAN").text)
    assert "Nothing was changed." in press(visitor, f"{path}/release")
    assert "Released." in press(visitor, f"{path}/release", sure="yes")
    finish()
    words = words_of(visitor.open(path).text)
    assert "4 reports count again." in words
    assert "Somebody settled this hold already." in press(visitor, f"{path}/set-aside", sure="yes")
    assert told not in words_of(visitor.open("/dashboard").text)
    assert "released" in words_of(visitor.open("/holds").text)


def test_before_anything_is_held_it_says_what_these_reports_say(site: Site, doubted: Actor) -> None:
    words = words_of(site.visitor().open(f"{sent_by(doubted)}/new").text)
    assert "6 reports" in words
    assert "Shelter KHM 5 reports 320 came, counted 1 time now 361" in words


def test_it_is_set_aside_for_good(site: Site, doubted: Actor) -> None:
    visitor = site.visitor()
    visitor.send(f"{sent_by(doubted)}/new", reason="all of it is made up")
    finish()
    assert "Set aside for good." in press(visitor, f"{the_hold()}/set-aside", sure="yes")
    assert "set aside for good" in words_of(visitor.open("/holds").text)
    assert "held for review and" not in words_of(visitor.open("/dashboard").text)
    with db.new_session() as session:
        asked = text("SELECT action, details FROM audit_entries WHERE action LIKE 'reports.%' ORDER BY at")
        entries = session.execute(asked).all()
    assert [entry.action for entry in entries] == ["reports.hold", "reports.set_aside"]
    assert entries[1].details["reports"] == 6
    assert entries[0].details["reason"] == "all of it is made up"


def test_a_reason_is_asked_for_and_nothing_typed_is_lost(site: Site, doubted: Actor) -> None:
    visitor = site.visitor()
    answer = visitor.send(
        f"{sent_by(doubted)}/new", device="is:stolen", since="2025-03-16T14:20", until="2025-03-01T10:00"
    )
    assert answer.status_code == 422
    words = words_of(answer.text)
    assert "Say why, in a few words." in words
    assert "This ends before it begins." in words
    form = form_of(answer.text)
    assert (form["device"], form["since"]) == ("is:stolen", "2025-03-16T14:20")
    odd = visitor.send(f"{sent_by(doubted)}/new", since="yesterday", reason="lost")
    assert "Write the day and the time" in words_of(odd.text)
    assert "Write the day and the time" in words_of(visitor.open(f"{sent_by(doubted)}?since=soon").text)


def test_sent_twice_it_is_one_hold(site: Site, doubted: Actor) -> None:
    visitor = site.visitor()
    data = form_of(visitor.open(f"{sent_by(doubted)}/new").text)
    data["reason"] = "lost"
    answers = [visitor.post(f"{sent_by(doubted)}/new", data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with db.new_session() as session:
        assert session.scalar(text("SELECT count(*) FROM holds")) == 1


def test_what_lies_outside_ones_areas_is_not_there(site: Site, doubted: Actor) -> None:
    everywhere, elsewhere = site.visitor(), site.visitor(areas=["SY10"])
    everywhere.send(f"{sent_by(doubted)}/new", reason="lost")
    finish()
    for path in (
        sent_by(doubted),
        f"{sent_by(doubted)}/new",
        the_hold(),
        f"/holds/people/{uuid4()}",
        f"/holds/{uuid4()}",
    ):
        assert elsewhere.open(path).status_code == 404
    assert "Nothing is held." in words_of(elsewhere.open("/holds").text)
    assert "held for review" not in words_of(elsewhere.open("/dashboard").text)
    for path in (sent_by(doubted), "/holds"):
        assert site.visitor("field_worker").open(path).status_code == 403


def test_one_comes_there_from_a_report_a_shelter_and_the_list_of_people(site: Site, doubted: Actor) -> None:
    visitor, link = site.visitor("administrator"), f'href="{sent_by(doubted)}"'
    with db.new_session() as session:
        asked = text("SELECT id FROM reports WHERE reporter_id = :who AND kind = 'movement' LIMIT 1")
        report = session.scalar(asked, {"who": doubted.user_id})
    for path in (f"/field/reports/{report}", "/shelters/KHM/reports", f"/admin/users/{doubted.user_id}"):
        assert link in visitor.open(path).text
    assert link not in site.visitor("field_worker").open("/shelters/KHM/reports").text


def test_a_long_list_goes_on_and_takes_few_statements(site: Site, doubted: Actor) -> None:
    tell(doubted, *(a_movement(to="KHM", at=clock.now(), people=1) for _ in range(60)), device="stolen")
    visitor = site.visitor()
    visitor.open(sent_by(doubted))
    with statements() as asked:
        first = visitor.open(f"{sent_by(doubted)}?device=is:stolen").text
    assert len(asked) < 16
    assert first.count('<th scope="row">') == 50
    following = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert following is not None
    second = visitor.open(following[1].replace("&amp;", "&")).text
    assert second.count('<th scope="row">') == 14
    assert "device=is" in following[1]


def test_a_shelter_others_speak_of_is_said_to_stay(site: Site, doubted: Actor) -> None:
    assert "stays if held" not in words_of(site.visitor().open(sent_by(doubted)).text)
    tell(site.administrator, a_movement(to="FALSE", at=clock.now(), people=2))
    visitor = site.visitor()
    assert "stays if held: others speak of it" in words_of(visitor.open(sent_by(doubted)).text)
    visitor.send(f"{sent_by(doubted)}/new", reason="lost")
    finish()
    assert "1 report was not held" in words_of(visitor.open(the_hold()).text)
