"""The situation without reloading: a page that lies open learns of every change, and asking costs next to nothing."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
import time_machine
from click.testing import CliRunner

from app.accounts.signin.browser import USED
from app.admin.policy import about_of, stamp
from app.admin.service.operation import change_about
from app.alerts.queries import open_alerts
from app.alerts.service import acknowledge
from app.core.db import unit_of_work
from app.dashboard.views import live
from app.dashboard.views.live import Shared, Tag
from app.factory import create_app
from app.holds.schemas import Theirs
from app.intake.cli import areas
from app.places.queries import frame_of
from app.population.service import change_setting
from tests.factories.asked import statements
from tests.factories.holding import begin_hold, finish, settle
from tests.factories.operations import a_headcount, a_movement, a_shelter, a_state
from tests.factories.pages import Visitor
from tests.factories.teams import Team
from tests.factories.watched import PAGE, Anew, Watcher, ask, main_of

NOW = datetime.now(UTC)


@pytest.fixture
def at_noon() -> Iterator[None]:
    """Ages do not grow while one looks. After everybody has signed in."""
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was drawn for one is drawn again for the next: this is about what it says of the state it is tagged with."""
    monkeypatch.setattr(live, "_shared", Anew())


@pytest.fixture
def watcher(team: Team, at_noon: None) -> Watcher:
    """Who has the situation of SY06 open, with forty people at KHM."""
    team.sends(a_headcount("KHM", at=NOW - timedelta(hours=3), people=40))
    team.people()
    seen = Watcher(team.coordinator)
    seen.opens()
    return seen


def _arrival(team: Team) -> None:
    team.sends(a_movement(at=NOW - timedelta(hours=1), to="KHM", people=6))
    team.people()


def _late_report(team: Team) -> None:
    team.sends(a_movement(at=NOW - timedelta(days=9), to="SCH", people=7))
    team.people()


def _shelter(team: Team) -> None:
    team.sends(a_shelter(code="NEW"))


def _capacity(team: Team) -> None:
    team.sends(a_state("KHM", at=NOW - timedelta(hours=1), capacity=50, status="open"))


def _published(team: Team) -> None:
    said = {"kind": "figure", "about": {"area": "SY0602"}, "measures": "stock", "people": {"total": 900}}
    team.sends({"id": str(uuid4()), "occurred_at": (NOW - timedelta(hours=2)).isoformat(), **said}, who="coordinator")


def _renamed(team: Team) -> None:
    with unit_of_work() as session:
        actor = team.actors["coordinator"]
        seen = stamp(about_of(frame_of(session, actor.scope.operation_id)))
        change_about(session, actor=actor, name={"en": "North coast"}, mail_detail="brief", seen=seen)


def _household(team: Team) -> None:
    """Of eight people instead of five."""
    team.sends(a_movement(at=NOW - timedelta(hours=2), to="SCH", people={"households": 3}))
    team.people()
    with unit_of_work() as session:
        operation = team.actors["coordinator"].scope.operation_id
        change_setting(session, operation_id=operation, actor_id=None, name="household_size", value=8.0)
    team.people()


def _alert(team: Team) -> None:
    team.sends(a_state("KHM", at=NOW - timedelta(hours=2), capacity=30, status="open"))
    team.people()


def _areas_renamed(team: Team) -> None:
    about = {"ADM0_PCODE": "SY", "ADM1_PCODE": "SY06", "ADM1_EN": "North coast"}
    square = {"type": "Polygon", "coordinates": [[[35, 34], [36, 34], [36, 35], [35, 34]]]}
    layer = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": about, "geometry": square}]}
    with TemporaryDirectory() as folder:
        file = Path(folder, "layer.geojson")
        file.write_text(json.dumps(layer), encoding="utf-8")
        assert CliRunner().invoke(areas, ["load", str(file)], catch_exceptions=False).exit_code == 0


def _acknowledged(team: Team) -> None:
    _alert(team)
    with unit_of_work() as session:
        actor = team.actors["coordinator"]
        (found, *_) = open_alerts(session, actor=actor, language="en")
        acknowledge(session, actor=actor, alert_id=found.id, comment=None)


def _held(team: Team) -> None:
    """All the field worker sent leaves the figures."""
    begin_hold(team.actors["coordinator"], _theirs(team))
    finish()


