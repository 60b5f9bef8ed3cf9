"""The story Mawa exists for: a family arrives, the shelter fills, the coordinator gets one mail and sees it."""

from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import html5lib
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.core import clock
from tests.factories.live import PASSWORD, Live, wait_for
from tests.factories.phones import worker
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
    # Who was mailed of the demonstration's own alerts is told the next a minute later: this one comes to it now.
    email = worker(live, "story-coordinator", role="coordinator")
    live.accounts["story"] = (email, PASSWORD)
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
    expect(form.get_by_role("heading", name="Saved and sent")).to_be_visible()
    form.close()

    def mails() -> list[EmailMessage]:
        return [mail for mail in live.sink.messages if mail["X-Rcpt"] == email]

    wait_for(mails, 30, "no mail tells of the school")
    (mail,) = mails()
    assert "Story School" in mail["Subject"]
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "105 people" in plain.get_content()
    html5lib.HTMLParser(strict=True).parse(html.get_content())

    desk = signed_in(browser, live, "story", locale="en-GB", viewport={"width": 1366, "height": 900})
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
    assert mails() == [mail]
    to = {mail["X-Rcpt"] for mail in live.sink.messages if "Story School" in mail["Subject"]}
    assert to <= {email, live.accounts["coordinator"][0]}, "nobody else hears of it"
