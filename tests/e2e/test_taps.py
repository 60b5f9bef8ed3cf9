"""How much a tired worker at a gate has to do: taps and fields from the home to "saved"."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.factories.live import Live
from tests.factories.looks import PHONES
from tests.factories.screens import signed_in

MOST = 12


class Worker:
    """Counts each tap and each field that is typed into."""

    def __init__(self, page: Page) -> None:
        self.page, self.acts = page, 0

    def tap(self, what: Locator) -> None:
        self.acts += 1
        what.click()

    def type(self, field: str, text: str) -> None:
        self.acts += 1
        self.page.locator(f"[name='{field}']").fill(text)


@pytest.mark.parametrize(
    ("locale", "cells", "named"),
    [
        ("en", {"female:0-4": "9", "female:18-59": "12", "male:5-11": "4"}, ("lataqia", "hmeimim")),
        ("ar", {"female:0-4": "٩", "female:18-59": "١٢", "male:5-11": "٤"}, ("اللاذقية", "حميميم")),
    ],
)
def test_an_arrival_by_age_and_sex_takes_a_dozen_acts(
    browser: Browser, live: Live, locale: str, cells: dict[str, str], named: tuple[str, str]
) -> None:
    context = signed_in(browser, live, "field_worker", viewport=PHONES[0], locale=locale)
    page = context.new_page()
    page.goto("/field/")
    worker = Worker(page)
    worker.tap(page.locator("nav.actions .action.main"))
    for cell, people in cells.items():
        worker.type(f"cells.{cell}", people)
    for field, name in zip(("home", "place"), named, strict=True):
        worker.type(field, name)
        worker.tap(page.locator("[role=option]:visible").first)
    worker.tap(page.locator(".save button"))
    expect(page.locator("[data-line]")).to_contain_text("25" if locale == "en" else "٢٥")
    assert worker.acts <= MOST
    context.close()
