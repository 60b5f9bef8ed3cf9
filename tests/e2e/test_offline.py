"""A phone with no network: nothing is lost, nothing is counted twice, whatever happens on the way to the ledger.

Looked at in the server's ledger and in what passed through the network, not in what the page says."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.factories.between import Network
from tests.factories.live import Live, wait_for
from tests.factories.phones import PATIENCE_S, Phone, ledger, phone, totals, worker
from tests.faults.victims import kill

pytestmark = pytest.mark.slow


def test_a_day_without_a_network_on_an_old_phone(
    browser: Browser, live: Live, network: Network, tmp_path: Path
) -> None:
    email = worker(live, "a-day-without")
    with phone(browser, network, tmp_path / "phone") as opened:
        opened.be_old()
        opened.sign_in(email)
        opened.be_ready()
        opened.lose_network()
        opened.page.reload()
        expect(opened.page.locator("nav.actions")).to_be_visible()
        opened.open("/field/shelters/new")
        opened.page.fill("[name=name_en]", "Granary by the sea")
        opened.page.select_option("[name=site_type]", "collective_centre")
        opened.choose("area", "Jablah")
        opened.page.fill("[name=present]", "40")
        opened.page.select_option("[name=method]", "full_count")
        opened.save()
        opened.arrive(11, "Khmeimim")
        opened.arrive(22, "Granary")
        opened.arrive(33, "Khmeimim")
        wait_for(lambda: opened.waiting() == 4, PATIENCE_S, "the header does not say that four wait")
        assert network.posts == []

    with phone(browser, network, tmp_path / "phone") as opened:
        opened.be_old()
        opened.lose_network()
        opened.open("/field/reports")
        entries = opened.page.locator("[data-here] li")
        expect(entries).to_have_count(4)
        entries.nth(1).get_by_role("link").click()
        expect(opened.page.locator("[name=total]")).to_have_value("11")
        opened.page.fill("[name=total]", "12")
        opened.save()
        opened.open("/field/reports")
        opened.page.on("dialog", lambda dialog: dialog.accept())
        entries.nth(3).get_by_role("button").click()
        expect(entries).to_have_count(3)
        opened.find_network()
        opened.sign_in(email)  # a browser that was closed has forgotten that
        opened.sends_all()

    stored = ledger(live, email)
    assert sorted(report["kind"] for report in stored) == ["headcount", "movement", "movement", "shelter"]
    assert sorted(totals(live, email)) == [12, 22]
    sent = network.taken()
    assert len(sent) == len(set(sent)) == 4, "each once"
    kinds = [report["kind"] for post in network.posts if post.status == 200 for report in post.reports]
    assert kinds == ["shelter", "headcount", "movement", "movement"], "in the order in which they were saved"
    new = next(report for report in stored if report["kind"] == "shelter")
    assert {"shelter": new["id"]} in [report["said"].get("to") for report in stored], "by the id the phone gave"


@pytest.mark.parametrize("trouble", [500, 502, 429, "cut"])
def test_in_trouble_it_is_sent_again_and_stored_once(
    ready: Phone, live: Live, network: Network, email: str, trouble: int | str
) -> None:
    ready.lose_network()
    ready.arrive(21, "Khmeimim")
    ready.arrive(34, "Khmeimim")
    network.instead = [trouble, trouble]
    ready.find_network()
    ready.sends_all()
    assert sorted(totals(live, email)) == [21, 34]
    assert len(network.posts) == 3
    assert len(set(network.taken())) == 2


def test_one_that_may_have_been_sent_is_corrected_and_taken_back_not_forgotten(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    network.instead = ["cut"] * 99
    ready.arrive(50, "Khmeimim")
    ready.arrive(60, "Khmeimim")
    wait_for(lambda: len(network.posts) >= 2, PATIENCE_S, "nothing was posted")
    ready.lose_network()
    network.instead = []
    assert ready.unsent() == 2
    ready.open("/field/reports")
    entries = ready.page.locator("[data-here] li")
    entries.nth(0).get_by_role("link").click()
    ready.page.fill("[name=total]", "51")
    ready.save()
    ready.find_network()
    ready.sends_all()
    assert sorted(totals(live, email)) == [51, 60]
    stored = ledger(live, email)
    assert [report["total"] for report in stored if report["corrects"] is None] == [50, 60]


def below_zero(report: dict[str, Any]) -> dict[str, Any]:
    """What no form lets through, of the one with 72 people."""
    return report | {"people": {"total": -72}} if report["people"] == {"total": 72} else report


def test_one_that_is_refused_holds_nobody_up_and_can_be_mended(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    network.alter = below_zero
    ready.lose_network()
    for people in (71, 72, 73):
        ready.arrive(people, "Khmeimim")
    ready.find_network()
    wait_for(lambda: sorted(totals(live, email)) == [71, 73], PATIENCE_S, "the others are not stored")
    assert ready.unsent() == 1
    ready.open("/field/reports")
    refused = ready.page.locator("[data-here] li").filter(has=ready.page.locator(".badge.attention"))
    refused.get_by_role("link").click()
    expect(ready.page.locator(".error-summary a")).to_have_attribute("href", "#total")
    expect(ready.page.locator("[name=total]")).to_have_value("72")
    network.alter = None
    ready.page.fill("[name=total]", "75")
    ready.save()
    ready.sends_all()
    assert sorted(totals(live, email)) == [71, 73, 75]
    assert all(report["corrects"] is None for report in ledger(live, email))


def test_what_was_sent_meanwhile_is_corrected_and_not_entered_anew(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    network.instead = [503] * 99
    ready.arrive(76, "Khmeimim")
    stale = ready.page.locator("[data-change]").get_attribute("href")
    network.instead = []
    ready.page.evaluate("window.dispatchEvent(new Event('online'))")
    ready.sends_all()
    expect(ready.page.locator("main h1")).to_have_text("Saved and sent")
    (stored,) = ledger(live, email)
    correct = f"{network.url}/field/reports/{stored['id']}/correct"
    ready.page.locator("[data-change]").click()
    ready.page.wait_for_url(correct)
    ready.page.goto(f"{network.url}{stale}")
    ready.page.wait_for_url(correct)
    expect(ready.page.locator("[name=total]")).to_have_value("76")


def test_two_windows_send_each_report_once(ready: Phone, live: Live, network: Network, email: str) -> None:
    ready.lose_network()
    other = ready.context.new_page()
    other.goto(f"{network.url}/field/")
    for people in (91, 92, 93):
        ready.arrive(people, "Khmeimim")
    network.slow_s = 0.3
    ready.find_network()
    ready.sends_all()
    assert sorted(totals(live, email)) == [91, 92, 93]
    assert len(network.taken()) == 3


def test_a_new_shelter_can_be_named_before_the_lists_know_of_it(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    network.closed = frozenset({"/field/names"})
    ready.open("/field/shelters/new")
    ready.page.fill("[name=name_en]", "Boathouse of the harbour")
    ready.page.select_option("[name=site_type]", "collective_centre")
    ready.choose("area", "Jablah")
    ready.save()
    ready.sends_all()
    ready.lose_network()
    ready.arrive(131, "Boathouse")
    ready.find_network()
    ready.sends_all()
    assert totals(live, email) == [131]


def test_a_new_version_takes_over_with_its_pages_and_what_waits_is_sent(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    network.instead = [503] * 99
    ready.arrive(111, "Khmeimim")
    before = ready.page.evaluate("caches.keys()")
    version = before[0].rsplit("-", 1)[1].encode()

    def newer(path: str, answer: bytes) -> bytes:
        return answer.replace(version, b"a-new-version") if path == "/field/service-worker.js" else answer

    network.change = newer
    ready.page.evaluate("navigator.serviceWorker.getRegistration().then((registration) => registration.update())")
    names = ["mawa-files-a-new-version", "mawa-pages-a-new-version"]
    wait_for(
        lambda: sorted(ready.page.evaluate("caches.keys()")) == names, PATIENCE_S, "the new version does not take over"
    )
    ready.be_ready()
    ready.lose_network()
    network.instead = []
    ready.arrive(112, "Khmeimim")
    assert ready.unsent() == 2
    ready.find_network()
    ready.sends_all()
    assert sorted(totals(live, email)) == [111, 112]
    assert len(ledger(live, email)) == 2


def test_a_server_killed_in_the_middle_has_each_report_once(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    ready.lose_network()
    for people in (121, 122, 123):
        ready.arrive(people, "Khmeimim")
    network.slow_s = 1.0
    ready.find_network()
    wait_for(lambda: network.posts, PATIENCE_S, "nothing was posted")
    assert kill(live, "web", 0.0) is not None
    network.slow_s = 0.0
    wait_for(lambda: (live.readiness() or {}).get("ready"), PATIENCE_S, "the server does not come back")
    ready.sends_all()
    assert sorted(totals(live, email)) == [121, 122, 123]
    assert len(ledger(live, email)) == 3
