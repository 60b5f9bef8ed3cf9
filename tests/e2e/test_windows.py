"""A phone with a long day behind it, and with several windows open: all is sent, once, as it stands."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.factories.between import Network
from tests.factories.live import Live, wait_for
from tests.factories.phones import PATIENCE_S, Phone, ledger, totals

pytestmark = pytest.mark.slow

MANY = 300
# As if so many arrivals of one person each had been saved before.
SAVED_BEFORE = """async (many) => {
  const folder = document.querySelector("script[src*='/field/phone.js']").src.replace("phone.js", "");
  const [outbox, items] = await Promise.all(["outbox.js", "items.js"].map((one) => import(folder + one)));
  const { person } = document.documentElement.dataset;
  const at = new Date().toISOString();
  for (let number = 0; number < many; number += 1) {
    const said = { kind: "movement", occurred_at: at, seen: "to", to: { shelter: "KHM" }, people: { total: 1 } };
    const made = items.made([{ id: crypto.randomUUID(), ...said }]);
    const summary = { title: "People arrived", line: String(number), at };
    const form = { sort: "arrival", path: "/field/arrivals/new", answers: {} };
    await outbox.add(person, { ...form, summary, items: made });
  }
}"""

# Before it was noted, outside the seal, how a report stands.
AS_SAVED_EARLIER = """() => new Promise((resolve) => {
  const opened = indexedDB.open("mawa");
  opened.onsuccess = () => {
    const step = opened.result.transaction("entries", "readwrite");
    step.objectStore("entries").openCursor().onsuccess = ({ target: { result: first } }) => {
      const { standing, ...row } = first.value;
      first.update(row);
    };
    step.oncomplete = () => { opened.result.close(); resolve(); };
  };
})"""


def another_window(phone: Phone, path: str) -> Page:
    opened = phone.context.new_page()
    opened.goto(f"{phone.network.url}{path}")
    return opened


def test_a_long_queue_is_sent_in_few_posts_while_my_reports_are_open(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    ready.lose_network()
    ready.page.evaluate(SAVED_BEFORE, MANY)
    ready.open("/field/reports")
    expect(ready.page.locator("[data-here] li")).to_have_count(MANY)
    ready.find_network()
    ready.sends_all()
    assert len(ledger(live, email)) == MANY
    assert len(network.posts) == MANY / 50


def test_what_was_deleted_in_another_window_is_entered_anew_when_it_is_saved_here(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    ready.lose_network()
    ready.arrive(171, "Khmeimim")
    ready.page.locator("[data-change]").click()
    expect(ready.page.locator("[name=total]")).to_have_value("171")
    other = another_window(ready, "/field/reports")
    other.on("dialog", lambda dialog: dialog.accept())
    other.locator("[data-here] li").get_by_role("button").click()
    expect(other.locator("[data-here] li")).to_have_count(0)
    ready.page.fill("[name=total]", "172")
    ready.save()
    ready.find_network()
    ready.sends_all()
    assert totals(live, email) == [172]
    assert [report["corrects"] for report in ledger(live, email)] == [None]


def test_signing_out_with_no_network_closes_every_window_and_none_sends(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    ready.lose_network()
    ready.arrive(181, "Khmeimim")
    other = another_window(ready, "/field/reports")
    expect(other.locator("[data-here] li")).to_have_count(1)
    ready.page.locator(".menu summary").click()
    ready.page.locator("form[action='/logout'] button").click()
    ready.page.locator("[data-unsent] button[value=sign-out]").click()
    for page in (ready.page, other):
        expect(page.locator("main h1")).to_have_text("You are signed out")
    network.closed = frozenset({"/logout"})
    ready.find_network()
    other.reload()
    expect(other.locator("main h1")).to_have_text("You are signed out")
    network.closed = frozenset()
    other.goto(f"{network.url}/field/")
    assert "/login" in other.url
    assert ledger(live, email) == []


def test_a_correction_with_no_network_stays_as_it_was_typed(ready: Phone, live: Live, email: str) -> None:
    ready.arrive(191, "Khmeimim")
    ready.sends_all()
    wait_for(lambda: ledger(live, email), PATIENCE_S, "it is not stored")
    ready.open(f"/field/reports/{ledger(live, email)[0]['id']}/correct")
    ready.lose_network()
    ready.page.fill("[name=total]", "192")
    ready.page.fill("[name=reason]", "counted again")
    ready.page.click(".save button")
    expect(ready.page.locator("#put-right")).to_contain_text("There is no network, so this was not saved")
    expect(ready.page.locator("[name=total]")).to_have_value("192")
    ready.find_network()
    wait_for(lambda: ready.page.evaluate("navigator.onLine"), PATIENCE_S, "the browser does not notice")
    ready.page.click(".save button")
    ready.page.wait_for_url(lambda url: not url.endswith("/correct"))
    assert totals(live, email) == [192]


def test_what_waits_is_sent_with_no_window_open(ready: Phone, live: Live, network: Network, email: str) -> None:
    network.instead = [503] * 99
    ready.arrive(201, "Khmeimim")
    wait_for(lambda: network.posts, PATIENCE_S, "nothing was posted")
    registered: list[dict[str, str]] = []
    nobodys = ready.context.new_page()
    browser = ready.context.new_cdp_session(nobodys)
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda told: registered.extend(told["registrations"]))
    browser.send("ServiceWorker.enable")
    ready.page.close()
    network.instead = []
    assert ledger(live, email) == []
    ours: list[dict[str, str]] = []
    while not ours:  # the browser tells in its own time
        nobodys.wait_for_timeout(50)
        ours = [one for one in registered if one["scopeURL"].startswith(network.url)]
    worker = ours[-1]
    event = {"origin": network.url, "registrationId": worker["registrationId"], "tag": "mawa", "lastChance": False}
    browser.send("ServiceWorker.dispatchSyncEvent", event)
    wait_for(lambda: totals(live, email) == [201], PATIENCE_S, "it is not sent")


def test_what_an_earlier_version_saved_is_sent(ready: Phone, live: Live, email: str) -> None:
    ready.lose_network()
    ready.arrive(211, "Khmeimim")
    ready.page.evaluate(AS_SAVED_EARLIER)
    ready.open("/field/")
    wait_for(lambda: ready.waiting() == 1, PATIENCE_S, "the header does not say that one waits")
    ready.find_network()
    ready.sends_all()
    assert totals(live, email) == [211]


def one_unknown(report: dict[str, Any]) -> dict[str, Any]:
    """To a shelter that another phone has yet to register."""
    return report | {"to": {"shelter": str(uuid4())}}


def test_what_names_a_report_of_another_phone_is_tried_again(
    ready: Phone, live: Live, network: Network, email: str
) -> None:
    network.alter = one_unknown
    ready.arrive(221, "Khmeimim")
    expect(ready.page.locator("[data-strip]")).to_contain_text("needs attention")
    assert ledger(live, email) == []
    network.alter = None
    ready.open("/field/")
    wait_for(lambda: totals(live, email) == [221], PATIENCE_S, "it is not sent again")


def test_a_form_lost_on_the_way_is_not_called_saved(ready: Phone, network: Network) -> None:
    """The browser believes that there is a network."""
    ready.open("/account")
    network.away = True
    ready.page.locator(".menu summary").click()
    ready.page.locator(".menu button[value=ar]").click()
    expect(ready.page.locator("#not-saved")).to_be_visible()
