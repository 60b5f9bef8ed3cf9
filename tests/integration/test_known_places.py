"""As known on: places, groups and journeys as they were known, and a shelter whose report was taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.alerts.refresh import rebuild, refresh, verify
from app.core import clock
from app.intake.service import take
from app.ledger.service import Row, written
from app.places.queries import frame_of
from app.population.bookings import Known
from app.population.past import Past
from app.population.queries import (
    area_figures,
    on_the_way,
    operation_figure,
    place_at,
    shelter_at,
    shelter_days,
)
from app.population.queries.flows import flows
from app.population.queries.groups import group_figures
from app.population.queries.reasons import steps_of
from app.population.service import change_setting
from app.population.touched import touched_since
from tests.factories.amending import NOON, Say, corrected, figures, one_place, past
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state
from tests.integration.conftest import Caller

THE_DAY = date(2025, 3, 11)


class Told:
    """Says reports an hour apart, folds after each post, and asks what had been known after so many of them."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self.session, self.actor = session, actor
        self.moments = [clock.now() + timedelta(hours=1)]

    def say(self, *reports: dict[str, Any], statuses: str = "accepted") -> None:
        at = self.moments[-1]
        with patch.object(clock, "now", lambda: at):
            results = take(self.session, actor=self.actor, reports=list(reports))
            assert {result.status for result in results} == {statuses}, results
            while refresh(self.session):
                pass
        self.moments.append(at + timedelta(hours=1))

    def known_after(self, posts: int, as_of: date = THE_DAY) -> Past:
        with patch.object(clock, "now", lambda: self.moments[-1]):
            return past(self.session, self.actor, as_of, self.moments[posts - 1] + timedelta(minutes=1))


@pytest.fixture
def told(session: Session, coordinator: Actor) -> Told:
    return Told(session, coordinator)


def within(actor: Actor, *areas: str) -> Actor:
    return Actor(uuid4(), "other@example.org", "coordinator", Scope(actor.scope.operation_id, frozenset(areas)), "en")


def id_of(session: Session, code: str) -> UUID:
    found: UUID = session.execute(text("SELECT id FROM shelters WHERE code = :code"), {"code": code}).scalar_one()
    return found


def no_difference(session: Session) -> bool:
    return [difference for part in verify(session) for difference in part] == []


def test_who_is_on_the_way_within_a_day_has_left_every_area(session: Session, coordinator: Actor, say: Say) -> None:
    """Between two schools of one district: at night nobody crossed its border, at noon twenty are in neither."""
    say(
        a_headcount("KHM", at=NOON, people=100),
        a_headcount("JAB", at=NOON, people=10),
        a_movement(
            source="KHM", to="JAB", people=20, at="2025-03-11T16:00:00+03:00", left_at="2025-03-11T10:00:00+03:00"
        ),
    )
    for hour, people, left, under_way in ((9, 110, 0, 0), (13, 90, 20, 20), (17, 110, 0, 0)):
        asked = past(session, coordinator, datetime(2025, 3, 11, hour - 3, tzinfo=UTC))
        figure = operation_figure(session, scope=coordinator.scope, past=asked)
        assert (figure.people.total, figure.came, figure.left, figure.adjusted) == (people, 0, left, 0), hour
        assert on_the_way(session, scope=coordinator.scope, past=asked) == under_way
    district = {area.area: area for area in area_figures(session, scope=coordinator.scope, past=asked)}["SY0602"]
    assert (district.came, district.left) == (0, 0)


def test_two_that_turned_out_to_be_one_had_people_between_them_until_somebody_knew(
    session: Session, coordinator: Actor, told: Told
) -> None:
    told.say(a_movement(source="KHM", to="JAB", people=20, at="2025-03-12T09:00:00+03:00", left_at=NOON))
    told.say(one_place("KHM", "JAB"))
    asked = [told.known_after(posts) for posts in (1, 2)]
    assert [on_the_way(session, scope=coordinator.scope, past=one) for one in asked] == [20, 0]
    banyas = within(coordinator, "SY10")
    assert on_the_way(session, scope=banyas.scope, past=asked[0]) == 0


