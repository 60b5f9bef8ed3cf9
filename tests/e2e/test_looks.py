"""What is looked for on every page is found where it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.factories.looks import PHONES, misfits, unreached, violations

LINK = '<a href="#x" style="position: absolute; width: 60px; height: 60px; top: {top}px">there</a>'
PLANTED = {
    "wide": '<p style="width: 900px">far too wide</p>',
    "cut off": '<p style="width: 40px; overflow: hidden; white-space: nowrap">cut in the middle</p>',
    "outside the page": '<p style="position: fixed; left: -60px; width: 90px">gone at the side</p>',
    "wider than its box": '<span class="badge" style="display: block; width: 20px">Incomprehensible</span>',
    "written over": '<p style="position: absolute; top: 9px">one</p><p style="position: absolute; top: 12px">other</p>',
    "what is chosen": '<select style="width: 70px; height: 50px"><option>Whoever came by the river</option></select>',
    "too small": '<button style="height: 50px; width: 30px; padding: 0">ok</button>',
    "px into": LINK.format(top=0) + LINK.format(top=50),
}
FINE = (
    '<p>Look at <a href="#x">the report</a> of that day.</p>'
    '<div style="overflow-x: auto"><p style="width: 900px">this may be moved</p></div>'
    '<p style="width: 40px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap">cut on purpose</p>'
    '<svg class="map" width="200" height="200"><a class="area" href="#x"><rect width="120" height="120"/></a>'
    '<a class="area" href="#x"><path d="M100 0H200V200H0V140H100Z"/></a>'
    '<a href="#x"><rect x="20" y="20" width="50" height="50"/></a></svg>'
    '<label style="display: block; height: 50px"><input type="radio">Yes</label>'
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize("wrong", PLANTED)
def test_it_finds_what_is_planted(page: Page, wrong: str) -> None:
    page.set_content(f"<!doctype html>{PLANTED[wrong]}")
    found = misfits(page, *PHONES)
    assert len(found) >= len(PHONES)
    assert any(wrong in one for one in found)


def test_it_lets_pass_what_is_meant(page: Page) -> None:
    page.set_content(f"<!doctype html>{FINE}")
    assert misfits(page, *PHONES) == []


def test_axe_finds_what_is_planted_in_both_schemes(page: Page) -> None:
    page.set_content(
        '<!doctype html><html lang="en"><head><meta name="color-scheme" content="light dark"><title>Planted</title>'
        "<style>html { background: light-dark(#fff, #111) } p { color: light-dark(#000, #333) }</style>"
        "</head><body><main><h1>Planted</h1>"
        '<p>dark on dark</p><input><a href="#x"></a></main></body></html>'
    )
    found = violations(page)
    assert {one.split(": ")[0] for one in found if not one.startswith("dark")} == {"label", "link-name"}
    assert any(one.startswith("dark: color-contrast") for one in found)


def test_keys_find_what_is_planted(page: Page) -> None:
    page.set_content(
        "<!doctype html><style>#bare:focus { outline: none }</style>"
        '<a href="#a">there</a><a href="#b" id="bare">bare</a><details><summary>more</summary>'
        '<a href="#c">hidden</a></details>'
        '<input type="radio" name="one" checked><input type="radio" name="one"><button disabled>not now</button>'
    )
    (found,) = unreached(page)
    assert found.startswith('has the focus unseen: <a href="#b"')
    page.set_content(
        '<!doctype html><a href="#a">there</a><div onkeydown="event.preventDefault()"><button>held</button></div>'
        '<a href="#b">never reached</a>'
    )
    assert [one.split(":")[0] for one in unreached(page)] == ["not reached"]
