"""A coordinator's pages of an operation with nothing in it, with three shelters and with ten thousand.

Each page is opened once for each size, in another language each time, and looked at on a laptop and on a phone, in
light colours and in dark ones, and by keys: so each page is seen in every size, language, scheme and width.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.factories.live import PASSWORD, Live, running
from tests.factories.looks import LANGUAGES, LAPTOP, PHONES, misfits, unreached, violations
from tests.factories.screens import Watched, in_language, signed_in

# Shelters, reports beside those of them, and days: were ten thousand not heard of for long, most of the work would be
# to raise an alert for each.
SIZES = {"none": (0, 0, 0), "three": (3, 300, 30), "many": (10_000, 2_000, 2)}
PAGES = (
    "/dashboard",
    "/shelters",
    "/groups",
    "/flows",
    "/alerts",
    "/counts",
    "/duplicates",
    "/placement?people=120&wheelchairs=6&start=SY0602",
    "/dashboard/changes?hours=168",
    "/counts/figures",
)
A_SHELTER, A_GROUP = ("/shelters", "tbody th a"), ("/groups", "tbody th a")  # where its address stands
SEEN = (
    *(
        (page, size, LANGUAGES[(number + turn) % len(LANGUAGES)])
        for number, page in enumerate(PAGES)
        for turn, size in enumerate(SIZES)
    ),
    *((page, "three", language) for page in (A_SHELTER, A_GROUP) for language in LANGUAGES),
    (A_SHELTER, "many", "ar"),
)


@dataclass(frozen=True)
class Sizes:
    """Who looks at the operation of each size."""

    live: Live
    contexts: Mapping[str, BrowserContext]


@pytest.fixture(scope="module")
def sizes(browser: Browser) -> Iterator[Sizes]:
    """One installation with three operations, and somebody in each who sees all there is."""
    with running("--no-demo") as live:
        contexts = {}
        for size, made in SIZES.items():
            operation = _simulated(live, *made) if any(made) else "default"
            email = f"{size}@example.org"
            words = ("user", "add", email, "--role", "administrator", "--operation", operation)
            added = live.mawa(*words, stdin=f"{PASSWORD}\n")
            assert added.returncode == 0, added.stderr
            live.accounts[size] = (email, PASSWORD)
        live.wait_until_idle(within=120)
        for size in SIZES:
            contexts[size] = signed_in(browser, live, size, locale="en-GB")
        yield Sizes(live, contexts)
        for context in contexts.values():
            context.close()


def _simulated(live: Live, shelters: int, reports: int, days: int) -> str:
    done = live.mawa("simulate", "--shelters", str(shelters), "--reports", str(reports), "--days", str(days))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize(("page", "size", "language"), SEEN, ids=str)
def test_it_stands_in_every_size(sizes: Sizes, page: str | tuple[str, str], size: str, language: str) -> None:
    watched = Watched(sizes.contexts[size].new_page(), sizes.live.url.removeprefix("http://"))
    watched.watch()
    if isinstance(page, tuple):
        listed, link = page
        watched.page.goto(listed)
        page = watched.page.locator(link).first.get_attribute("href") or ""
    answer = watched.page.goto(in_language(page, language))
    assert answer is not None
    assert answer.status == 200
    assert watched.page.evaluate("document.documentElement.lang") == language
    assert misfits(watched.page, LAPTOP, PHONES[0]) == []
    assert violations(watched.page) == []
    watched.page.set_viewport_size(LAPTOP)
    assert unreached(watched.page) == []
    assert watched.wrong == []
    watched.page.close()
