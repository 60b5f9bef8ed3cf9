"""A real browser on a whole installation with the demonstration loaded."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.factories.live import Live, running
from tests.factories.phones import FLAGS, chromium

expect.set_options(timeout=20_000)  # two browsers and two installations share a machine


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """Mawa as `mawa up` starts it. Tests of one process share it: look, or make what you change."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()
