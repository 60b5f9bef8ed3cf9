"""A question that is folded away slows nobody down, and hides no answer and no mistake."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_changed_here import change_the_first, said
from tests.e2e.test_screens import PHONE, signed_in
from tests.factories.live import Live
from tests.factories.phones import Phone, ledger

SC = "[name='needs.SC']"


def unfold(page: Page) -> None:
    page.click(".form summary")
    expect(page.locator(SC)).to_be_visible()


def test_children_without_their_parents_are_said_with_no_network_and_read_again(
    ready: Phone, live: Live, email: str
) -> None:
    page = ready.page
    ready.lose_network()
    ready.open("/field/arrivals/new")
    expect(page.locator(SC)).to_be_hidden()
    ready.fill_arrival(9, "Khmeimim")
    unfold(page)
    page.fill(SC, "٣x")
    page.click(".form summary")
    page.click(".save button")
    expect(page.locator(".error-summary a")).to_have_text(
        ["Children without their parents: Write a number, for example 14."]
    )
    expect(page.locator(SC)).to_be_visible()
    expect(page.locator(SC)).to_have_attribute("aria-invalid", "true")
    page.click(".error-summary a")
    expect(page.locator(SC)).to_be_in_viewport()
    page.fill(SC, "3")
    ready.save()
    assert said(ready)["needs"] == {"SC": 3}
    change_the_first(ready)
    expect(page.locator(SC)).to_be_visible()
    expect(page.locator(SC)).to_have_value("3")
    page.fill("[name='needs.PL']", "0")
    ready.save()
    ready.open("/field/arrivals/new")
    expect(page.locator(SC)).to_be_hidden()
    expect(page.locator(SC)).to_have_value("")
    ready.fill_arrival(4, "Khmeimim")
    ready.save()
    ready.find_network()
    ready.sends_all()
    stored = {report["total"]: report["said"].get("needs") for report in ledger(live, email)}
    assert stored == {9: {"SC": 3, "PL": 0}, 4: None}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_unfolds_without_script(browser: Browser, live: Live, language: str) -> None:
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    for form in ("arrivals", "departures", "headcounts"):
        page.goto(f"/field/{form}/new?lang={language}")
        expect(page.locator(SC)).to_be_hidden()
        unfold(page)
        page.fill(SC, "x")
        page.click(".save button")
        expect(page.locator(".error-summary")).to_be_visible()
        expect(page.locator(SC)).to_be_visible()
        expect(page.locator(SC)).to_have_value("x")
    context.close()


def test_it_is_unfolded_before_the_form_is_printed(browser: Browser, live: Live) -> None:
    """Also where the browser lets no style unfold it."""
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB")
    context.add_init_script("window.print = () => window.dispatchEvent(new Event('beforeprint'));")
    page = context.new_page()
    page.goto("/field/headcounts/new")
    expect(page.locator(SC)).to_be_hidden()
    page.click("[data-print]")
    expect(page.locator(SC)).to_be_visible()
    context.close()
