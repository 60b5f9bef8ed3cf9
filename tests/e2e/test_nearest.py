"""Where the phone is: used when somebody taps for it, on the phone alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from app.planning.policy import whole_km
from tests.factories.live import Live
from tests.factories.looks import PHONES, misfits, violations
from tests.factories.screens import signed_in

HERE = {"latitude": 35.4, "longitude": 35.94}  # by the sea, west of Jablah
BY_DISTANCE = """() => [...document.querySelectorAll(".place")].map((place) => [
  place.querySelector("b").innerText, place.dataset.lat ?? null, place.dataset.lon ?? null,
  place.querySelector("[data-km]")?.innerText ?? null])"""


@pytest.fixture
def at_the_sea(browser: Browser, live: Live) -> Iterator[BrowserContext]:
    options = {"viewport": PHONES[0], "locale": "en-GB", "geolocation": HERE, "permissions": ["geolocation"]}
    context = signed_in(browser, live, "field_worker", **options)
    yield context
    context.close()


def test_my_shelters_stand_nearest_first_once_it_is_tapped_for(at_the_sea: BrowserContext) -> None:
    page = at_the_sea.new_page()
    page.goto("/field/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = page.evaluate(BY_DISTANCE)
    assert {km for *_, km in before} == {None}
    page.click("[data-nearest]")
    expect(page.locator("[data-km]")).to_have_count(len(before))
    here = {"lat": HERE["latitude"], "lon": HERE["longitude"]}
    expected = [
        (name, whole_km(here, {"lat": float(lat), "lon": float(lon)}) if lat else None) for name, lat, lon, _ in before
    ]
    expected.sort(key=lambda one: (one[1] is None, one[1]))
    told = [(name, f"{km} km · " if km else "position not known · ") for name, km in expected]
    assert [(name, f"{km.strip()} ") for name, *_, km in page.evaluate(BY_DISTANCE)] == told
    assert expected[0][1] is not None and expected[-1][1] != expected[0][1]
    assert not [url for url in asked if "35.4" in url], "the position leaves the phone"
    assert misfits(page, *PHONES) == []
    assert violations(page) == []


def test_who_stands_in_a_shelter_need_not_read_coordinates(at_the_sea: BrowserContext) -> None:
    page = at_the_sea.new_page()
    page.goto("/field/shelters/new")
    page.click("[data-here]")
    expect(page.locator("[name=lat]")).to_have_value("35.40000")
    expect(page.locator("[name=lon]")).to_have_value("35.94000")
    assert misfits(page, *PHONES) == []


def test_a_phone_that_does_not_tell_is_told_what_to_do(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "field_worker", viewport=PHONES[0], locale="en-GB", permissions=[])
    page = context.new_page()
    page.goto("/field/")
    before = page.evaluate(BY_DISTANCE)
    page.click("[data-nearest]")
    expect(page.locator("[data-nearest-says]")).to_contain_text("Allow it in the settings of the browser")
    assert page.evaluate(BY_DISTANCE) == before
    expect(page.locator("[data-nearest]")).to_be_enabled()
    context.close()
