"""Two clerks logged one bus: a coordinator finds it from the figure, decides, and undoes it, without a mouse."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from app.core import clock
from tests.factories.coordinating import Site, fold, make_site
from tests.factories.looks import LANGUAGES, LAPTOP, PHONES, misfits
from tests.factories.operations import a_headcount, a_movement, a_shelter
from tests.factories.screens import Watched, in_language, looking_at, tab_to

AT = clock.now() - timedelta(hours=9)


@pytest.fixture
def site(database: str) -> Site:
    found = make_site()
    found.report(
        a_shelter(code="KHM", capacity=500),
        a_headcount("KHM", at=AT - timedelta(days=1), people=100),
        a_movement(at=AT, people=52, to="KHM", origin="SY0602"),
        a_movement(at=AT, people=52, to="KHM", origin="SY0602"),
    )
    return found


@pytest.fixture
def watched(browser: Browser, site: Site) -> Iterator[Watched]:
    with looking_at(site, browser, viewport=LAPTOP) as opened:
        yield opened


def test_from_the_figure_to_a_decision_and_back_by_the_keyboard_alone(watched: Watched) -> None:
    page = watched.page
    page.goto("/shelters/KHM")
    figure = page.locator("main .number").first
    expect(figure).to_contain_text("204")
    tab_to(page, page.get_by_role("link", name="Possible duplicates"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="The same people"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Why?"))
    page.keyboard.type("one bus, two clerks")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("one bus, two clerks")
    fold()
    page.goto("/shelters/KHM")
    expect(figure).to_contain_text("152")
    expect(page.locator("main")).not_to_contain_text("may be told twice")
    page.goto("/duplicates")
    tab_to(page, page.get_by_role("link", name="Decide again"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Different people")).to_be_checked()  # the other answer is at hand
    tab_to(page, page.get_by_label("Why?"))
    page.keyboard.type("two buses after all")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("two buses after all")
    fold()
    page.goto("/shelters/KHM")
    expect(figure).to_contain_text("204")
    assert watched.wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_stand_side_by_side_on_a_phone(watched: Watched, language: str) -> None:
    page = watched.page
    page.set_viewport_size(PHONES[-1])
    page.goto(in_language("/duplicates", language))
    deciding = page.locator("a[href$='choice=same']").get_attribute("href")
    assert deciding is not None
    for path in ("/duplicates", deciding):
        page.goto(in_language(path, language))
        beside = page.get_by_role("group").filter(has=page.locator("table.of-two"))
        expect(beside).to_have_count(1)
        said_by = beside.locator("tr:last-child bdi")
        said_by.evaluate_all(
            "all => all.forEach((one) => { one.textContent = 'coordination-littoral@organisation.example.org'; })"
        )
        assert beside.evaluate("one => one.scrollWidth - one.clientWidth") == 0
        widths = [cell.bounding_box()["width"] for cell in beside.locator("thead th, tbody td").all()]  # type: ignore[index]
        assert min(widths) > PHONES[-1]["width"] / 3
        cells = beside.locator("tr").evaluate_all(
            "rows => rows.map((row) => [...row.cells].filter((one) => one.checkVisibility()).length)"
        )
        assert set(cells) == {3}, "each under its heading, also for who hears the table"
        assert misfits(page, *PHONES) == []
