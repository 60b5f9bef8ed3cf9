"""Takes the README's picture: the dashboard of the demonstration, as a coordinator sees it on a laptop: `make picture`.

Of a day on which much was known, since the demonstration is of March 2025 and what is open now has an age.
"""

# ruff: noqa: T201 - what it prints is what it is for

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.factories.live import Live, running
from tests.factories.phones import FLAGS, chromium
from tests.factories.screens import signed_in

PICTURE = Path(__file__).parent / "dashboard.png"
SEEN = "/dashboard?as_of=2025-03-16"
SCREEN: ViewportSize = {"width": 1366, "height": 1000}
LARGEST = 200_000  # bytes: it is fetched with every clone


def take(browser: Browser, live: Live, to: Path) -> None:
    """Take the picture of a demonstration that has come to rest. SystemExit where it is too large to be kept."""
    context = signed_in(browser, live, "coordinator", viewport=SCREEN, locale="en-GB", color_scheme="light")
    page = context.new_page()
    page.goto(SEEN, wait_until="networkidle")
    page.screenshot(path=to, animations="disabled")
    context.close()
    if to.stat().st_size > LARGEST:
        raise SystemExit(f"{to} has {to.stat().st_size:,} bytes, more than {LARGEST:,}: show less of the page")


def main() -> None:
    with redirect_stdout(StringIO()), running() as live, sync_playwright() as playwright:
        live.wait_until_idle(120)
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, "--lang=en-GB"])
        take(browser, live, PICTURE)
        browser.close()
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
