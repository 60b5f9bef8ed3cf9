"""Nothing inline: no page holds a script, a style or a handler of its own, so the policy can forbid all of them."""

import re
from collections.abc import Mapping

from app.headers import PAGE_POLICY
from tests.guards.project import nothing, texts

MAILS = ("app/templates/accounts/mails/", "app/templates/alerts/mails/")  # read by mail programs, which load no file
INLINE = {
    "a script of its own": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>|<script[^>]*>\s*[^\s<]", re.IGNORECASE),
    "a style of its own": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "a handler": re.compile(r"""<[^>]*\son[a-z]+\s*=""", re.IGNORECASE),
    "an address that runs": re.compile(r"(javascript|vbscript|data)\s*:", re.IGNORECASE),
    "an address elsewhere": re.compile(
        r"""(src|href|action|srcset|poster|data)\s*=\s*["']?\s*(https?:)?//""", re.IGNORECASE
    ),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}
ASSET = re.compile(r"""url\(\s*["']?\s*(https?:|//|data:)|@import|\beval\(|\.innerHTML\b|\.outerHTML\b|\bFunction\(""")


def inline(templates: Mapping[str, str]) -> list[str]:
    """What the policy would have to let through, by file and line."""
    return [
        f"{path}:{source.count(chr(10), 0, found.start()) + 1}: {what}"
        for path, source in sorted(templates.items())
        for what, pattern in INLINE.items()
        for found in pattern.finditer(re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL))
    ]


def test_no_page_holds_anything_inline_or_from_elsewhere() -> None:
    pages = {
        path: source
        for path, source in texts().items()
        if path.startswith("app/templates/") and path.endswith(".html") and not path.startswith(MAILS)
    }
    assert len(pages) > 40
    nothing(inline(pages))


def test_no_static_file_loads_from_elsewhere_or_runs_text() -> None:
    assets = {path: source for path, source in texts().items() if path.startswith("app/static/")}
    nothing([f"{path}: {found[0]}" for path, source in assets.items() if (found := ASSET.search(source))])


def test_the_policy_lets_nothing_inline_through() -> None:
    assert "unsafe" not in PAGE_POLICY and "data:" not in PAGE_POLICY and "*" not in PAGE_POLICY


def test_it_finds_what_is_planted() -> None:
    planted = {
        "a.html": '<p>fine</p>\n<script>run()</script>\n<p style="color: red">',
        "b.html": '<a href="javascript:run()">\n<img src="//cdn.example.org/a.png" onerror="run()">',
        "c.html": "{{ words|safe }}{# onclick= is forbidden #}",
        "d.html": '<script type="module" src="{{ url }}"></script><button name="on">{{ _("Once: on") }}</button>',
    }
    assert sorted(inline(planted)) == [
        "a.html:2: a script of its own",
        "a.html:3: a style of its own",
        "b.html:1: an address that runs",
        "b.html:2: a handler",
        "b.html:2: an address elsewhere",
        "c.html:1: text that is not escaped",
    ]