def _let_go(team: Team) -> None:
    hold_id = begin_hold(team.actors["coordinator"], _theirs(team))
    finish()
    settle(team.actors["coordinator"], hold_id)


def _theirs(team: Team) -> Theirs:
    return Theirs(team.actors["worker"].user_id, team.actors["coordinator"].scope)


CHANGES: dict[str, Callable[[Team], None]] = {
    "an arrival": _arrival,
    "a report of nine days ago": _late_report,
    "a new shelter": _shelter,
    "places": _capacity,
    "a published figure": _published,
    "another household size": _household,
    "an alert": _alert,
    "an alert somebody took on": _acknowledged,
    "a hold": _held,
    "a hold that was settled": _let_go,
    "another name": _renamed,
    "other names of areas": _areas_renamed,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_on_a_page_that_lies_open_it_learns_of(change: str, team: Team, watcher: Watcher) -> None:
    assert watcher.asks().status_code == 304
    before, tag = watcher.content, watcher.tag
    CHANGES[change](team)
    answer = watcher.asks()
    assert answer.status_code == 200
    watcher.opens()
    assert watcher.content != before, "this test changes something that shows"
    assert watcher.shows != tag.partition(".")[0]
    assert main_of(answer.text) == main_of(watcher.content), "a part of the whole page"


def test_what_shows_nothing_new_costs_one_question(team: Team, watcher: Watcher) -> None:
    team.sends(a_movement(at=NOW - timedelta(hours=1), to="KHM", people=6))  # taken, and not folded yet
    with statements() as asked:
        answer = watcher.asks()
    assert (answer.status_code, answer.text) == (304, "")
    assert len(asked) == 1, asked


def test_another_language_is_another_page(watcher: Watcher) -> None:
    assert ask(watcher.visitor, f"{PAGE}?lang=fr", watcher.tag).status_code == 200


def test_ages_grow_though_nothing_is_reported(watcher: Watcher) -> None:
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        assert watcher.asks().status_code == 200


def test_what_was_known_is_asked_anew_each_time(watcher: Watcher) -> None:
    known = f"{PAGE}?known_on={NOW.date() - timedelta(days=1)}"
    answer = ask(watcher.visitor, known, watcher.tag)
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


def test_a_page_that_lies_open_keeps_nobody_signed_in(watcher: Watcher) -> None:
    def used() -> int:
        with watcher.visitor.client.session_transaction() as kept:
            return int(kept[USED])

    before = used()
    with time_machine.travel(NOW + timedelta(hours=9), tick=False):
        assert watcher.asks().status_code == 200
        assert used() == before
        watcher.opens()
        assert used() > before


@pytest.mark.parametrize("kept", [Anew, Shared])
def test_no_state_of_figures_has_the_tag_of_another(
    team: Team, kept: type[Shared], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody reports and folds, every tag stands for one state, and the last tag for the last state."""
    monkeypatch.setattr(live, "_shared", kept())
    found: dict[str, set[str]] = {}
    done = threading.Event()

    watchers = [Watcher(Visitor(create_app(), team.actors["coordinator"])) for _ in range(2)]
    for watcher in watchers:
        watcher.opens()  # templates are made one after the other: Python 3.11 loses count where two threads compile

    def look(watcher: Watcher) -> None:
        while True:
            is_last = done.is_set()
            said = re.search(r"Displaced now (?:at least )?([\d,]+|not known)", watcher.opens())
            assert said is not None
            found.setdefault(watcher.shows, set()).add(said[1])
            if is_last:
                last.add((watcher.shows, said[1]))
                return

    last: set[tuple[str, str]] = set()
    lookers = [threading.Thread(target=look, args=(watcher,)) for watcher in watchers]
    for one in lookers:
        one.start()
    for _ in range(12):
        team.sends(a_movement(at=NOW - timedelta(hours=1), to="KHM", people=5))
        team.people()
    done.set()
    for one in lookers:
        one.join()
    assert {figure for _, figure in last} == {"60"}
    assert all(len(figures) == 1 for figures in found.values()), found


@pytest.mark.parametrize("text", ["", "x", "a.", "a.b", "a.-1", f"a.{'9' * 30}", "a.٣"])
def test_a_tag_that_is_not_ours_is_none(text: str) -> None:
    assert Tag.read(text) is None


def test_a_tag_is_read_as_it_was_written() -> None:
    assert Tag.read(str(Tag("a1", 7))) == Tag("a1", 7)
