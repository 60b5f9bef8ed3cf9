"""Nobody decides on what they have not seen: reports are corrected, and others decide, while a form is open."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from werkzeug.test import TestResponse

from app.core import clock
from app.intake.service import take
from tests.factories.amending import corrected
from tests.factories.coordinating import Site, fold, make_site, stored
from tests.factories.operations import a_headcount, a_movement, a_shelter
from tests.factories.pages import Visitor, form_of, words_of

NOW = clock.now() - timedelta(hours=9)
CORRECTED = "A report you decide on was corrected meanwhile."
DECIDED = "Somebody decided on this meanwhile."


@dataclass(frozen=True)
class Asked:
    """A page that asks for a decision: its view, its path, the report one decides on, and two answers."""

    view: str
    path: str
    report: dict[str, Any]
    answers: tuple[str, str]


@dataclass(frozen=True)
class Table:
    site: Site
    asked: Asked

    def form(self, visitor: Visitor, answer: int = 0, **typed: str) -> Any:
        """The form as it is now, filled in."""
        said = {"choice": self.asked.answers[answer], "reason": "the same bus", **typed}
        return filled(visitor.open(self.asked.path).text, **said)

    def correct(self, people: int = 5_000) -> None:
        said = {**self.asked.report, "people": {"total": people}}
        self.site.report(corrected(self.asked.report["id"], said))

    def decide(self, visitor: Visitor, data: Any) -> TestResponse:
        return visitor.post(self.asked.path, data)


def filled(page: str, **typed: str) -> Any:
    data = form_of(page)
    for name, value in typed.items():
        data[name] = value
    return data


@pytest.fixture(params=["later", "headcount"])
def table(request: pytest.FixtureRequest, database: str) -> Table:
    """Two arrivals of 52 at SCH, and a newspaper's 500 beside a count of KHM."""
    site = make_site()
    earlier, later = (a_movement(at=NOW + timedelta(minutes=n), people=52, to="SCH") for n in (0, 5))
    news = a_headcount("KHM", at=NOW, people=500, method="secondary_report")
    site.report(a_shelter(code="SCH"), a_shelter(code="KHM"), a_headcount("KHM", at=NOW, people=40), news, earlier)
    site.report(later)
    if request.param == "headcount":
        return Table(site, Asked("counts", f"/counts/{news['id']}/decide", news, ("adopt", "set_aside")))
    pair = f"/duplicates/{later['id']}/{earlier['id']}"
    chosen = earlier if request.param == "earlier" else later
    return Table(site, Asked("duplicates", pair, chosen, ("same", "different")))


def refused(answer: TestResponse, said: str, times: int = 0) -> str:
    assert answer.status_code == 422, answer.text
    words = words_of(answer.text)
    assert said in words
    assert len(stored("decision")) == times
    return words


@pytest.mark.parametrize("table", ["earlier", "later", "headcount"], indirect=True)
def test_a_report_is_corrected_while_the_form_is_open(table: Table) -> None:
    visitor = table.site.visitor()
    data = table.form(visitor)
    table.correct()
    answer = table.decide(visitor, data)
    words = refused(answer, CORRECTED)
    assert "5,000" in words and DECIDED not in words
    assert table.asked.report["kind"] == "headcount" or "52" in words
    again = form_of(answer.text)
    assert (again["choice"], again["reason"]) == (data["choice"], data["reason"])
    assert table.decide(visitor, again).status_code == 303
    assert len(stored("decision")) == 1


def test_what_was_forgotten_is_asked_beside_it(table: Table) -> None:
    visitor = table.site.visitor()
    data = table.form(visitor, reason="")
    table.correct()
    answer = table.decide(visitor, data)
    assert "Say why, in a few words." in refused(answer, CORRECTED)
    assert table.decide(visitor, filled(answer.text, reason="counted twice")).status_code == 303


@pytest.mark.parametrize("left_out", ["shown", "decided"])
def test_a_form_that_does_not_say_what_it_showed_is_shown_first(table: Table, left_out: str) -> None:
    visitor = table.site.visitor()
    assert table.decide(visitor, table.form(visitor)).status_code == 303
    data = table.form(visitor, 1)
    del data[left_out]
    answer = table.decide(visitor, data)
    refused(answer, {"shown": CORRECTED, "decided": DECIDED}[left_out], times=1)
    assert table.decide(visitor, form_of(answer.text)).status_code == 303


@pytest.mark.parametrize("opened_at", ["2999-01-01T00:00:00+00:00", "never"])
def test_whenever_a_form_says_it_was_opened_it_was_before_what_it_does_not_show(table: Table, opened_at: str) -> None:
    first, second = table.site.visitor(), table.site.visitor()
    late = table.form(second, 1, opened_at=opened_at)
    assert table.decide(first, table.form(first)).status_code == 303
    refused(table.decide(second, late), DECIDED, times=1)


def test_a_decision_that_says_it_is_older_than_the_one_that_holds_is_not_stored_to_be_lost(table: Table) -> None:
    visitor = table.site.visitor()
    assert table.decide(visitor, table.form(visitor)).status_code == 303
    data = table.form(visitor, 1, opened_at="2025-01-01T00:00:00+00:00")
    answer = table.decide(visitor, data)
    refused(answer, DECIDED, times=1)
    assert table.decide(visitor, form_of(answer.text)).status_code == 303
    fold()
    first, second = stored("decision")
    assert first["occurred_at"] < second["occurred_at"]


def test_a_decision_is_taken_back_while_the_form_is_open(table: Table) -> None:
    first, second = table.site.visitor(), table.site.visitor()
    data = table.form(first)
    assert table.decide(first, data).status_code == 303
    late = table.form(second, 1)
    table.site.report(corrected(data["report_id"], None))
    refused(table.decide(second, late), DECIDED, times=1)


def test_sent_again_it_is_stored_once_whatever_came_after(table: Table) -> None:
    visitor = table.site.visitor()
    data = table.form(visitor)
    assert table.decide(visitor, data).status_code == 303
    table.correct()
    assert table.decide(visitor, data).status_code == 303
    assert len(stored("decision")) == 1


def test_of_two_at_once_the_second_is_shown_what_the_first_decided(table: Table) -> None:
    first, second = table.site.visitor(), table.site.visitor()
    one, other = table.form(first, reason="a first reason"), table.form(second, 1)
    with begun_before_it_is_stored(table, lambda: table.decide(second, other)) as late:
        assert table.decide(first, one).status_code == 303
    answer = late[0].result(timeout=30)
    assert "a first reason" in refused(answer, DECIDED, times=1)
    assert table.decide(second, form_of(answer.text)).status_code == 303


def test_a_correction_waits_for_a_decision_that_is_being_stored(table: Table) -> None:
    visitor = table.site.visitor()
    with begun_before_it_is_stored(table, table.correct) as late:
        assert table.decide(visitor, table.form(visitor)).status_code == 303
    late[0].result(timeout=30)
    assert "5,000" in words_of(visitor.open(table.asked.path).text)


@contextmanager
def begun_before_it_is_stored(table: Table, doing: Callable[[], Any]) -> Iterator[list[Future[Any]]]:
    """Have something else begin when the first decision has been looked at and is about to be stored: it has to wait,
    though it is given the time to be done by then."""
    begun: list[Future[Any]] = []

    def slowly(*args: Any, **said: Any) -> Any:
        if not begun:
            begun.append(pool.submit(doing))
            assert not wait(begun, timeout=0.5).done, "nothing kept it waiting"
        return take(*args, **said)

    with ThreadPoolExecutor(1) as pool, patch(f"app.dashboard.views.{table.asked.view}.take", slowly):
        yield begun