def test_a_shelter_put_into_another_area_is_asked_about_where_it_was_known_to_lie(
    session: Session, coordinator: Actor, told: Told
) -> None:
    group = {"id": str(uuid4()), "kind": "group", "occurred_at": NOON, "code": "G-1", "origin": "SY0602"}
    told.say(group, a_movement(to="KHM", at=NOON, people=20, group="G-1"))
    told.say(corrected(str(id_of(session, "KHM")), a_shelter(code="KHM", area="SY1002")))
    lattakia, tartous = within(coordinator, "SY06"), within(coordinator, "SY10")
    then, since = told.known_after(1), told.known_after(2)
    for actor, asked, sees in ((lattakia, then, True), (tartous, then, False), (lattakia, since, False)):
        found, _ = flows(session, scope=actor.scope, past=asked, limit=10)
        assert [flow.shelter for flow in found] == ["KHM"] * sees
        assert (place_at(session, scope=actor.scope, code="KHM", past=asked) is not None) is sees
        groups = group_figures(session, actor=actor, past=asked).items
        assert [at.shelter for group in groups for at in group.at] == (["KHM"] if sees else [None] * len(groups))
    assert [flow.shelter for flow in flows(session, scope=tartous.scope, past=since, limit=10)[0]] == ["KHM"]
    assert no_difference(session)


def test_a_group_is_known_by_the_home_it_was_said_to_have_and_until_it_was_taken_back(
    session: Session, coordinator: Actor, told: Told
) -> None:
    group = {"id": str(uuid4()), "kind": "group", "occurred_at": NOON, "code": "G-1", "origin": "SY0602"}
    told.say(group)
    home = corrected(group["id"], {**group, "origin": "SY1002"})
    told.say(home)
    told.say(corrected(home["id"], None))
    lattakia, tartous = within(coordinator, "SY06"), within(coordinator, "SY10")
    seen = [
        [bool(group_figures(session, actor=actor, past=told.known_after(posts)).items) for posts in (1, 2, 3)]
        for actor in (coordinator, lattakia, tartous)
    ]
    assert seen == [[True, True, False], [True, False, False], [False, True, False]]


def test_a_group_that_never_came_is_not_known_where_it_never_was(
    session: Session, coordinator: Actor, told: Told
) -> None:
    group = {"id": str(uuid4()), "kind": "group", "occurred_at": NOON, "code": "G-1", "origin": "SY0602"}
    moved = a_movement(to="BAN", at=NOON, people=20, group="G-1")
    told.say(group, moved)
    told.say(corrected(moved["id"], {**moved, "to": {"shelter": "KHM"}}))
    tartous = within(coordinator, "SY10")
    seen = [bool(group_figures(session, actor=tartous, past=told.known_after(posts)).items) for posts in (1, 2)]
    assert seen == [True, False]


def test_a_described_shelter_that_is_taken_back_is_no_uncounted_place(
    session: Session, coordinator: Actor, told: Told
) -> None:
    mistake = a_shelter(code="OOPS")
    told.say(mistake, a_state("OOPS", at=NOON, capacity=50))
    before = operation_figure(session, scope=coordinator.scope)
    void = corrected(mistake["id"], None)
    told.say(void)
    after = operation_figure(session, scope=coordinator.scope)
    assert before.uncounted - after.uncounted == 1
    assert not session.execute(text("SELECT FROM place_days WHERE place_id = :id"), {"id": UUID(mistake["id"])}).all()
    assert no_difference(session)
    for posts, uncounted, is_there in ((1, before.uncounted, True), (2, after.uncounted, False)):
        asked = told.known_after(posts)
        assert operation_figure(session, scope=coordinator.scope, past=asked).uncounted == uncounted
        assert ("OOPS" in figures(session, coordinator, asked)) is is_there
        assert (shelter_at(session, scope=coordinator.scope, code="OOPS", past=asked) is not None) is is_there
        days = shelter_days(session, place_id=UUID(mistake["id"]), first=date(2025, 3, 1), past=asked)
        assert [day.day.day for day in days] == [1, 10] * is_there
        steps = steps_of(session, place_id=UUID(mistake["id"]), past=asked, most=10, everything=True).listed
        assert [step.effect for step in steps] == ["describes"] * 2 * is_there
    list(rebuild(session))
    assert operation_figure(session, scope=coordinator.scope).uncounted == after.uncounted
    told.say(corrected(void["id"], mistake))
    assert operation_figure(session, scope=coordinator.scope).uncounted == before.uncounted
    assert figures(session, coordinator)["OOPS"].declared == 50
    assert no_difference(session)


def test_people_reported_at_a_shelter_at_the_moment_it_is_taken_back_are_not_lost(
    session: Session, coordinator: Actor, told: Told
) -> None:
    """The two transactions do not see each other: the headcount stands, and the shelter is listed with its people."""
    mistake = a_shelter(code="OOPS")
    told.say(mistake)
    with patch("app.ledger.queries.is_spoken_of", lambda *_about: False):
        told.say(a_headcount("OOPS", at=NOON, people=12), corrected(mistake["id"], None))
    assert figures(session, coordinator)["OOPS"].people.total == 12
    asked = told.known_after(2)
    assert figures(session, coordinator, asked)["OOPS"].people.total == 12
    assert operation_figure(session, scope=coordinator.scope, past=asked).people.total == 12
    assert no_difference(session)


