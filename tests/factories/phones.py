"""A field worker's phone: a browser whose storage lasts, on a network that can be taken away."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.factories.between import Network
from tests.factories.live import PASSWORD, Live, wait_for
from tests.faults.victims import database_url

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_S = 90.0  # other browsers may be at work on this machine
SCREEN = {"width": 360, "height": 640}
KEPT = """async () => {
  for (const name of await caches.keys()) if (await (await caches.open(name)).match("/field/kept")) return true;
  return false;
}"""


UNSENT = """async () => {
  const script = document.querySelector("script[src*='/field/phone.js']").src;
  const { all } = await import(script.replace("phone.js", "outbox.js"));
  return (await all(document.documentElement.dataset.person)).filter((entry) => !entry.isSent).length;
}"""

# All that caches hold of pages, in which nothing of a person may stay.
KEPT_WORDS = """async () => {
  const said = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      if (!asked.url.includes("/static/")) said.push(await (await cache.match(asked)).text());
    }
  }
  return said.join(" ");
}"""

# A page that opens from what is kept is not told by Chromium's emulation that there is no network; on a phone it is.
SAYS_IT_IS_AWAY = """try {
  const isAway = () => Boolean(localStorage.getItem("network is away"));
  if (isAway()) Object.defineProperty(navigator, "onLine", { get: () => !isAway() });
} catch { /* a page of nobody's */ }"""


_WORKER = """
  WITH known AS (SELECT password, operation_id FROM users JOIN memberships ON user_id = id WHERE email = %(like)s),
  made AS (INSERT INTO users (id, email, password, active, fs_uniquifier, created_at)
    SELECT gen_random_uuid(), %(email)s, password, true, gen_random_uuid(), now() FROM known RETURNING id)
  INSERT INTO memberships (user_id, operation_id, role, areas, is_protection, created_at)
  SELECT made.id, operation_id, %(role)s, CAST(%(areas)s AS text[]), false, now() FROM made, known
"""


@dataclass
class Phone:
    """One browser on it, with one page open."""

    context: BrowserContext
    page: Page
    network: Network

    def lose_network(self) -> None:
        self.network.away = True
        self.context.set_offline(True)
        if self.page.url.startswith(self.network.url):
            self.page.evaluate("localStorage.setItem('network is away', 'yes')")

    def find_network(self) -> None:
        self.page.evaluate("localStorage.removeItem('network is away')")
        self.network.away = False
        self.context.set_offline(False)
        self.page.evaluate("window.dispatchEvent(new Event('online'))")

    def be_old(self) -> None:
        """Five years old, at the edge of a 2G network: a quarter of this processor, 25 kB/s, 0.3 s to an answer."""
        self.context.new_cdp_session(self.page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        self.network.slow_s, self.network.bytes_per_s = 0.3, 25_000

    def open(self, path: str) -> None:
        self.page.goto(f"{self.network.url}{path}")

    def sign_in(self, email: str) -> None:
        self.open("/login")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: urlsplit(url).path == "/field/")

    def be_ready(self) -> None:
        """The pages are kept: from now on they open without a network."""
        wait_for(lambda: self.page.evaluate(KEPT), PATIENCE_S, "the pages are not kept")

    def save(self) -> None:
        self.page.click(".save button")
        expect(self.page.locator("[data-line]")).not_to_be_empty()

    def arrive(self, people: int, place: str) -> None:
        """Log an arrival, the total alone, and stay on the page after saving."""
        self.open("/field/arrivals/new")
        self.fill_arrival(people, place)
        self.save()

    def fill_arrival(self, people: int, place: str) -> None:
        self.page.locator("label", has=self.page.locator("#how-total")).click()
        self.page.fill("[name=total]", str(people))
        self.choose("place", place)

    def choose(self, name: str, typed: str) -> None:
        """A place or an area, by typing a part of its name and touching the first that is offered."""
        self.page.fill(f"[name={name}]", typed)
        self.page.locator("[role=option]").first.click()

    def waiting(self) -> int:
        """How many reports the header says wait here."""
        chip = self.page.locator("[data-waiting]")
        digits = "".join(sign for sign in chip.inner_text() if sign.isdecimal()) if chip.is_visible() else ""
        return int(digits or 0)

    def unsent(self) -> int:
        """How many reports of whoever is signed in wait to be sent."""
        return int(self.page.evaluate(UNSENT))

    def sends_all(self, within: float = PATIENCE_S) -> None:
        wait_for(lambda: self.unsent() == 0, within, "reports still wait on the phone")


def chromium() -> str:
    """Debian's Chromium, or whatever goes by that name; rather the one without windows, which are much of its work."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert path, "no Chromium found: install it, on Debian with `apt-get install chromium-headless-shell`"
    return path


@contextmanager
def phone(browser: Browser, network: Network, folder: Path, *, syncs: bool = False, **options: Any) -> Iterator[Phone]:
    """The phone whose storage lies in this folder; closing the browser leaves it there. `syncs`: it also sends in the
    background, which takes no notice of a network lost by `lose_network` alone."""
    options = {"viewport": SCREEN, "locale": "en-GB", "args": list(FLAGS), **options}
    context = browser.browser_type.launch_persistent_context(str(folder), executable_path=chromium(), **options)
    try:
        context.add_init_script(SAYS_IT_IS_AWAY)
        page = context.pages[0] if context.pages else context.new_page()
        allowed = {"permission": {"name": "background-sync"}, "setting": "granted" if syncs else "denied"}
        context.new_cdp_session(page).send("Browser.setPermission", allowed)
        yield Phone(context, page, network)
    finally:
        context.close()


def worker(live: Live, name: str, *areas: str, role: str = "field_worker") -> str:
    """Somebody new in the demonstration's operation, with the password of its own; without areas, of all of it."""
    email = f"{name}@example.org"
    with psycopg.connect(database_url(live)) as connection:  # the command would take seconds, for each test
        asked = {"email": email, "like": live.accounts["field_worker"][0], "areas": list(areas) or None, "role": role}
        assert connection.execute(_WORKER, asked).rowcount == 1
    return email


def ledger(live: Live, email: str) -> list[dict[str, Any]]:
    """What stands in the ledger of one person, post by post."""
    with psycopg.connect(database_url(live)) as connection:
        found = connection.execute(
            "SELECT reports.id::text, kind, content, corrects::text, total FROM reports"
            " JOIN users ON users.id = reporter_id WHERE email = %s ORDER BY recorded_at",
            [email],
        )
        return [dict(zip(("id", "kind", "said", "corrects", "total"), row, strict=True)) for row in found]


def totals(live: Live, email: str) -> list[int]:
    """How many people the movements say, as they stand in the ledger, corrections and what was taken back left out."""
    stored = ledger(live, email)
    replaced = {report["corrects"] for report in stored}
    movements = [report for report in stored if report["kind"] == "movement" and report["id"] not in replaced]
    return [int(report["total"]) for report in movements]
