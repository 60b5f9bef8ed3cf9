"""A real browser on a whole installation with the demonstration loaded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.factories.between import Network, between
from tests.factories.live import Live, running
from tests.factories.phones import FLAGS, Phone, chromium, phone, worker

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


@pytest.fixture
def network(live: Live) -> Iterator[Network]:
    with between(live.url) as opened:
        yield opened


@pytest.fixture
def ready(
    browser: Browser, live: Live, network: Network, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Phone]:
    """A phone on which its worker has opened the pages once."""
    with phone(browser, network, tmp_path / "phone") as opened:
        opened.sign_in(worker(live, _called(request)))
        opened.be_ready()
        yield opened


def _called(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("_", "-").replace("[", "-").replace("]", "")[-60:].strip("-")


@pytest.fixture
def email(request: pytest.FixtureRequest) -> str:
    return f"{_called(request)}@example.org"
