"""Where can 120 people go, 6 of them in wheelchairs: asked by a coordinator at night, on a phone and on a laptop."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.factories.looks import LANGUAGES, LAPTOP, PHONES, misfits, violations
from tests.factories.placing import make_coast
from tests.factories.screens import Watched, in_language, looking_at

ASKED = "/placement?people=120&wheelchairs=6&start=35.36, 35.93&within=60"
SPLIT = "/placement?people=340&wheelchairs=6&start=35.36, 35.93&within=60"
NOBODY = "/placement?people=120&wheelchairs=6&needs=health_post&start=35.36, 35.93&within=60"
WRONG = "/placement?people=12x&wheelchairs=6&start=Atlantis&within=0"
NARROW, WIDE = PHONES[0], LAPTOP


@pytest.fixture
def watched(browser: Browser, database: str) -> Iterator[Watched]:
    """A coordinator's browser on a served operation with shelters along a coast."""
    with looking_at(make_coast(), browser, viewport=NARROW) as opened:
        yield opened


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_and_axe_finds_nothing_whatever_the_answer(watched: Watched, language: str) -> None:
    page = watched.page
    found = []
    for path in ("/placement", ASKED, SPLIT, NOBODY, WRONG, f"{ASKED}&show=refused"):
        page.set_viewport_size(NARROW)
        page.goto(in_language(path, language))
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
        for details in page.locator("main details").all():
            details.evaluate("one => one.open = true")
        found += [f"{path}: {one}" for one in [*misfits(page, WIDE, *PHONES), *violations(page)]]
    assert found == []
    assert [one for one in watched.wrong if "422" not in one] == []


def test_who_asks_at_night_gets_an_answer_in_one_form(watched: Watched) -> None:
    page = watched.page
    page.goto("/dashboard")
    page.get_by_role("link", name="Where can people go?").click()
    page.get_by_label("How many people").fill("١٢٠")
    page.get_by_label("Of them in wheelchairs").fill("6")
    page.locator("#start").fill("Third sch")
    expect(page.get_by_role("option").first).to_contain_text("Third school")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Find places").click()
    offered = page.locator("section", has=page.locator("#offered"))
    expect(offered).to_contain_text("2 shelters have room for all of them.")
    rows = offered.locator("tbody tr th a").all_inner_texts()
    assert rows == ["Sports hall", "Student housing", "Village school", "Summer inn"]
    assert "start.pick=shelter:SCHOOL" in page.url
    assert "cells." not in page.url, "what was left empty does not stand in the address"
    expect(page.locator("main")).to_contain_text("Third school (SCHOOL)")


def test_a_near_miss_is_settled_by_a_tap_and_nothing_typed_is_lost(watched: Watched) -> None:
    page = watched.page
    page.goto("/placement?people=120&wheelchairs=6&start=Lattakia")
    expect(page.locator(".error-summary")).to_contain_text("More than one place has this name")
    expect(page.get_by_label("How many people")).to_have_value("120")
    page.get_by_role("radio", name="Lattakia governorate").check(force=True)
    page.get_by_role("button", name="Find places").click()
    expect(page.locator(".error-summary")).to_contain_text("Nobody said where this lies")
    page.locator(".error-summary a").click()
    assert page.evaluate("document.activeElement.id") == "start"


def test_from_a_shelter_one_asks_with_its_name_filled_in(watched: Watched) -> None:
    page = watched.page
    page.goto("/shelters/SCHOOL")
    page.get_by_role("link", name="Where can people go from here?").click()
    expect(page.locator("#start")).to_have_value("Third school (SCHOOL)")
    page.get_by_label("How many people").fill("31")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("room for all of them")
    expect(page.locator("main")).not_to_contain_text("Third school Jablah")


def test_on_paper_stands_what_was_asked_and_the_answer(watched: Watched) -> None:
    page = watched.page
    page.goto(SPLIT)
    page.emulate_media(media="print")
    assert page.locator("main form").is_hidden()
    assert page.locator(".nav").is_hidden()
    for said in ("340 people", "6 in wheelchairs", "No shelter has room for all of them.", "Not sure: ask them"):
        expect(page.locator("main")).to_contain_text(said)
