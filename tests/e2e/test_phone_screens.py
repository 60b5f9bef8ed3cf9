"""What scripts draw on a phone, offline and on: it fits, can be touched, and axe finds nothing, in each language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.factories.between import Network
from tests.factories.live import Live, wait_for
from tests.factories.looks import LANGUAGES, PHONES, misfits, violations
from tests.factories.phones import PATIENCE_S, Phone, phone, worker


@pytest.fixture(params=LANGUAGES)
def at_the_gate(
    browser: Browser, live: Live, network: Network, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Phone]:
    """A phone in a language, on which its worker has opened the pages once."""
    with phone(browser, network, tmp_path / "phone", locale=request.param) as opened:
        opened.sign_in(worker(live, f"at-the-gate-{request.param}"))
        opened.be_ready()
        yield opened


def refused(report: dict[str, Any]) -> dict[str, Any]:
    """What no form lets through, of the one with 62 people."""
    return report | {"people": {"total": -62}} if report["people"] == {"total": 62} else report


def test_what_scripts_draw_fits_in_each_language(at_the_gate: Phone, network: Network) -> None:
    page, seen = at_the_gate.page, at_the_gate
    language = page.evaluate("document.documentElement.lang")
    wrong: list[str] = []

    def look(where: str) -> None:
        found = [*misfits(page, *PHONES), *violations(page)]
        wrong.extend(f"{where}: {one}" for one in found)

    seen.lose_network()
    seen.open("/field/")
    as_of = page.evaluate("document.documentElement.dataset.kept")
    expect(page.locator("[data-strip]")).to_contain_text(as_of)  # figures with their age
    look("home, kept")
    seen.open("/dashboard")
    look("a page that needs the network")
    seen.open("/field/arrivals/new")
    page.locator("label", has=page.locator("#how-total")).click()
    page.fill("[name=total]", "x")
    page.click(".save button")
    expect(page.locator("#put-right")).to_be_visible()
    look("what is to be put right")
    seen.arrive(61, "Khmeimim")
    look("saved on the phone")
    seen.arrive(62, "Khmeimim")
    seen.open("/field/reports")
    expect(page.locator("[data-here] li")).to_have_count(2)
    look("my reports, which wait")

    network.alter = refused
    seen.find_network()
    wait_for(lambda: seen.unsent() == 1, PATIENCE_S, "the first is not sent")
    network.instead = ["cut"] * 99
    seen.arrive(63, "Khmeimim")
    wait_for(lambda: len(network.posts) >= 2, PATIENCE_S, "nothing was posted")
    seen.lose_network()
    seen.open("/field/reports")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[data-here] li").last.get_by_role("button").click()
    expect(page.locator("[data-here] .badge.attention")).to_be_visible()
    look("my reports: one needs attention, one is taken back")
    page.locator("[data-here] .badge.attention >> xpath=ancestor::li").get_by_role("link").click()
    expect(page.locator("#put-right")).to_be_visible()
    look("what the server said, in the form")
    page.locator(".menu summary").click()
    page.locator("form[action='/logout'] button").click()
    expect(page.locator("[data-unsent]")).to_be_visible()
    look("signing out")
    assert page.evaluate("document.documentElement.lang") == language, "another language was looked at"
    assert not wrong, "\n".join(wrong)
