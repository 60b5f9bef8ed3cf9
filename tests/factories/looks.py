"""What is wrong with a page as it is drawn: what does not fit, cannot be touched or reached by keys; what axe finds."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

PHONES: tuple[ViewportSize, ...] = ({"width": 390, "height": 844}, {"width": 360, "height": 640})
LAPTOP: ViewportSize = {"width": 1366, "height": 768}
TARGET = 43.5  # 44 px, less what rounding takes
TABS_AT_ONCE, MOST_TABS = 25, 1_000
LANGUAGES = ("en", "ar", "fr")

# The rules of WCAG 2.2 A and AA, and what axe counts as good practice. Those about colour depend on the colour scheme.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OF_COLOUR = ("color-contrast", "link-in-text-block")
ASKED = """async (only) => (await axe.run(document, {runOnly: only, resultTypes: ["violations"]})).violations
  .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} ${node.html.slice(0, 90)} ${
    [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ").slice(0, 200)}`))"""


def misfits(page: Page, *sizes: ViewportSize) -> list[str]:
    """What overflows, is cut off, written over, reaches into something else or is too small to touch, at each size."""
    found = []
    for size in sizes:
        page.set_viewport_size(size)
        found += [f"{size['width']}×{size['height']}: {one}" for one in page.evaluate(_script("geometry.js"), TARGET)]
    return found


def violations(page: Page) -> list[str]:
    """What axe says of a page, in light colours and in dark ones."""
    page.evaluate(_axe())  # as the browser's own: the policy of the page lets no script in
    page.emulate_media(color_scheme="light")
    found = page.evaluate(ASKED, _only("tag", *TAGS))
    page.emulate_media(color_scheme="dark")
    return [*found, *(f"dark: {one}" for one in page.evaluate(ASKED, _only("rule", *OF_COLOUR)))]


def unreached(page: Page) -> list[str]:
    """What the Tab key does not lead to, or leads to without its being seen."""
    page.evaluate(_script("keyboard.js"))
    found: list[str] = []
    for _ in range(MOST_TABS // TABS_AT_ONCE):
        for _ in range(TABS_AT_ONCE):
            page.keyboard.press("Tab")
        found = page.evaluate("keyboard.unreached()")
        if not found:
            break
    return found


def _only(kind: str, *values: str) -> dict[str, Any]:
    return {"type": kind, "values": list(values)}


@cache
def _script(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
