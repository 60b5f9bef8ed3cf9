"""Pages of a running installation, and browsers of people who look at them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.factories.coordinating import Site
from tests.factories.live import Live

FIELD_PAGES = (
    "/field/",
    "/field/arrivals/new",
    "/field/departures/new",
    "/field/groups/new",
    "/field/groups/new?code=G-0001",
    "/field/guide",
    "/field/headcounts/new",
    "/field/notes/new",
    "/field/reports",
    "/field/shelters/new",
    "/field/shelters/JBL-SCH3/state",
)
DESK_PAGES = (
    "/dashboard",
    "/dashboard?as_of=2025-03-25&area=SY06&kind=collective_centre",
    "/dashboard?map=34.90,37.00,500",
    "/dashboard/changes?hours=168",
    "/shelters",
    "/shelters?sort=-people&room=over&status=open&as_of=2025-03-20",
    "/shelters?search=nowhere&kind=planned_camp",
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
    "/duplicates",
    "/duplicates?shelter=KHM",
    "/holds",
    "/placement",
    "/placement?people=120&wheelchairs=6&start=KHM",
    "/placement?people=120&start=KHM&days=3000&within=300",
    "/groups",
    "/groups?sort=-people&area=SY06",
    "/groups/G-0001",
    "/flows",
    "/flows?as_of=2025-03-20&homes_by=1&area=SY06",
    "/admin/audit",
    "/account",
    "/admin/operation",
    "/admin/operation/about",
    "/admin/operation/areas",
    "/admin/operation/areas?word=jabl",
    "/admin/operation/closing",
    "/admin/operation/counting",
    "/admin/operation/numbers",
    "/account/alerts",
    "/account/second-factor",
    "/admin/outbox",
    "/admin/rules",
    "/admin/rules/KHM",
    "/admin/users",
    "/admin/users/new",
    "/api/docs",
    "/not-there",
)
# Pages whose address is known only to another page: where it stands, and the link to it.
LINKED_PAGES = (
    ("/alerts", ".tasks a[href^='/alerts/']"),
    ("/admin/users", "tbody a"),
    ("/duplicates", "main a[href*='choice=same']"),
    ("/shelters/KHM/reports", ".why a[href*='/holds/people/']"),
)
STRANGERS_PAGES = ("/login", "/reset", "/reset/no-such-link", "/not-there")


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
        if is_wrong and "404" not in text:
            self.wrong.append(text)


def signed_in(browser: Browser, live: Live, role: str, **options: Any) -> BrowserContext:
    """A browser in which somebody of the demonstration has signed in, which is slow on purpose."""
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


# A service worker is fetching what a phone needs: closed on, the server drops files that it was about to send.
FETCHED = """async () => {
  if (!await navigator.serviceWorker?.getRegistration()) return;
  await Promise.race([navigator.serviceWorker.ready, new Promise((done) => setTimeout(done, 5000))]);
}"""


class Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: which pages were asked for says nothing here."""


@contextmanager
def looking_at(site: Site, browser: Browser, **options: Any) -> Iterator[Watched]:
    """A coordinator's browser on an operation that is served as long as it is looked at."""
    server = make_server("127.0.0.1", 0, site.application, threaded=True, request_handler=Silent)
    server.daemon_threads = False  # type: ignore[attr-defined]  # of socketserver: closing waits for their last answers
    Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    context = browser.new_context(base_url=f"http://{host}", locale="en-GB", **options)
    cookie = site.visitor().client.get_cookie("mawa")
    assert cookie is not None
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": f"http://{host}"}])
    opened = Watched(context.new_page(), host)
    opened.watch()
    yield opened
    if not opened.page.is_closed():
        opened.page.evaluate(FETCHED)
    context.close()
    server.shutdown()
    server.server_close()


def tab_to(page: Page, wanted: Locator, most: int = 80) -> None:
    """Go there as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"No key leads to {wanted}")


def in_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"
