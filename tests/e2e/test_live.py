"""The situation in two browsers: what one reports the other sees without reloading, and is not disturbed by it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.live import Live
from tests.factories.screens import Watched, signed_in

PAGE = "/dashboard"
HEADLINE = ".headlines > div:first-child .number"
AGES = "section[aria-labelledby=ages] details"


@pytest.fixture
def watched(browser: Browser, live: Live) -> Iterator[Watched]:
    """A coordinator's laptop with the situation open."""
    context = signed_in(browser, live, "coordinator", viewport={"width": 1366, "height": 768}, locale="en-GB")
    seen = Watched(context.new_page(), live.url.removeprefix("http://"))
    seen.watch()
    seen.page.goto(PAGE)
    seen.page.evaluate("window.isTheSame = true")
    yield seen
    context.close()


@pytest.fixture
def phone(browser: Browser, live: Live) -> Iterator[Page]:
    context = signed_in(browser, live, "field_worker", viewport={"width": 390, "height": 844}, locale="en-GB")
    yield context.new_page()
    context.close()


def displaced(page: Page) -> int:
    return int(re.sub(r"\D", "", page.inner_text(HEADLINE)))


def report(live: Live, people: int) -> None:
    """An arrival at a shelter with its ages, as a program sends it."""
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    said: dict[str, Any] = {"id": str(uuid4()), "kind": "movement", "occurred_at": at, "to": {"shelter": "KHM"}}
    said["people"] = {"total": people, "cells": {"female:18-59": people}}
    answer = live.api("/reports", live.token("field_worker"), {"reports": [said]})
    assert answer["results"][0]["status"] == "accepted", answer


def is_the_same(page: Page) -> bool:
    """Whether it was never loaded again."""
    return bool(page.evaluate("window.isTheSame === true"))


def test_what_one_browser_sends_another_shows_without_reloading(watched: Watched, phone: Page) -> None:
    before = displaced(watched.page)
    phone.goto("/field/arrivals/new")
    phone.check("#how-total", force=True)
    phone.fill("[name=total]", "7")
    phone.fill("[name=place]", "KHM")
    phone.click(".save button")
    figure = watched.page.locator(HEADLINE)
    expect(figure).to_contain_text(f"{before + 7:,}")
    expect(figure).to_have_class(re.compile("changed"))
    expect(watched.page.locator("body > p.hidden[role=status]")).to_contain_text(f"{before + 7:,}")
    expect(figure).not_to_have_class(re.compile("changed"))
    assert is_the_same(watched.page)
    assert watched.wrong == []


def test_who_reads_or_types_is_not_disturbed(watched: Watched, live: Live) -> None:
    page, before = watched.page, displaced(watched.page)
    page.locator(f"{AGES} summary").click()
    people = page.locator(f"{AGES} table").inner_text()
    page.locator(".choosing summary").first.click()
    page.fill("#as_of", "2025-03-20")
    page.locator(f"{AGES} summary").focus()
    page.evaluate("scrollBy(0, 40)")
    scrolled = page.evaluate("scrollY")
    assert scrolled > 0
    report(live, 3)
    expect(page.locator(HEADLINE)).to_contain_text(f"{before + 3:,}")
    expect(page.locator(f"{AGES} table")).not_to_have_text(people)
    assert page.locator(AGES).evaluate("one => one.open")
    expect(page.locator(f"{AGES} summary")).to_be_focused()
    assert page.evaluate("scrollY") == scrolled
    expect(page.locator("#as_of")).to_have_value("2025-03-20")
    assert watched.wrong == []


def test_an_alert_is_taken_on_with_a_button_that_came_later(watched: Watched) -> None:
    page = watched.page
    page.click(".days a[rel=prev]")
    expect(page.locator("main [data-now]")).to_have_count(0)
    page.click(".days a[rel=next]")
    expect(page.locator("main [data-now]")).to_have_count(1)
    assert is_the_same(page)
    page.locator("section[aria-labelledby=needs]").get_by_role("button", name="Acknowledge").first.click()
    expect(page.locator("main")).to_contain_text("You have taken this alert on.")
    assert watched.wrong == []


def test_a_tab_nobody_looks_at_asks_nothing(watched: Watched) -> None:
    page = watched.page
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => window.isAway, configurable: true })")
    page.evaluate("window.isAway = true")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []
    with page.expect_request(lambda request: request.url.endswith(PAGE)):
        page.evaluate("window.isAway = false; document.dispatchEvent(new Event('visibilitychange'))")


def test_without_a_network_it_says_since_when_it_is_not_live_and_goes_on_by_itself(watched: Watched) -> None:
    page = watched.page
    page.context.set_offline(True)
    notice = page.locator("#not-live")
    expect(notice).to_contain_text(re.compile(r"Not live since \d\d:\d\d"))
    assert displaced(page) > 0
    page.context.set_offline(False)
    expect(notice).to_have_count(0)
    assert is_the_same(page)
    assert [text for text in watched.wrong if "ERR_INTERNET_DISCONNECTED" not in text] == []


def test_who_was_signed_out_elsewhere_is_told(watched: Watched) -> None:
    watched.page.context.clear_cookies()
    expect(watched.page.locator("#not-live")).to_contain_text("you are signed out")
    watched.page.click("#not-live a")
    expect(watched.page).to_have_url(re.compile("/login"))


@pytest.mark.parametrize(("language", "back"), [("en", "ArrowLeft"), ("ar", "ArrowRight")])
def test_days_are_gone_through_with_the_keyboard_in_place(watched: Watched, language: str, back: str) -> None:
    """Time runs as one reads: back is left in English and right in Arabic."""
    page = watched.page
    page.goto(f"{PAGE}?lang={language}")
    page.evaluate("window.isTheSame = true")
    slider = page.locator("#day-slider")
    slider.focus()
    page.keyboard.press(back)
    page.keyboard.press(back)
    day = page.locator("#days option").nth(27)
    expect(slider).to_have_attribute("aria-valuetext", day.get_attribute("label") or "none")
    page.wait_for_url(re.compile(r"as_of="))
    expect(slider).to_be_focused()
    expect(page.locator("main > .notice.attention")).to_be_visible()
    page.locator(".days a[rel=next]").click()
    expect(slider).to_have_value("28")
    page.locator(".days a[rel=next]").click()
    expect(page.locator("main [data-now]")).to_have_count(1)
    assert "as_of" not in page.url
    page.go_back()
    expect(page.locator("main [data-now]")).to_have_count(0)
    assert is_the_same(page)
    assert watched.wrong == []


def test_days_are_gone_through_without_a_script(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "coordinator", locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(PAGE)
    expect(page.locator("#day-slider")).to_be_hidden()
    page.click(".days a[rel=prev]")
    expect(page).to_have_url(re.compile("as_of="))
    page.click(".days a[rel=next]")
    assert "as_of" not in page.url
    context.close()
