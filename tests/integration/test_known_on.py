"""As known on: what was said later changes nothing of what was known; and a rebuild knows the same."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.policy import Actor
from app.alerts.refresh import rebuild, refresh, verify
from app.core import clock
from app.intake.service import take
from app.population import service
from app.population.queries import operation_figure
from app.population.service import change_setting, deriving
from tests.factories.amending import NOON, Say, corrected, decision, figures, one_place, past
from tests.factories.operations import a_headcount, a_movement, a_shelter


def test_last_tuesday_prints_again_to_the_digit(session: Session, coordinator: Actor) -> None:
    """As known on: a late report, a correction, a decision and a merge recorded since change nothing of it."""
    start = clock.now() + timedelta(hours=1)
    count = a_headcount("KHM", at=NOON, people={"total": 100, "low": 90, "high": 120})
    press = a_headcount("KHM", at="2025-03-11T12:00:00+03:00", people=300, method="secondary_report")
    with patch.object(clock, "now", lambda: start):
        take(session, actor=coordinator, reports=[count, press, a_headcount("JAB", at=NOON, people=7)])
    later = [
        [a_movement(to="KHM", at="2025-03-11T09:00:00+03:00", people=11)],
        [corrected(count["id"], {**count, "people": {"total": 60}})],
        [decision(press["id"], adopt=True)],
        [one_place("KHM", "JAB")],
    ]
    for hours, reports in enumerate(later, 1):
        with patch.object(clock, "now", lambda hours=hours: start + timedelta(hours=hours)):
            assert [one.status for one in take(session, actor=coordinator, reports=reports)] == ["accepted"]
    while refresh(session):
        pass
    with patch.object(clock, "now", lambda: start + timedelta(hours=9)):
        asked = past(session, coordinator, date(2025, 3, 11), start + timedelta(minutes=1))
    found = figures(session, coordinator, asked)
    assert [(found[code].people.total, found[code].competing) for code in ("KHM", "JAB")] == [(100, 1), (7, 0)]
    assert (found["KHM"].people.low, found["KHM"].people.high) == (90, 120)
    assert operation_figure(session, scope=coordinator.scope, past=asked).people.total == 107
    assert asked.cut.known_on == start + timedelta(minutes=1)
    assert figures(session, coordinator)["KHM"].people.total == 300


def test_what_was_taken_back_later_was_known_until_then(session: Session, coordinator: Actor) -> None:
    """Also where nothing else was said of that place and day."""
    start = clock.now() + timedelta(hours=1)
    count = a_headcount("KHM", at=NOON, people=100)
    with patch.object(clock, "now", lambda: start):
        take(session, actor=coordinator, reports=[count])
    with patch.object(clock, "now", lambda: start + timedelta(hours=1)):
        take(session, actor=coordinator, reports=[corrected(count["id"], None)])
        while refresh(session):
            pass
        assert figures(session, coordinator)["KHM"].people.total is None
        asked = past(session, coordinator, date(2025, 3, 11), start + timedelta(minutes=1))
        assert figures(session, coordinator, asked)["KHM"].people.total == 100


def test_a_setting_holds_from_its_day_on_for_what_is_asked_now_and_never_for_what_was_known(
    session: Session, coordinator: Actor
) -> None:
    """Households of six instead of five; and what is not adopted any more."""
    start = clock.now() + timedelta(hours=1)
    operation = coordinator.scope.operation_id
    reports = [
        a_headcount("KHM", at=NOON, people={"households": 10}, method="household_listing"),
        a_headcount("JAB", at=NOON, people=40, method="key_informant"),
    ]
    with patch.object(clock, "now", lambda: start):
        take(session, actor=coordinator, reports=reports)
    with patch.object(clock, "now", lambda: start + timedelta(hours=1)):
        for name, value in (("household_size", 6), ("adopt_from", 5)):
            change_setting(session, operation_id=operation, actor_id=coordinator.user_id, name=name, value=value)
        while refresh(session):
            pass
        now = figures(session, coordinator)
        assert (now["KHM"].people.total, now["KHM"].people.is_estimated) == (60, True)
        assert (now["JAB"].people.total, now["JAB"].competing) == (None, 1)
        then = figures(
            session, coordinator, past(session, coordinator, date(2025, 3, 11), start + timedelta(minutes=1))
        )
        assert (then["KHM"].people.total, then["JAB"].people.total) == (50, 40)
        assert [difference for part in verify(session) for difference in part] == []


def test_what_changes_while_a_fold_begins_is_seen_or_stays_marked(session: Session, coordinator: Actor) -> None:
    """A setting and an area that change between the fold's lock and its taking of marks."""
    operation = coordinator.scope.operation_id
    shelter = session.execute(text("SELECT id FROM shelters WHERE code = 'KHM'")).scalar_one()
    count = a_headcount("KHM", at=NOON, people={"households": 10}, method="household_listing")
    take(session, actor=coordinator, reports=[count])
    while refresh(session):
        pass
    take(session, actor=coordinator, reports=[a_movement(to="KHM", at="2025-03-11T09:00:00+03:00", people=1)])
    elsewhere = corrected(str(shelter), a_shelter(code="KHM", area="SY1002"))

    def meanwhile(*about: Any) -> list[Any]:
        locked = deriving.lock(*about)
        change_setting(session, operation_id=operation, actor_id=None, name="household_size", value=6)
        take(session, actor=coordinator, reports=[elsewhere])
        return locked

    with patch.object(service, "lock", meanwhile):
        refresh(session)
    while refresh(session):
        pass
    assert figures(session, coordinator)["KHM"].people.total == 61
    assert [difference for part in verify(session) for difference in part] == []


def test_what_is_still_marked_is_known_all_the_same(session: Session, coordinator: Actor) -> None:
    start = clock.now() + timedelta(hours=1)
    with patch.object(clock, "now", lambda: start):
        take(session, actor=coordinator, reports=[a_headcount("KHM", at=NOON, people=100)])
        refresh(session)
        take(session, actor=coordinator, reports=[a_movement(to="KHM", at="2025-03-11T09:00:00+03:00", people=11)])
    with patch.object(clock, "now", lambda: start + timedelta(hours=1)):
        asked = past(session, coordinator, date(2025, 3, 12), start + timedelta(minutes=1))
        assert figures(session, coordinator, asked)["KHM"].people.total == 111


def test_a_rebuild_gives_the_same_rows_and_states(session: Session, coordinator: Actor, say: Say) -> None:
    group = {"id": str(uuid4()), "kind": "group", "occurred_at": NOON, "code": "G-1", "origin": "SY0602"}
    moved = a_movement(to="JAB", at=NOON, people=9, group="G-1")
    say(group, moved, one_place("KHM", "JAB"), corrected(group["id"], {**group, "origin": "SY1002"}))
    tables = ("place_days", "area_days", "shelters", "shelter_states", "groups", "group_states", "places", "place_now")
    before = {table: sorted(map(str, session.execute(text(f"SELECT * FROM {table}")))) for table in tables}
    list(rebuild(session))
    after = {table: sorted(map(str, session.execute(text(f"SELECT * FROM {table}")))) for table in tables}
    for table in tables:
        if table != "area_days":  # a change of nothing is no change
            assert before[table] == after[table], table
    assert [difference for part in verify(session) for difference in part] == []
