"""Pages of a running installation, and browsers of people who look at them."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

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
    "/dashboard?as_of=2025-03-25&area=SY06",
    "/dashboard/changes?hours=168",
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
    "/placement",
    "/placement?people=120&wheelchairs=6&start=KHM",
    "/placement?people=120&start=KHM&days=3000&within=300",
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


def in_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"
