"""A form printed: empty, with every question the screen may ask, for where there is no phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_screens import PHONE, signed_in
from tests.factories.live import Live

FORMS = ("arrivals", "departures", "headcounts", "shelters")
A4 = {"width": 794, "height": 1123}
UNSEEN = """() => [...document.querySelectorAll(".form :is(input:not([type=hidden]), textarea)")]
  .filter((one) => !one.checkVisibility() && !one.closest(".choices.now")).map((one) => one.name)"""


@pytest.fixture(params=["en", "ar"])
def page(browser: Browser, live: Live, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = signed_in(browser, live, "field_worker", viewport=A4, locale="en-GB")
    opened = context.new_page()
    opened.goto(f"/field/?lang={request.param}")
    yield opened
    context.close()


@pytest.mark.parametrize("form", FORMS)
def test_on_paper_stands_every_question_and_no_answer(page: Page, form: str) -> None:
    page.goto(f"/field/{form}/new")
    page.emulate_media(media="print")
    assert page.evaluate(UNSEEN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]
    for unprinted in (".bar", ".save", ".tally", "[data-print]"):
        for one in page.locator(unprinted).all():
            expect(one).to_be_hidden()
    for choice in page.locator(".form select:not([data-list])").all():
        offered = [word for word in choice.locator("option").all_inner_texts()[1:] if word]
        expect(choice.locator("xpath=following-sibling::ul[1]/li")).to_have_text(offered)
        expect(choice.locator("xpath=following-sibling::ul[1]")).to_be_visible()
    page.emulate_media(media="screen")
    assert page.locator(".on-paper:visible").count() == 0


def test_a_button_prints_it_and_stands_on_no_phone_without_script(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/field/headcounts/new")
    expect(page.locator("[data-print]")).to_be_hidden()
    context.close()
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB")
    context.add_init_script("window.print = () => { document.title = 'printed'; };")
    page = context.new_page()
    page.goto("/field/notes/new")
    page.click("[data-print]")
    expect(page).to_have_title("printed")
    context.close()
