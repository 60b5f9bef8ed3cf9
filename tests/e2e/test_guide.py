"""The guide: two pages of A4 in each language, words that stand on the screens they speak of, there with no network."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.core.text import catalogue
from app.field.views.words import scripts_say
from tests.e2e.test_screens import PHONE, signed_in
from tests.factories.live import Live
from tests.factories.looks import LANGUAGES
from tests.factories.operations import a_movement
from tests.factories.phones import Phone

STATIC = Path(__file__).parents[2] / "app" / "static"
PAGES = re.compile(rb"/Type\s*/Page\b")
SCREENS = {
    "home": "/field/",
    "arrivals": "/field/arrivals/new",
    "departures": "/field/departures/new",
    "headcounts": "/field/headcounts/new",
    "groups": "/field/groups/new",
    "login": "/login",
}
NAMED = """() => [...document.querySelectorAll("[data-as]")].map((one) => [one.dataset.as, one.textContent.trim()])"""
TEXTS = """() => [document, ...[...document.querySelectorAll("template")].map((one) => one.content)]
  .flatMap((part) => [...part.querySelectorAll("*")])
  .map((one) => [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE))
  .map((texts) => texts.map((text) => text.data).join(""))
  .map((text) => text.replace(/[ \\n]+/g, " ").trim())"""


@pytest.fixture(scope="module")
def worker(browser: Browser, live: Live) -> Iterator[BrowserContext]:
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def page(worker: BrowserContext) -> Iterator[Page]:
    opened = worker.new_page()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sent(live: Live) -> str:
    """Where a report that was sent is looked at by who sent it."""
    report = a_movement(at="2025-03-20T12:00:00+03:00", people=2, to="KHM")
    report["id"] = str(uuid4())
    answer = live.api("/reports", live.token("field_worker"), {"reports": [report]})
    assert answer["results"][0]["status"] == "accepted", answer
    return f"/field/reports/{report['id']}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_on_two_sides_of_a4(page: Page, language: str) -> None:
    page.goto(f"/field/guide?lang={language}")
    for printed in (page.pdf(format="A4"), page.pdf(prefer_css_page_size=True)):
        assert len(PAGES.findall(printed)) == 2
    page.emulate_media(media="print")
    for unprinted in (".bar", ".crumbs", ".contents", ".on-screen"):
        for one in page.locator(unprinted).all():
            expect(one).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_in_bold_stands_on_its_screen(
    browser: Browser, live: Live, page: Page, sent: str, language: str
) -> None:
    page.goto(f"/field/guide?lang={language}")
    named = page.evaluate(NAMED)
    assert len(named) > 40
    shown = {"scripts": set(said_by_scripts(language))}
    for screen, path in {**SCREENS, "report": sent}.items():
        context = browser.new_context(base_url=live.url) if screen == "login" else None
        opened = context.new_page() if context else page
        opened.goto(f"{path}?lang={language}")
        shown[screen] = set(opened.evaluate(TEXTS))
        if context:
            context.close()
    missing = [(screen, word) for screen, word in named if not stands(word, shown[screen])]
    assert missing == []


def said_by_scripts(language: str) -> Iterator[str]:
    known = catalogue(language)
    for text in scripts_say(str(STATIC)):
        if isinstance(text, str):
            yield text if language == "en" else known.ugettext(text)
        else:
            yield known.ungettext(*text, 3) if language != "en" else text[1]


def stands(word: str, texts: set[str]) -> bool:
    """Whether it is there as it is; where a script puts a number into its text, with that number."""
    if word in texts:
        return True
    patterns = (re.escape(text).replace(re.escape("%(n)s"), r"\d+") for text in texts if "%(n)s" in text)
    return any(re.fullmatch(pattern, word) for pattern in patterns)


def test_it_opens_with_no_network(ready: Phone) -> None:
    ready.lose_network()
    for begin in ("/field/", "/dashboard"):  # the second needs the network, says so, and leads to what does not
        ready.open(begin)
        ready.page.click("main a[href='/field/guide']")
        ready.page.wait_for_url("**/field/guide")
    expect(ready.page.locator("h1")).to_have_text("Guide for the field")
    expect(ready.page.locator("#lost")).to_be_visible()
    columns = ready.page.locator(".contents ul").evaluate("one => getComputedStyle(one).display")
    assert columns == "grid", "its style is kept too"


def test_a_word_that_is_on_no_screen_is_found() -> None:
    assert stands("3 on this phone", {"%(n)s on this phone"})
    assert stands("Save", {"Save", "Home"})
    assert not stands("Store", {"Save", "%(n)s on this phone"})
