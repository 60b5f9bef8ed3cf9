"""Reports on their way, against a server written down naively: whatever is changed, cut off or refused in between, the
ledger says in the end what the forms say, each once."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.test_screens import signed_in
from tests.factories.live import Live

RUNS = 3_000
BAD = 13  # a number the server refuses

DAYS, AT_ONCE = (Path(__file__).with_name(name) for name in ("days.js", "at_once.js"))


@pytest.mark.parametrize("runs", [RUNS])
def test_the_ledger_says_what_the_forms_say(browser: Browser, live: Live, runs: int) -> None:
    context = signed_in(browser, live, "field_worker")
    page = context.new_page()
    page.goto("/field/reports")
    assert page.evaluate(DAYS.read_text(), [runs, BAD])[:3] == []
    context.close()


def test_what_is_sent_is_what_stands_on_the_phone(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "field_worker")
    page = context.new_page()
    page.goto("/field/reports")
    assert page.evaluate(AT_ONCE.read_text(), [120])[:3] == []
    context.close()
