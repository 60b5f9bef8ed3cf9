"""The map of the situation in a real browser: by keyboard alone, by mouse, without script, and with 10,000 shelters."""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import Babel
from playwright.sync_api import Browser, Page, expect

from app import core
from app.core import templating
from app.dashboard.views.dots import Links, box_of, circles_of
from app.formats import map as picture
from app.formats.view import View
from app.population.queries.present import Brief
from tests.factories.live import Live
from tests.factories.looks import LAPTOP
from tests.factories.screens import Watched, signed_in

SHEETS = [Path(core.__file__).parents[1] / "static" / name for name in ("mawa.css", "charts.css", "map.css")]
MANY = 10_000
FOCUSED = "() => document.activeElement.closest('#map') && document.activeElement.getAttribute('aria-label')"


@pytest.fixture(scope="module")
def desk(browser: Browser, live: Live) -> Iterator[Watched]:
    context = signed_in(browser, live, "administrator", locale="en-GB", viewport=LAPTOP)
    watched = Watched(context.new_page(), live.url.removeprefix("http://"))
    watched.watch()
    yield watched
    context.close()


def shown(page: Page) -> list[str]:
    """What the map calls all that can be picked on it."""
    return page.locator("#map svg a").evaluate_all("links => links.map((one) => one.getAttribute('aria-label'))")


def test_everything_on_it_is_reached_by_keyboard_and_a_cluster_is_opened(desk: Watched) -> None:
    page = desk.page
    page.goto("/dashboard")
    page.evaluate("window.stays = true")
    names = shown(page)
    page.locator("#needs").locator("xpath=ancestor::section").locator("a").last.focus()
    walked = []
    for _ in names:
        page.keyboard.press("Tab")
        walked.append(page.evaluate(FOCUSED))
    assert walked == names
    page.locator("#map a[aria-label^='3 shelters']").focus()
    with page.expect_request(lambda request: "map=" in request.url) as asked:
        page.keyboard.press("Enter")
    assert asked.value.headers["x-mawa-part"] == "1", "nobody has looked at the rest anew"
    expect(page.locator("#map a[aria-label^='Khmeimim air base: ']")).to_be_visible()
    assert "map=35." in unquote(page.url)
    assert page.evaluate("window.stays"), "only the map was changed"
    assert page.evaluate("() => Boolean(document.activeElement.closest('#map'))")
    assert desk.wrong == []


def test_a_shelter_leads_to_its_page_and_an_area_filters_everything(desk: Watched) -> None:
    page = desk.page
    page.goto("/dashboard?as_of=2025-03-25")
    page.locator("#map a[aria-label^='Banyas refinery housing']").click()
    expect(page.locator("h1")).to_contain_text("Banyas refinery housing")
    assert page.url.endswith("/shelters/BNY-REF?as_of=2025-03-25")
    page.goto("/dashboard?as_of=2025-03-25")
    page.locator("#map a.area[aria-label=Hama]").click()
    expect(page.locator("h1")).to_have_text("Hama")
    assert page.input_value("#area") == "SY05"
    assert desk.wrong == []


def test_it_works_without_a_script(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "coordinator", locale="en-GB", viewport=LAPTOP, java_script_enabled=False)
    page = context.new_page()
    page.goto("/dashboard")
    before = page.locator("#map svg a").count()
    page.locator("#map a[aria-label^='3 shelters']").click()
    page.wait_for_url("**map=**")
    assert page.locator("#map svg a[aria-label^='Khmeimim air base: ']").count() == 1
    page.get_by_role("link", name="All shelters").first.click()
    assert page.locator("#map svg a").count() == before
    context.close()


def many_drawn() -> tuple[str, float]:
    """A map of 10,000 shelters spread over a country, and how many milliseconds of work that was."""
    chance = random.Random(7)
    kinds = ["counted"] * 6 + ["at_least", "unknown"]
    dots = [
        Brief(
            UUID(int=number),
            f"S{number}",
            "open",
            round(chance.gauss(35, 0.6), 2),
            round(chance.gauss(37, 0.6), 2),
            None if (basis := chance.choice(kinds)) == "unknown" else int(chance.expovariate(1 / 300)),
            basis,
            None,
            None if basis == "unknown" else chance.randrange(100, 1_000),
        )
        for number in range(MANY)
    ]
    names = {one.id: {"en": f"Shelter {one.code}"} for one in dots}
    view = View.of(box_of(dots))
    application = Flask(__name__)
    Babel(application, locale_selector=lambda: "en")
    templating.register(application)
    with application.test_request_context():
        took = []
        for _ in range(5):
            began = time.process_time()
            circles = circles_of(view, dots, Links("/dashboard", {}), lambda _: names)
            drawn = picture.drawn(view, ground=[], circles=circles, summary="Map", distance=lambda km: f"{km} km")
            took.append(1000 * (time.process_time() - began))
    return drawn, min(took)


def test_ten_thousand_shelters_are_drawn_at_once(browser: Browser) -> None:
    drawn, on_server = many_drawn()
    page = browser.new_page(viewport=LAPTOP)
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)
    page.set_content(f"<!doctype html><style>{sheets}</style><main></main><template>{drawn}</template>")
    in_browser = page.evaluate(
        "() => new Promise((done) => { const began = performance.now();"
        " document.querySelector('main').append(document.querySelector('template').content.cloneNode(true));"
        " requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))); })"
    )
    circles = page.locator("svg.map .at").count()
    figures = f"{circles} circles, {len(drawn) / 1000:.0f} kB, drawn in {on_server:.0f} ms, seen in {in_browser:.0f} ms"
    print(f"{MANY} shelters: {figures}")  # noqa: T201  # to be read with `pytest -s`
    assert 1 < circles < 100
    assert len(drawn) < 100_000
    assert on_server < 200, "some 15 ms on a machine that does nothing else"
    assert in_browser < 500
    page.close()
