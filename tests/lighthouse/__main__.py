"""Lighthouse over the pages of the field, on a phone, as somebody who has signed in: `make lighthouse`.

Accessibility and best practices must reach 95. How fast a page is depends on the machine that measures (Lighthouse
makes it four times slower, behind a network of 1.6 Mbit/s): that is printed, and fails nothing.
"""

import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from tests.factories.live import running, sign_in
from tests.factories.screens import FIELD_PAGES

LEAST = 95
MUST = ("accessibility", "best-practices")
TOLD = ("performance",)
BROWSER = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update"


def say(line: str) -> None:
    print(line, file=sys.__stdout__, flush=True)  # what the installation said at its end goes elsewhere


def scores(program: Path, url: str, cookie: str, browser: str) -> tuple[dict[str, int], list[str]]:
    """What a page reaches of 100 in each category, and what it misses in those that must be reached."""
    with TemporaryDirectory(prefix="mawa-lighthouse-") as folder:
        found = Path(folder) / "found.json"
        words = [
            *(str(program), url, "--quiet", "--output=json", f"--output-path={found}"),
            f"--only-categories={','.join((*MUST, *TOLD))}",
            f"--chrome-flags={BROWSER} --user-data-dir={folder}/browser",
            f"--extra-headers={json.dumps({'Cookie': cookie})}",
        ]
        ended = subprocess.run(
            words, env={**os.environ, "CHROME_PATH": browser}, capture_output=True, text=True, check=False
        )
        if ended.returncode or not found.exists():
            raise SystemExit(f"Lighthouse could not look at {url}:\n{ended.stderr[-2000:]}")
        told = json.loads(found.read_text(encoding="utf-8"))
    if urlsplit(told["finalDisplayedUrl"]).path != urlsplit(url).path:
        raise SystemExit(f"{url} led to {told['finalDisplayedUrl']}")
    missed = {
        one["id"]
        for category in MUST
        for one in told["categories"][category]["auditRefs"]
        if one["weight"] and told["audits"][one["id"]]["score"] not in (None, 1)
    }
    return (
        {name: round(told["categories"][name]["score"] * 100) for name in (*MUST, *TOLD)},
        [told["audits"][one]["title"] for one in sorted(missed)],
    )


def main(program: str, browser: str) -> int:
    low = 0
    say(f"{'':38}{'  '.join((*MUST, *TOLD))}")
    with redirect_stdout(StringIO()), running() as live:
        cookie = sign_in(live.url, *live.accounts["field_worker"])
        for path in FIELD_PAGES:
            reached, missed = scores(Path(program), live.url + path, cookie, browser)
            say(f"{path:38}{'  '.join(f'{reached[name]:>{len(name)}}' for name in (*MUST, *TOLD))}")
            for one in missed:
                say(f"    {one}")
            low += any(reached[name] < LEAST for name in MUST)
    say(f"{low} of {len(FIELD_PAGES)} pages are under {LEAST}" if low else f"all pages reach {LEAST}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
