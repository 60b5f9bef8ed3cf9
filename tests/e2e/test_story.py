"""The story Mawa exists for: a family arrives, the shelter fills, the coordinator gets one mail and sees it."""

from datetime import timedelta
from uuid import uuid4

import html5lib
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.core import clock
from tests.factories.live import Live, wait_for
from tests.factories.screens import signed_in

CODE = "STORY-1"


def visit(context: BrowserContext, path: str) -> Page:
    """Open a page and hold it to well-formed HTML."""
    page = context.new_page()
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok, (path, answer.status)
    html5lib.HTMLParser(strict=True).parse(answer.text())
    return page


@pytest.fixture
def school(live: Live) -> str:
    """A school in Jablah with 100 places, where 80 people were counted this morning."""
    earlier = (clock.now() - timedelta(minutes=20)).isoformat()
    token = live.token("coordinator")
    shelter = {
        "id": str(uuid4()),
        "kind": "shelter",
        "occurred_at": earlier,
        "code": CODE,
        "name": {"en": "Story School", "ar": "مدرسة الحكاية"},
        "site_type": "collective_centre",
        "building": "school",
        "area": "SY0602",
        "lat": 35.362,
        "lon": 35.93,
        "status": "open",
        "capacity": 100,
    }
    count = {
        "id": str(uuid4()),
        "kind": "headcount",
        "occurred_at": earlier,
        "place": {"shelter": CODE},
        "people": {"total": 80},
        "method": "full_count",
    }
    answer = live.api("/reports", token, {"reports": [shelter, count]})
    assert [result["status"] for result in answer["results"]] == ["accepted", "accepted"]
    live.wait_until_idle()
    return CODE


def test_an_arrival_fills_a_shelter_and_the_coordinator_hears_of_it_once(
    live: Live, browser: Browser, school: str
) -> None:
    live.sink.messages.clear()
    phone = signed_in(browser, live, "field_worker", locale="en-GB", viewport={"width": 390, "height": 844})
    visit(phone, "/field/").close()
    form = visit(phone, "/field/arrivals/new")
    form.get_by_label("Female 0–4", exact=True).fill("9")
    form.get_by_label("Female 18–59", exact=True).fill("١٢")  # as a keyboard set to Arabic types it
    form.get_by_label("Male 5–11", exact=True).fill("4")
    form.get_by_role("combobox", name="Where are they now?").fill("story sch")
    form.get_by_role("option", name="Story School").click()
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.locator("[data-line]")).to_contain_text("25")
    form.close()

    def told() -> bool:
        return any("Story School" in str(mail["Subject"]) for mail in live.sink.messages)

    # The demonstration's own alerts were mailed when it was loaded: a further notice waits up to a minute.
    wait_for(told, 90, "no mail tells of the school")
    live.wait_until_idle()
    mails = [mail for mail in live.sink.messages if "Story School" in str(mail["Subject"])]
    assert len(mails) == 1
    assert mails[0]["X-Rcpt"] == live.accounts["coordinator"][0]
    plain, html = mails[0].get_body(("plain",)), mails[0].get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "105 people" in plain.get_content()
    html5lib.HTMLParser(strict=True).parse(html.get_content())

    desk = signed_in(browser, live, "coordinator", locale="en-GB", viewport={"width": 1366, "height": 900})
    board = visit(desk, "/dashboard")
    expect(board.locator("main")).to_contain_text("Story School")
    expect(board.locator("main")).to_contain_text("5 people over")
    alerts = visit(desk, "/alerts")
    row = alerts.locator("li, tr").filter(has_text="Story School").first
    row.get_by_role("button", name="Acknowledge").click()
    expect(alerts.locator("main")).to_contain_text("taken")
    forms = ("departures/new", "groups/new", "headcounts/new", "shelters/new", f"shelters/{school}/state")
    for path in ("/shelters", "/account", *(f"/field/{form}" for form in forms)):
        visit(desk, path).close()
    found = live.api("/alerts?status=open", live.token("coordinator"))["items"]
    assert [
        (alert["status"], alert["severity"])
        for alert in found
        if alert["shelter"] == school and alert["rule"] == "occupancy"
    ] == [("acknowledged", "critical")]
    assert live.mawa("verify").returncode == 0