def test_a_shelter_registered_before_reports_kept_their_area_is_known_by_what_it_said(
    session: Session, coordinator: Actor, told: Told
) -> None:
    def as_before(rows: list[Row]) -> bytes:
        return written([replace(row, area_code=None) for row in rows])

    old = a_shelter(code="OLD", area="SY1002")
    with patch("app.ledger.service.written", as_before):
        told.say(old, a_headcount("OLD", at=NOON, people=30))
    told.say(a_movement(to="OLD", at="2025-03-10T15:00:00+03:00", people=5))
    asked = told.known_after(1)
    assert figures(session, coordinator, asked)["OLD"].people.total == 30
    areas = {area.area: area.people.total for area in area_figures(session, scope=coordinator.scope, past=asked)}
    assert (areas["SY1002"], areas["SY10"]) == (30, 30)
    list(rebuild(session))
    assert no_difference(session)


def test_why_knows_of_no_books_that_a_late_report_made(session: Session, coordinator: Actor, told: Told) -> None:
    """A headcount was the first that was heard of a place; that people had come before it was reported later."""
    told.say(a_headcount("KHM", at=NOON, people=100))
    told.say(a_movement(to="KHM", at="2025-03-05T12:00:00+03:00", people=43))
    found = []
    for posts in (1, 2):
        steps = steps_of(session, place_id=id_of(session, "KHM"), past=told.known_after(posts), most=10).listed
        found.append([(step.before, step.discrepancy) for step in steps if step.effect == "anchors"])
    assert found == [[(None, None)], [(43, 57)]]


def test_a_count_of_a_day_is_told_as_of_the_same_moment_whenever_it_is_asked(
    session: Session, coordinator: Actor, told: Told
) -> None:
    today = told.moments[0]
    day = frame_of(session, coordinator.scope.operation_id).day_of(today)
    told.say(a_headcount("KHM", at=today, people=12, precision="day"))
    asked = [today + timedelta(minutes=minutes) for minutes in (5, 20)]
    answers = []
    for now in asked:
        with patch.object(clock, "now", lambda now=now: now):
            then = past(session, coordinator, day, today + timedelta(minutes=1))
            answers.append(figures(session, coordinator, then)["KHM"])
    assert answers[0] == answers[1]
    assert answers[0].people.total == 12


def test_a_setting_touches_what_it_has_a_say_in(session: Session, coordinator: Actor, told: Told) -> None:
    operation = coordinator.scope.operation_id
    told.say(a_movement(to="KHM", at=NOON, people=5), a_headcount("JAB", at=NOON, people=40))
    told.say(a_movement(to="BAN", at=NOON, people={"households": 3}))
    with patch.object(clock, "now", lambda: told.moments[-1]):
        touched = {}
        for name, value in (("thresholds", {}), ("household_size", 6), ("adopt_from", 5)):
            changed = clock.now() + timedelta(seconds=len(touched))
            with patch.object(clock, "now", lambda changed=changed: changed):
                change_setting(session, operation_id=operation, actor_id=None, name=name, value=value)
                while refresh(session):
                    pass
            known = Known.by(session, operation, changed - timedelta(milliseconds=1))
            touched[name] = touched_since(session, operation, known, last=date(2025, 3, 10))
    day = {date(2025, 3, 10)}
    assert touched["thresholds"].days == {}
    assert touched["household_size"].days == {id_of(session, "BAN"): day}
    assert touched["adopt_from"].days == {id_of(session, "JAB"): day}
    assert not any(found.whole for found in touched.values())


def test_history_and_reasons_of_a_shelter_answer_as_it_was_known(caller: Caller) -> None:
    """Taken back since, or not known yet: what was known decides."""
    mistake = a_shelter(code="OOPS")
    assert caller.post("/reports", {"reports": [mistake]}).json["results"][0]["status"] == "accepted"
    paths = ("/shelters/OOPS/history", "/population/why?shelter=OOPS", "/population?by=day&shelter=OOPS")
    for path in paths:
        assert caller.get(path).status_code == 200, path
        sign = "&" if "?" in path else "?"
        assert caller.get(f"{path}{sign}known_on=2025-03-01T00:00:00Z").status_code == 404, path
    assert caller.post("/reports", {"reports": [corrected(mistake["id"], None)]}).json["results"][0]["status"] == (
        "accepted"
    )
    for path in paths:
        assert caller.get(path).status_code == 404, path
