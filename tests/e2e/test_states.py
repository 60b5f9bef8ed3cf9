"""Forms and pages as they are met at work: opened, put right, without script, with long names in every list."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.core import clock
from tests.factories.live import Live
from tests.factories.looks import LANGUAGES, LAPTOP, PHONES, misfits, violations
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter
from tests.factories.screens import in_language, signed_in

pytestmark = pytest.mark.slow

FORMS = (
    "/field/arrivals/new",
    "/field/departures/new",
    "/field/groups/new",
    "/field/headcounts/new",
    "/field/notes/new",
    "/field/shelters/new",
    "/field/shelters/JBL-SCH3/state",
    "/counts/figures/new",
    "/admin/users/new",
    "/admin/operation/closing",
    "/account",
)
# Every answer that brings further questions, and no number that is one.
OPENED = """() => {
  for (const id of ["estimate-yes", "stayed-yes", "when-earlier", "went-place", "admission-other"]) {
    document.getElementById(id)?.click();
  }
  for (const input of document.querySelectorAll("input[inputmode=numeric]")) input.value = "x";
}"""
SENT = "() => document.querySelector('form[data-once]').submit()"  # whatever the browser would have said
WORDS = "families from the villages north-east of the river who came together on foot"
UNBROKEN = "Sainte-Marie-Madeleine-des-Monts-et-des-Vallées"
NAME = {
    "en": f"{UNBROKEN} secondary school, the buildings behind the old railway station and the sports hall",
    "ar": "مدرسة القديسة مريم المجدلية الثانوية، المباني خلف محطة القطار القديمة وصالة الرياضة الكبيرة",
}
ONCE = "ar"  # what axe finds in a state of a page hangs on no language: each page as it opens is looked at in all
CODE = "LONG-NAMED-SCHOOL-BY-THE-RIVER-1"


@pytest.fixture(scope="module")
def office(browser: Browser, live: Live) -> Iterator[BrowserContext]:
    """An administrator, who is asked everything."""
    context = signed_in(browser, live, "administrator", locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def page(office: BrowserContext) -> Iterator[Page]:
    opened = office.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize(("path", "language"), [*product(FORMS, LANGUAGES)])
def test_a_form_opened_wide_and_what_is_wrong_in_it(page: Page, path: str, language: str) -> None:
    page.goto(in_language(path, language))
    page.evaluate(OPENED)
    assert misfits(page, *PHONES) == []
    with page.expect_navigation():
        page.evaluate(SENT)
    expect(page.locator(".error").first).to_be_attached()
    assert page.evaluate("document.documentElement.lang") == language
    assert misfits(page, LAPTOP, *PHONES) == []
    if language == ONCE:
        assert violations(page) == []


def test_forms_without_script(browser: Browser, live: Live) -> None:
    context = signed_in(browser, live, "field_worker", viewport=PHONES[-1], locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    found = []
    for path, language in product(FORMS[:7], LANGUAGES):
        page.goto(in_language(path, language))
        found += [f"{path} {language}: {one}" for one in misfits(page, PHONES[-1])]
    assert found == []
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_and_what_is_offered_lie_above_the_page(page: Page, language: str) -> None:
    page.set_viewport_size(PHONES[-1])
    page.goto(in_language("/field/arrivals/new", language))
    page.click(".menu summary")
    assert misfits(page, *PHONES) == []
    if language == ONCE:
        assert violations(page) == []
    page.click(".menu summary")
    page.check("#stayed-yes", force=True)
    for name in ("home", "group", "before", "place"):
        page.locator(f"[name={name}]").focus()
        expect(page.locator("[role=option]:visible").first).to_be_visible()
        assert misfits(page, *PHONES) == []
        if language == ONCE:
            assert violations(page) == []
        page.keyboard.press("Escape")


@pytest.fixture(scope="module")
def written(live: Live) -> dict[str, Any]:
    """Somebody reports what has the longest names there may be, and counts it twice over."""
    at = clock.now() - timedelta(hours=2)
    first = a_headcount(CODE, at=at, people=140, source=f"{WORDS}, {UNBROKEN * 2}", note=WORDS)
    reports = [
        a_shelter(code=CODE, at=at, name=NAME, capacity=100, status="open", aliases=[NAME["en"][:150], UNBROKEN]),
        a_group("GROUP-WITH-A-VERY-LONG-CODE-0001", at=at, label=f"{WORDS}, {UNBROKEN}"),
        first,
        a_headcount(CODE, at=at + timedelta(minutes=1), people=90, method="key_informant", note=WORDS * 3),
        a_movement(at=at, people=70, to=CODE, group="GROUP-WITH-A-VERY-LONG-CODE-0001", note=UNBROKEN * 3),
        {
            "id": str(uuid4()),
            "kind": "note",
            "occurred_at": at.isoformat(),
            "place": {"shelter": CODE},
            "text": WORDS * 4,
        },
    ]
    answer = live.api("/reports", live.token("administrator"), {"reports": reports})
    assert {one["status"] for one in answer["results"]} == {"accepted"}, answer
    live.wait_until_idle()
    return first


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names(page: Page, written: dict[str, Any], language: str) -> None:
    report = f"/field/reports/{written['id']}"
    paths = (
        *(
            "/field/",
            "/field/reports",
            report,
            f"{report}/correct",
            f"{report}/take-back",
            f"/field/shelters/{CODE}/state",
        ),
        *(
            "/dashboard",
            "/alerts",
            "/shelters",
            f"/shelters/{CODE}",
            f"/shelters/{CODE}/reports",
            f"/shelters/{CODE}/history",
        ),
        *(
            f"/shelters/{CODE}/same-place",
            f"/shelters/{CODE}/two-places",
            "/groups",
            "/groups/GROUP-WITH-A-VERY-LONG-CODE-0001",
        ),
        *("/flows", "/counts", f"/counts/{written['id']}/decide?choice=set_aside", "/admin/audit"),
    )
    found = []
    for path in paths:
        answer = page.goto(in_language(path, language))
        assert answer and answer.status == 200, path
        found += [f"{path} {one}" for one in misfits(page, LAPTOP, *PHONES)]
        if language == ONCE and path.startswith(("/field/reports", "/counts")):  # the others are known with other names
            found += [f"{path} {one}" for one in violations(page)]
    assert found == []
