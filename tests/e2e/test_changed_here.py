"""A report is changed, saved again or deleted on the phone: in the end it stands as it was meant, at its own time."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.factories.between import Network
from tests.factories.live import Live, wait_for
from tests.factories.phones import PATIENCE_S, Phone, ledger, totals

SCRIPT = """const folder = document.querySelector("script[src*='/field/phone.js']").src.replace("phone.js", "");
  const outbox = await import(folder + "outbox.js");
  const { person } = document.documentElement.dataset;"""
ENTRIES = f"async () => {{ {SCRIPT} return outbox.all(person); }}"
# As it stands after it may have been sent, was deleted here, and somebody else corrected it on the server.
NOT_TAKEN_BACK = f"""async () => {{ {SCRIPT}
  const [{{ number }}] = await outbox.all(person);
  await outbox.change(person, number, (entry) => ({{ ...entry, isDeleted: true, items: entry.items.map((item) => (
    {{ ...item, state: "conflict" }})) }}));
}}"""
HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
KEEPS_NO_PAGES = """async () => {
  for (const name of await caches.keys()) if (name.includes("pages")) await caches.delete(name);
}"""
TODAY = """() => new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Damascus" }).format(new Date())"""


def entries(phone: Phone) -> list[dict[str, Any]]:
    return list(phone.page.evaluate(ENTRIES))


def said(phone: Phone) -> dict[str, Any]:
    """The report that waits."""
    ((report,),) = ([item["report"] for item in entry["items"]] for entry in entries(phone))
    return dict(report)


def change_the_first(phone: Phone) -> None:
    phone.open("/field/reports")
    phone.page.locator("[data-here] li").first.get_by_role("link").click()


def test_what_is_changed_keeps_its_time(ready: Phone, live: Live, email: str) -> None:
    ready.lose_network()
    ready.arrive(12, "Khmeimim")
    before = said(ready)
    change_the_first(ready)
    expect(ready.page.locator("[name=total]")).to_have_value("12")
    expect(ready.page.locator("[data-now]")).to_contain_text("As saved")
    ready.page.wait_for_timeout(1_500)
    ready.page.fill("[name=total]", "13")
    ready.save()
    assert said(ready) == {**before, "people": {"total": 13}}
    ready.find_network()
    ready.sends_all()
    assert totals(live, email) == [13]


def test_a_kept_form_begins_with_today(ready: Phone) -> None:
    ready.lose_network()
    ready.page.clock.install(time=datetime.now(UTC) + timedelta(days=3))
    ready.open("/field/arrivals/new")
    today = ready.page.evaluate(TODAY)
    expect(ready.page.locator("[name=day]")).to_have_value(today)
    ready.page.locator("[name=when][value=earlier]").check(force=True)
    ready.page.fill("[name=day]", "2025-03-08")
    ready.page.clock.fast_forward(60_000)
    expect(ready.page.locator("[name=day]")).to_have_value("2025-03-08")


def test_what_was_sent_while_it_lay_open_and_is_not_changed_leaves_nothing_behind(
    ready: Phone, live: Live, email: str
) -> None:
    ready.lose_network()
    ready.arrive(14, "Khmeimim")
    change_the_first(ready)
    expect(ready.page.locator("[name=total]")).to_have_value("14")
    ready.find_network()
    ready.sends_all()
    ready.save()
    expect(ready.page.locator("h1")).to_have_text("Saved and sent")
    assert entries(ready) == []
    assert [report["total"] for report in ledger(live, email)] == [14]


def test_what_is_not_taken_back_does_not_stay(ready: Phone) -> None:
    ready.lose_network()
    ready.arrive(15, "Khmeimim")
    ready.page.evaluate(NOT_TAKEN_BACK)
    ready.open("/field/reports")
    entry = ready.page.locator("[data-here] li")
    expect(entry).to_contain_text("the server has it all the same")
    entry.get_by_role("button", name="Seen").click()
    expect(entry).to_have_count(0)
    assert entries(ready) == []


def test_a_known_group_that_waits_is_changed_as_the_same_group(ready: Phone, live: Live, email: str) -> None:
    """One of the demonstration, of which households alone are known."""
    ready.open("/field/groups/new?code=G-0001")
    expect(ready.page.locator("[name=known]")).to_have_value("yes")
    ready.page.fill("[name=label]", "families from the east of Jableh")
    ready.lose_network()
    ready.save()
    change_the_first(ready)
    expect(ready.page.locator("[name=code]:not(#look-up)")).to_have_value("G-0001")
    expect(ready.page.locator("[name=known]")).to_have_value("yes")
    ready.page.fill("[name=label]", "families from the north of Jableh")
    ready.save()
    ready.find_network()
    ready.sends_all()
    stored = [report["said"] for report in ledger(live, email)]
    assert [(report["label"], report["code"]) for report in stored] == [("families from the north of Jableh", "G-0001")]


def test_a_change_is_not_sent_past_what_waits(ready: Phone, network: Network) -> None:
    """Where the lists do not come, the server would take the form, and then what waits a second time."""
    ready.lose_network()
    ready.arrive(16, "Khmeimim")
    change_the_first(ready)
    expect(ready.page.locator("[name=total]")).to_have_value("16")
    address = ready.page.url
    ready.page.evaluate(KEEPS_NO_PAGES)
    network.closed = frozenset({"/field/names"})
    network.instead = [500] * 50
    ready.find_network()
    ready.page.goto(address)
    expect(ready.page.locator("[name=total]")).to_have_value("16")
    ready.page.fill("[name=total]", "17")
    ready.page.click(".save button")
    expect(ready.page.locator("#put-right")).to_contain_text("This phone does not have its lists yet")
    assert ready.unsent() == 1
    posted = {one.path for one in network.passed if one.method == "POST"}
    assert "/field/arrivals/new" not in posted


def with_a_warning(path: str, answer: bytes) -> bytes:
    if path != "/api/v1/reports":
        return answer
    found = json.loads(answer)
    for result in found["results"]:
        result["warnings"] = [{"code": "large", "path": "people", "message": "More than usual."}]
    return json.dumps(found).encode()


def test_a_warning_waits_for_somebody_to_read_it(ready: Phone, network: Network) -> None:
    network.change = with_a_warning
    ready.lose_network()
    ready.arrive(18, "Khmeimim")
    ready.page.evaluate(HIDDEN, True)
    ready.find_network()
    expect(ready.page.locator("[data-became]")).to_contain_text("More than usual.", timeout=PATIENCE_S * 1_000)
    assert len(entries(ready)) == 1
    ready.page.evaluate(HIDDEN, False)
    wait_for(lambda: not entries(ready), PATIENCE_S, "what was read stays")
