"""Every page in a real browser: everything fits and can be touched, axe finds nothing, nothing comes from elsewhere."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories.live import PASSWORD, Live
from tests.factories.looks import LANGUAGES, LAPTOP, PHONES, TARGET, misfits, violations
from tests.factories.screens import (
    DESK_PAGES,
    FIELD_PAGES,
    LINKED_PAGES,
    STRANGERS_PAGES,
    Watched,
    in_language,
    signed_in,
)

__all__ = ["PHONE", "TARGET", "signed_in"]
PHONE = {"width": 360, "height": 800}
PAGES = (
    *(("administrator", path) for path in (*FIELD_PAGES, *DESK_PAGES, *LINKED_PAGES)),  # who sees all there is
    *(("nobody", path) for path in STRANGERS_PAGES),
)


@pytest.fixture(scope="module")
def contexts(browser: Browser, live: Live) -> Iterator[dict[str, BrowserContext]]:
    opened = {
        "administrator": signed_in(browser, live, "administrator", locale="en-GB"),
        "nobody": browser.new_context(base_url=live.url, locale="en-GB"),
    }
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture(
    scope="module",
    params=[*product(PAGES, LANGUAGES)],
    ids=lambda one: f"{one[0][0]}-{''.join(one[0][1])}-{one[1]}",
)
def shown(request: pytest.FixtureRequest, contexts: dict[str, BrowserContext], live: Live) -> Iterator[Watched]:
    """A page in one language, opened once for all that is looked at on it."""
    (who, path), language = request.param
    watched = Watched(contexts[who].new_page(), live.url.removeprefix("http://"))
    watched.watch()
    if isinstance(path, tuple):
        listed, link = path
        watched.page.goto(listed)
        path = watched.page.locator(link).first.get_attribute("href")
    watched.page.goto(in_language(path, language))
    assert watched.page.evaluate("document.documentElement.lang") == language
    yield watched
    watched.page.close()


def test_it_fits_and_can_be_touched(shown: Watched) -> None:
    language, direction = shown.page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
    assert direction == ("rtl" if language == "ar" else "ltr")
    assert misfits(shown.page, LAPTOP, *PHONES) == []
    assert shown.wrong == []


def test_axe_finds_nothing(shown: Watched) -> None:
    shown.page.set_viewport_size(PHONES[-1])
    assert violations(shown.page) == []


@pytest.fixture
def phone(browser: Browser, live: Live) -> Iterator[Page]:
    """A field worker's phone, in English."""
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB")
    yield context.new_page()
    context.close()


def test_the_grid_adds_up_as_one_types_and_the_stepper_acts_on_the_cell_in_hand(phone: Page) -> None:
    phone.goto("/field/arrivals/new")
    phone.fill("[name='cells.female:18-59']", "١٤")
    phone.fill("[name='cells.male:0-4']", "۷")
    expect(phone.locator("[name='cells.female:18-59']")).to_have_value("14")
    phone.click("[data-step='5']")
    expect(phone.locator("[name='cells.male:0-4']")).to_have_value("12")
    expect(phone.locator("[data-total]")).to_have_text("26")
    phone.click("[data-step='-1']")
    expect(phone.locator("[data-total]")).to_have_text("25")


def test_errors_link_to_their_fields_and_nothing_typed_is_lost(phone: Page) -> None:
    phone.goto("/field/arrivals/new")
    phone.fill("[name='cells.female:18-59']", "14x")
    phone.fill("[name=home]", "Atlantis")
    phone.click(".save button")
    expect(phone.locator(".error-summary")).to_be_focused()
    expect(phone.locator("[name='cells.female:18-59']")).to_have_value("14x")
    expect(phone.locator("[name=home]")).to_have_value("Atlantis")
    targets = phone.locator(".error-summary a").evaluate_all(
        "links => links.map((link) => !!document.getElementById(decodeURIComponent(link.hash.slice(1))))"
    )
    assert len(targets) >= 2
    assert all(targets)


@pytest.fixture(scope="module")
def scriptless(browser: Browser, live: Live) -> Iterator[Page]:
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_form_works_without_script_and_is_stored_once(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "field_worker", viewport=PHONE, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto("/field/arrivals/new")
    page.check("#how-total", force=True)
    page.fill("[name=total]", "7")
    page.select_option("[name=place]", index=1)
    with page.expect_request(lambda request: request.method == "POST") as posted:
        page.click(".save button")
    page.wait_for_url("**/field/saved")
    first = page.inner_text("h1")
    page.request.post(
        posted.value.url,
        data=posted.value.post_data or "",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    page.goto("/field/saved")
    assert (first, page.inner_text("h1")) == ("Saved", "It was saved already")
    context.close()


# The least each form asks for, as somebody answers it who has no script.
LEAST: dict[str, dict[str, str | int]] = {
    "/field/arrivals/new": {"how": "total", "total": "١٤", "place": 1},
    "/field/departures/new": {"how": "total", "total": "3", "place": 1, "went": "home"},
    "/field/headcounts/new": {"how": "total", "total": "0", "place": 1, "method": "full_count"},
    "/field/shelters/new": {
        "name_en": "Depot without a script",
        "site_type": "collective_centre",
        "area": "SY0602",
        "present": "12",
        "method": "site_visit",
    },
    "/field/groups/new": {"label": "families without a script", "how": "households", "households_only": "4"},
    "/field/notes/new": {"place": 1, "text": "some are still there"},
    "/field/shelters/JBL-SCH3/state": {"taps": "۷"},
}


@pytest.mark.parametrize("path", LEAST)
def test_each_form_is_stored_without_script(scriptless: Page, path: str) -> None:
    scriptless.goto(path)
    for name, answer in LEAST[path].items():
        field = scriptless.locator(f"[name='{name}']")
        if field.first.get_attribute("type") == "radio":
            scriptless.locator(f"label:has([name={name}][value={answer}])").click()
        elif isinstance(answer, int):
            field.select_option(index=answer)
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(answer)
        else:
            field.fill(answer)
    scriptless.click(".save button")
    scriptless.wait_for_url("**/field/saved")
    assert scriptless.inner_text("h1") == "Saved"


def test_the_language_is_chosen_on_any_page_and_kept(browser: Browser, live: Live) -> None:
    # Of a person of its own: the language goes with the account, and every other test reads English.
    added = live.mawa("user", "add", "reader@demo.example.org", "--role", "field_worker", stdin=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    live.accounts["reader"] = ("reader@demo.example.org", PASSWORD)
    context = signed_in(browser, live, "reader", viewport=PHONE, locale="en-GB")
    phone = context.new_page()
    phone.goto("/field/")
    phone.click(".menu summary")
    phone.click(".menu button[value=ar]")
    assert phone.url.endswith("/field/")
    phone.goto("/field/arrivals/new")
    assert phone.get_attribute("html", "lang") == "ar"
    expect(phone.locator("h1")).to_have_text("وصل أشخاص")
    context.close()
