"""Every page in a real browser: nothing overflows, nothing is fetched from elsewhere, everything can be touched."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories.live import PASSWORD, Live

PHONE, LAPTOP = {"width": 360, "height": 800}, {"width": 1366, "height": 768}
FIELD_PAGES = (
    "/field/",
    "/field/arrivals/new",
    "/field/departures/new",
    "/field/groups/new",
    "/field/groups/new?code=G-0001",
    "/field/headcounts/new",
    "/field/notes/new",
    "/field/reports",
    "/field/shelters/new",
    "/field/shelters/JBL-SCH3/state",
)
DESK_PAGES = (
    "/dashboard",
    "/shelters",
    "/shelters/KHM",
    "/shelters/KHM?as_of=2025-03-12",
    "/shelters/KHM/reports",
    "/shelters/KHM/history",
    "/shelters/KHM/same-place",
    "/shelters/KHM/two-places",
    "/alerts",
    "/counts",
    "/counts/decisions",
    "/counts/figures",
    "/counts/figures/new",
    "/holds",
    "/groups",
    "/groups/G-0001",
    "/flows",
    "/admin/audit",
    "/account",
    "/admin/operation",
    "/admin/operation/about",
    "/admin/operation/areas",
    "/admin/operation/areas?word=jabl",
    "/admin/operation/closing",
    "/admin/operation/counting",
    "/admin/operation/numbers",
    "/account/second-factor",
    "/admin/users",
    "/admin/users/new",
    "/reset",
)
LOOKS = (
    ("phone", "en", "light"),
    ("phone", "ar", "dark"),
    ("phone", "fr", "light"),
    ("laptop", "en", "dark"),
    ("laptop", "ar", "light"),
)
TARGET = 43.5  # 44 px, less what rounding takes

# Everything that is tapped: not links within a sentence, not what a label around it enlarges.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, select, summary, input, label.choice")]
  .filter((one) => one.checkVisibility() && !one.closest("p"))
  .filter((one) => !one.matches(".skip, [type=hidden], [type=radio], [type=checkbox]"))
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, box]) => box.width < %s || box.height < %s)
  .map(([html, box]) => `${html} ${box.width}×${box.height}`)"""


@dataclass
class Watched:
    """A page and whatever went wrong on it."""

    page: Page
    host: str
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda message: self.note(message.type in ("error", "warning"), message.text))
        self.page.on("pageerror", lambda error: self.note(True, str(error)))
        self.page.on("request", lambda request: self.note(urlsplit(request.url).netloc != self.host, request.url))

    def note(self, is_wrong: bool, text: str) -> None:
        if is_wrong:
            self.wrong.append(text)


def signed_in(browser: Browser, live: Live, role: str, **options: Any) -> BrowserContext:
    context = browser.new_context(base_url=live.url, **options)
    email, password = live.accounts[role]
    page = context.new_page()
    page.goto("/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)
    page.close()
    return context


@pytest.fixture(scope="module")
def contexts(browser: Browser, live: Live) -> Iterator[dict[str, BrowserContext]]:
    """One signed-in administrator, who sees all there is, for each colour scheme: signing in is slow on purpose."""
    opened = {
        scheme: signed_in(browser, live, "administrator", color_scheme=scheme, locale="en-GB")
        for scheme in ("light", "dark")
    }
    yield opened
    for context in opened.values():
        context.close()


@pytest.mark.parametrize("look", LOOKS, ids=["-".join(look) for look in LOOKS])
@pytest.mark.parametrize("path", [*FIELD_PAGES, *DESK_PAGES, "/login", "/not-there"])
def test_it_fits_and_can_be_touched(
    contexts: dict[str, BrowserContext], live: Live, path: str, look: tuple[str, str, str]
) -> None:
    device, language, scheme = look
    viewport = PHONE if device == "phone" else LAPTOP
    watched = Watched(contexts[scheme].new_page(), urlsplit(live.url).netloc)
    watched.watch()
    page = watched.page
    page.set_viewport_size(viewport)
    page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.evaluate(TOO_SMALL % (TARGET, TARGET)) == []
    assert [text for text in watched.wrong if "404" not in text] == []
    page.close()


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
