"""What pages say is drawn once for all who see the same: nothing of anybody is in it, and nobody waits in vain."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Request as FlaskRequest
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from app.dashboard.views import live
from app.dashboard.views.live import KEPT, Drawn, Shared, Tag
from app.dashboard.views.situation import READS
from app.factory import create_app
from tests.factories.asked import statements
from tests.factories.operations import a_headcount, a_state
from tests.factories.pages import Visitor, words_of
from tests.factories.teams import Team
from tests.factories.watched import PAGE, ask, main_of

NOW = datetime.now(UTC)


@pytest.fixture
def watched(team: Team, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """Forty people at KHM. Nothing has been drawn yet, and ages do not grow."""
    team.sends(a_headcount("KHM", at=NOW - timedelta(hours=3), people=40))
    team.people()
    monkeypatch.setattr(live, "_shared", Shared())
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield team


def test_who_sees_the_same_is_given_what_was_drawn_once_and_nothing_of_anybody_is_in_it(watched: Team) -> None:
    team = watched
    colleague = Visitor(create_app(), replace(team.actors["coordinator"]))
    first = ask(team.coordinator, PAGE)
    with statements() as asked:
        second = ask(colleague, PAGE)
    assert first.text == second.text
    assert len(asked) == 1, "drawn once"
    assert "@" not in first.text
    elsewhere = ask(team.visitors["stranger"], PAGE)
    assert elsewhere.text != first.text and "KHM" not in elsewhere.text


def test_who_opens_the_page_is_given_what_was_drawn_if_it_is_what_stands(watched: Team) -> None:
    team = watched
    colleague = Visitor(create_app(), replace(team.actors["coordinator"]))
    team.coordinator.open(PAGE)
    with statements() as asked:
        opened = colleague.open(PAGE)
    assert not any("reports" in one for one in asked), "nothing was read but who asks, and what stands"
    assert main_of(opened.text) == main_of(ask(team.coordinator, PAGE).text)
    assert "looked" in colleague.client.get_cookie("looked", path="/dashboard").key  # type: ignore[union-attr]
    team.sends(a_headcount("KHM", at=NOW - timedelta(hours=1), people=47))
    team.people()
    assert "47" in words_of(colleague.open(PAGE).text), "at once, however lately it was drawn"


def test_everybody_takes_alerts_on_with_a_key_of_their_own_that_is_not_in_what_was_drawn_once(watched: Team) -> None:
    team = watched
    team.sends(a_headcount("SCH", at=NOW - timedelta(hours=2), people=90))
    team.sends(*(a_state(code, at=NOW - timedelta(hours=2), capacity=30, status="open") for code in ("KHM", "SCH")))
    team.people()
    people = [team.coordinator, Visitor(create_app(), replace(team.actors["coordinator"]))]
    keys = [_key_of(one.open(PAGE).text) for one in people]
    first, second = (ask(one, PAGE).text for one in people)
    assert first == second
    assert "csrf" not in first and '<form method="post"' not in first
    ways = re.findall(r'<button [^>]*form="taking-on" formaction="(/alerts/[^"]+)"', first)
    assert len(ways) == 2
    assert people[1].post(ways[1], MultiDict({"csrf_token": keys[0]})).status_code == 400, "that of somebody else"
    for one, way, key in zip(people, ways, keys, strict=True):
        assert one.post(way, MultiDict({"csrf_token": key})).status_code == 303
    assert "taking-on" not in ask(people[0], PAGE).text


def _key_of(page: str) -> str:
    """What the form of a whole page sends that its buttons belong to. It stands outside of what is exchanged."""
    content = main_of(page)
    found = re.search(r'<form id="taking-on" method="post" hidden><input [^>]*name="csrf_token" value="([^"]+)"', page)
    assert found is not None and found[0] not in content
    assert "csrf" not in content
    return found[1]


def test_what_nobody_reads_of_an_address_is_no_page_of_its_own(watched: Team) -> None:
    ask(watched.coordinator, PAGE)
    with statements() as asked:
        for number in range(3):
            assert ask(watched.coordinator, f"{PAGE}?zz={number}&lang=en").status_code == 200
    assert len(asked) == 3, "drawn once"
    assert len(live._shared._drawn) == 1
    orders = ("SY0602&area=SY06", "SY06&area=SY0602")
    one, other = (ask(watched.coordinator, f"{PAGE}?area={codes}").text for codes in orders)
    assert one != other


def test_all_that_is_read_of_an_address_tells_pages_apart(team: Team) -> None:
    read: set[str] = set()

    class Noted(ImmutableMultiDict[str, str]):
        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return super().__contains__(name)

        def getlist(self, key: str, type: Any = None) -> list[Any]:  # noqa: A002
            read.add(key)
            return super().getlist(key, type)

        def __getitem__(self, key: str) -> str:
            read.add(key)
            return super().__getitem__(key)

    class Request(FlaskRequest):
        parameter_storage_class = Noted

    application = create_app()
    application.request_class = Request
    asked = "".join(f"&{name}=1" for name in READS)
    assert Visitor(application, team.actors["coordinator"]).open(f"{PAGE}?lang=en{asked}").status_code == 200
    assert read - {"lang"} == set(READS)


def test_who_opens_a_page_may_be_given_what_is_newer_than_what_they_would_see() -> None:
    shared = Shared()
    newer = shared.get("page", Tag("c", 30), None, lambda: "C")
    assert shared.get("page", Tag("b", 20), None, lambda: "B") == newer
    assert shared.get("page", Tag("d", 40), None, lambda: "D").content == "D"


def test_what_is_older_does_not_take_the_place_of_what_was_drawn_lately() -> None:
    shared = Shared()

    def drawn_meanwhile() -> str:
        shared._keep("page", Drawn(Tag("c", 30), "C", time.monotonic(), 0.0))
        return "B"

    assert shared.get("page", Tag("b", 20), None, drawn_meanwhile).content == "B"
    assert shared._drawn["page"].content == "C"


def test_nobody_is_given_what_is_older_than_what_they_have() -> None:
    shared = Shared()
    assert shared.get("page", Tag("b", 20), None, lambda: "B").content == "B"
    newer = shared.get("page", Tag("d", 40), Tag("a", 10), lambda: "D")
    assert newer.content == "B", "drawn just now, and newer than theirs"
    own = shared.get("page", Tag("d", 40), Tag("c", 30), lambda: "D")
    assert own.content == "D", "they have seen their own change already"
    assert shared.get("page", Tag("e", 50), None, lambda: "E").content == "E", "who has nothing is given what stands"


def test_while_one_draws_the_others_wait_only_where_they_have_something_newer() -> None:
    shared = Shared()
    shared.get("page", Tag("a", 10), None, lambda: "A")
    shared._drawn["page"] = replace(shared._drawn["page"], at=time.monotonic() - 60)
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> str:
        begun.set()
        assert go_on.wait(10)
        return "B"

    one = threading.Thread(target=lambda: shared.get("page", Tag("b", 20), Tag("a", 10), slowly))
    one.start()
    assert begun.wait(10)
    assert shared.get("page", Tag("b", 20), Tag("a", 10), lambda: "never").content == "A"
    go_on.set()
    assert shared.get("page", Tag("b", 20), Tag("c", 15), lambda: "never").content == "B"
    one.join()


def test_however_many_pages_are_drawn_each_is_drawn_by_one_at_a_time_and_few_are_kept() -> None:
    shared, begun, go_on, given = Shared(), threading.Event(), threading.Event(), []

    def slowly() -> str:
        begun.set()
        assert go_on.wait(10)
        return "A"

    def look(draw: Callable[[], str]) -> None:
        given.append(shared.get("page", Tag("a", 10), None, draw).content)

    lookers = [threading.Thread(target=look, args=[slowly])]
    lookers[0].start()
    assert begun.wait(10)
    for number in range(KEPT + 5):
        shared.get(number, Tag("a", 10), None, lambda: "another")
    lookers.append(threading.Thread(target=look, args=[lambda: "drawn twice"]))
    lookers[1].start()
    lookers[1].join(0.1)
    assert given == [], "waits"
    go_on.set()
    for one in lookers:
        one.join()
    assert given == ["A", "A"]
    assert len(shared._drawn) == KEPT
    assert set(shared._drawn) == {*range(6, KEPT + 5), "page"}, "what was drawn last"
    assert len(shared._drawing) == 0, "nobody holds or awaits any"
