"""Places, areas and groups found as one types, in a real browser."""

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.places.policy import likeness, plain
from tests.e2e.test_screens import PHONE, TARGET, signed_in
from tests.factories.live import Live
from tests.unit.test_place_names import MEANT, OTHERS

NAMES = sorted(
    {*OTHERS, *(name for pair in MEANT for name in pair), "Al-Mina 2", "Saint-Élie", "  ", "المَدينة", "علي", "على"}
)
COMPARED = """async (names) => {
  const { likeness, plain } = await import("/static/names.js");
  return names.map((one) => names.map((other) => likeness(plain(one), plain(other))));
}"""

PLAIN = """async (signs) => {
  const { plain } = await import("/static/names.js");
  return signs.map((sign) => plain(`a${sign}b`));
}"""
# Letters, marks and digits of the scripts in use. Python takes the capitals of Cherokee for its small letters.
SIGNS = [
    sign
    for sign in map(chr, (*range(0x20, 0x1C80), *range(0x1E00, 0x1F00), *range(0x1E900, 0x1E960)))
    if unicodedata.category(sign)[0] in "LMN" and "CHEROKEE" not in unicodedata.name(sign, "")
]

HEIGHTS = """() => [...document.querySelectorAll(".offered:not([hidden]) > li")]
  .map((one) => one.getBoundingClientRect().height)"""


@pytest.fixture
def phone(browser: Browser, live: Live) -> Iterator[Page]:
    """A field worker's phone, in English, with a form for people who arrived."""
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB")
    page = context.new_page()
    page.goto("/field/arrivals/new")
    page.check("#how-total", force=True)
    page.fill("[name=total]", "7")
    yield page
    context.close()


def offered(page: Page, name: str) -> list[str]:
    return page.locator(f"#o-{page.locator(f'[name={name}]').get_attribute('id')} b").all_inner_texts()


def test_the_page_and_the_server_find_the_same_names_alike(phone: Page) -> None:
    found = phone.evaluate(COMPARED, NAMES)
    for (row, one), (column, other) in product(enumerate(NAMES), enumerate(NAMES)):
        assert found[row][column] == pytest.approx(likeness(plain(one), plain(other))), (one, other)


def test_the_page_and_the_server_write_names_of_every_script_alike(phone: Page) -> None:
    found = zip(SIGNS, phone.evaluate(PLAIN, SIGNS), strict=True)
    assert [sign for sign, on_the_page in found if on_the_page != plain(f"a{sign}b")] == []


@pytest.mark.parametrize("typed", ["hmeimim", "حميميم", "Khmaimeem", "KHM"])
def test_a_shelter_is_found_in_any_spelling_and_stored(phone: Page, typed: str) -> None:
    place = phone.locator("[name=place]")
    place.fill(typed)
    expect(place).to_have_attribute("aria-expanded", "true")
    first = phone.locator("[role=option]").first
    expect(first).to_contain_text("Khmeimim")
    first.click()
    assert "Khmeimim" in place.input_value()
    expect(place).to_have_attribute("aria-expanded", "false")
    phone.click(".save button")
    expect(phone.locator("[data-line]")).to_contain_text("Khmeimim")


def test_it_works_from_the_keyboard_alone(phone: Page) -> None:
    phone.locator("[name=home]").focus()
    phone.keyboard.type("lataqia")
    phone.keyboard.press("ArrowDown")
    home = phone.locator("[name=home]")
    active = home.get_attribute("aria-activedescendant")
    expect(phone.locator(f"[id='{active}']")).to_have_attribute("aria-selected", "true")
    phone.keyboard.press("Enter")
    chosen = home.input_value()
    assert chosen not in ("", "lataqia")
    phone.keyboard.press("Escape")
    expect(home).to_have_value(chosen)
    phone.locator("[name=place]").fill("hmeimim")
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("Enter")
    phone.keyboard.press("Enter")  # nothing is offered any more: the form is saved
    expect(phone.locator("[data-line]")).to_contain_text("Khmeimim")


def test_what_is_typed_anew_takes_the_place_of_what_was_chosen(phone: Page) -> None:
    place = phone.locator("[name=place]")
    place.fill("hmeimim")
    phone.locator("[role=option]").first.click()
    place.fill("Atlantis")
    phone.click(".save button")
    expect(phone.locator(".error-summary")).to_be_visible()
    expect(phone.locator("[name=place]")).to_have_value("Atlantis")


def test_the_lists_of_the_page_serve_where_the_names_do_not_come(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB", service_workers="block")
    phone = context.new_page()
    phone.route("**/field/names", lambda route: route.abort())
    phone.goto("/field/arrivals/new")
    phone.check("#how-total", force=True)
    phone.fill("[name=total]", "7")
    place = phone.locator("[name=place]")
    place.fill("khmeim")
    phone.locator("[role=option]").first.click()
    assert "Khmeimim" in place.input_value()
    phone.click(".save button")
    phone.wait_for_url("**/field/saved")
    context.close()


@contextmanager
def slow(browser: Browser, live: Live, path: str) -> Iterator[tuple[Page, Callable[[], None]]]:
    """A page that is there before its script of suggestions; and how to have that come."""
    context = signed_in(browser, live, "administrator", viewport=PHONE, locale="en-GB", service_workers="block")
    page = context.new_page()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    def comes() -> None:
        for script in late:
            script.continue_()
        page.wait_for_load_state()

    page.route("**/typeahead.js", hold)
    with page.expect_request("**/typeahead.js"):
        page.goto(path, wait_until="commit")
    yield page, comes
    context.close()


def test_who_is_quicker_than_the_network_is_offered_places_all_the_same(browser: Browser, live: Live) -> None:
    with slow(browser, live, "/placement") as (page, comes):
        page.locator("[name=start]").focus()
        page.keyboard.type("hmei")
        comes()
        expect(page.locator("[role=option]").filter(has_text="Khmeimim").first).to_be_visible()
        page.keyboard.type("mim")
        expect(page.locator("[name=start]")).to_have_value("hmeimim")


def test_a_list_is_not_taken_from_under_the_hand_of_who_chooses(browser: Browser, live: Live) -> None:
    with slow(browser, live, "/field/arrivals/new") as (page, comes):
        page.locator("[name=place]").focus()
        page.keyboard.type("khm")
        comes()
        page.keyboard.type("eimim")
        expect(page.locator("select[name=place]")).to_have_value("shelter:KHM")
        page.keyboard.press("Tab")
        expect(page.locator("input[name=place]")).to_have_value("Khmeimim air base")
        expect(page.locator("[name='place.pick']")).to_have_value("shelter:KHM")


@pytest.mark.parametrize("language", ["en", "ar", "fr"])
def test_what_is_offered_fits_a_phone_and_can_be_touched(phone: Page, language: str) -> None:
    phone.goto(f"/field/arrivals/new?lang={language}")
    for name in ("home", "place"):
        phone.locator(f"[name={name}]").focus()
        expect(phone.locator("[role=option]:visible").first).to_be_visible()
        heights = phone.evaluate(HEIGHTS)  # in one go: the list is drawn anew when all names have come
        assert min(heights) >= TARGET
        expect(phone.locator(".offered:visible")).to_be_in_viewport(ratio=0.99)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        phone.keyboard.press("Escape")
