"""A phone that keeps nothing, or has no room left, says so before anybody relies on it; nothing typed is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.factories.between import Network
from tests.factories.live import Live, wait_for
from tests.factories.phones import PATIENCE_S, Phone, ledger, phone, worker

KEEPS_NOTHING = "IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };"

SPOILS_THE_FIRST = """() => new Promise((resolve) => {
  const opened = indexedDB.open("mawa");
  opened.onsuccess = () => {
    const step = opened.result.transaction("entries", "readwrite");
    step.objectStore("entries").openCursor().onsuccess = ({ target: { result: first } }) => {
      first.update({ ...first.value, sealed: new ArrayBuffer(64) });
    };
    step.oncomplete = () => { opened.result.close(); resolve(); };
  };
})"""

# As a disk without room does it: what was to be written is undone.
TAKES_NO_MORE = """for (const name of ["add", "put"]) {
  const write = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (...given) {
    const asked = write.apply(this, given);
    if (localStorage.getItem("phone is full")) this.transaction.abort();
    return asked;
  };
}"""


@pytest.fixture
def forgetful(browser: Browser, live: Live, network: Network, tmp_path: Path, email: str) -> Iterator[Phone]:
    """A browser that refuses to keep anything, as in some private windows."""
    with phone(browser, network, tmp_path / "phone") as opened:
        opened.context.add_init_script(KEEPS_NOTHING)
        opened.sign_in(worker(live, email.partition("@")[0]))
        yield opened


def test_where_nothing_is_kept_it_says_so_and_the_server_takes_the_form(
    forgetful: Phone, live: Live, network: Network, email: str
) -> None:
    expect(forgetful.page.locator("[data-strip]")).to_contain_text("This browser keeps nothing")
    forgetful.open("/field/arrivals/new")
    forgetful.fill_arrival(141, "Khmeimim")
    forgetful.page.click(".save button")
    forgetful.page.wait_for_url("**/field/saved")
    assert [report["total"] for report in ledger(live, email)] == [141]
    assert network.posts == [], "no script sent it"
    forgetful.open("/field/arrivals/new")
    forgetful.fill_arrival(142, "Khmeimim")
    forgetful.lose_network()
    forgetful.page.click(".save button")
    expect(forgetful.page.locator("#put-right")).to_contain_text("There is no network")
    expect(forgetful.page.locator("[name=total]")).to_have_value("142")


@pytest.fixture
def crowded(browser: Browser, live: Live, network: Network, tmp_path: Path, email: str) -> Iterator[Phone]:
    """A phone that can be filled up."""
    with phone(browser, network, tmp_path / "phone") as opened:
        opened.context.add_init_script(TAKES_NO_MORE)
        opened.sign_in(worker(live, email.partition("@")[0]))
        opened.be_ready()
        yield opened


def test_a_full_phone_warns_refuses_plainly_and_loses_nothing_typed(crowded: Phone, live: Live, email: str) -> None:
    crowded.lose_network()
    crowded.arrive(151, "Khmeimim")
    crowded.page.evaluate("localStorage.setItem('phone is full', 'yes')")
    crowded.open("/field/arrivals/new")
    expect(crowded.page.locator("[data-strip]")).to_contain_text("This phone is nearly full")
    crowded.fill_arrival(152, "Khmeimim")
    crowded.page.click(".save button")
    expect(crowded.page.locator("#put-right")).to_contain_text("This phone could not keep the report")
    expect(crowded.page.locator("[name=total]")).to_have_value("152")
    assert crowded.unsent() == 1
    crowded.page.evaluate("localStorage.removeItem('phone is full')")
    crowded.save()
    assert crowded.unsent() == 2
    crowded.open("/field/")
    expect(crowded.page.locator("[data-strip]")).to_contain_text("2 reports will be sent")
    crowded.page.evaluate("localStorage.setItem('phone is full', 'yes')")
    crowded.find_network()
    expect(crowded.page.locator("[data-strip]")).to_contain_text("what waits on it cannot be sent")
    crowded.page.evaluate("localStorage.removeItem('phone is full')")
    crowded.find_network()
    crowded.sends_all()
    assert sorted(report["total"] for report in ledger(live, email)) == [151, 152]


def test_what_a_phone_has_spoilt_is_told_and_holds_nobody_up(ready: Phone, live: Live, email: str) -> None:
    ready.lose_network()
    ready.arrive(161, "Khmeimim")
    ready.arrive(162, "Khmeimim")
    ready.page.evaluate(SPOILS_THE_FIRST)
    ready.open("/field/reports")
    entries = ready.page.locator("[data-here] li")
    expect(entries).to_have_count(2)
    expect(entries.last).to_contain_text("cannot be read any more")
    ready.find_network()
    wait_for(lambda: ledger(live, email), PATIENCE_S, "the other is not sent")
    assert [report["total"] for report in ledger(live, email)] == [162]
    entries.last.get_by_role("button", name="Seen").click()
    expect(ready.page.locator("[data-here]")).not_to_contain_text("cannot be read any more")
