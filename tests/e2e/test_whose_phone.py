"""Whose the phone is: nobody sees or sends what another saved, and a session that ended loses nothing."""

from typing import Any

from playwright.sync_api import expect

from tests.factories.between import Network
from tests.factories.live import Live, wait_for
from tests.factories.phones import KEPT, KEPT_WORDS, PATIENCE_S, Phone, ledger, totals, worker


def test_a_session_that_ended_asks_to_sign_in_and_sends(ready: Phone, live: Live, network: Network, email: str) -> None:
    ready.lose_network()
    ready.arrive(81, "Khmeimim")
    ready.context.clear_cookies()
    ready.find_network()
    expect(ready.page.locator("[data-strip] a")).to_be_visible(timeout=PATIENCE_S * 1_000)
    assert ledger(live, email) == []
    ready.page.locator("[data-strip] a").click()
    ready.sign_in(email)
    ready.sends_all()
    assert totals(live, email) == [81]


def test_a_phone_whose_sign_in_was_ended_shows_nothing_once_it_hears_of_it(
    ready: Phone, live: Live, email: str
) -> None:
    """Lost, say, and ended from afar. What waits on it stays, sealed, for its owner."""
    ready.lose_network()
    ready.arrive(82, "Khmeimim")
    ended = live.mawa("user", "disable", email)
    assert ended.returncode == 0, ended.stderr
    ready.find_network()
    ready.open("/shelters")
    ready.page.wait_for_url("**/login**")
    wait_for(lambda: not ready.page.evaluate(KEPT), PATIENCE_S, "the pages are still kept")
    ready.lose_network()
    ready.open("/field/")
    assert "Khmeimim" not in ready.page.content()
    assert "Khmeimim" not in ready.page.evaluate(KEPT_WORDS)


def test_another_person_on_the_phone_sees_and_sends_nothing_of_the_first(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    second = worker(live, "second-on-the-phone")
    ready.lose_network()
    ready.arrive(101, "Khmeimim")
    ready.context.clear_cookies()
    ready.find_network()
    ready.sign_in(second)
    ready.be_ready()
    ready.open("/field/reports")
    expect(ready.page.locator("[data-here]")).to_be_hidden()
    assert ready.waiting() == 0
    ready.arrive(7, "Khmeimim")
    ready.sends_all()
    assert totals(live, second) == [7]
    assert ledger(live, email) == []
    ready.context.clear_cookies()
    ready.sign_in(email)
    ready.sends_all()
    assert totals(live, email) == [101]


def test_signing_out_warns_of_what_waits(ready: Phone, network: Network) -> None:
    network.instead = [500] * 50
    ready.arrive(5, "Khmeimim")
    ready.page.locator(".menu summary").click()
    ready.page.locator("form[action='/logout'] button").click()
    dialog = ready.page.locator("[data-unsent]")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button").first.click()
    expect(dialog).to_be_hidden()
    assert "/login" not in ready.page.url


def test_signing_out_with_no_network_empties_the_phone_and_is_the_first_the_server_hears(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    cookies: Any = ready.context.cookies()
    ready.lose_network()
    ready.arrive(161, "Khmeimim")
    ready.open("/field/")
    assert "Khmeimim" in ready.page.evaluate(KEPT_WORDS)
    ready.page.locator(".menu summary").click()
    ready.page.locator("form[action='/logout'] button").click()
    expect(ready.page.locator("[data-away]")).to_be_visible()
    ready.page.locator("[data-unsent] button[value=sign-out]").click()
    expect(ready.page.locator("main h1")).to_have_text("You are signed out")
    kept = ready.page.evaluate(KEPT_WORDS)
    assert "Khmeimim" not in kept
    assert email not in kept
    ready.open("/field/arrivals/new")
    expect(ready.page.locator("main h1")).to_have_text("You are signed out")
    before = len(network.passed)
    ready.find_network()
    ready.open("/field/")
    assert "/login" in ready.page.url
    asked = [one.path for one in network.passed[before:] if one.path != "/field/service-worker.js"]
    assert asked[0] == "/logout"
    ready.context.add_cookies(cookies)  # as whoever copied them would
    ready.open("/account")
    assert "/login" in ready.page.url, "the sign-in goes on"
    assert ledger(live, email) == []
    ready.sign_in(email)
    ready.sends_all()
    assert totals(live, email) == [161]
