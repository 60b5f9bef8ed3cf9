"""The README's picture can be taken: the right size on the screen and in the repository."""

from pathlib import Path
from struct import unpack

from playwright.sync_api import Browser

from tests.factories.live import Live
from tests.picture.__main__ import SCREEN, take


def test_the_picture_of_the_readme_can_be_taken(browser: Browser, live: Live, tmp_path: Path) -> None:
    take(browser, live, tmp_path / "dashboard.png")
    begins = (tmp_path / "dashboard.png").read_bytes()[:24]
    assert begins[:8] == b"\x89PNG\r\n\x1a\n"
    assert unpack(">II", begins[16:24]) == (SCREEN["width"], SCREEN["height"])
