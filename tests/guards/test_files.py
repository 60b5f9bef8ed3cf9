"""What no file of the repository may hold, be called, or grow to."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

import pytest

from tests.guards.project import ROOT, files, nothing, texts

# Written so that this file does not match itself.
NOT_FOR_OTHERS = {
    "a path of one machine": re.compile(r"/(?:root|home/[\w.-]+|Users/[\w.-]+)/[\w.]"),
    "an address of a package index": re.compile(
        r"\bhttps?://[\w.-]*(?:pypi|pythonhosted|npmjs|debian)\b[\w./-]*|--(?:extra-)?index-url[ =]|--find-links[ =]"
        r"|^\s*(?:registry|index-url|find-links)\s*="
    ),
    "a private key": re.compile(r"-----BEGIN (?:\w+ )*PRIVATE KEY-----"),
    "a token": re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|mawa_[A-Za-z0-9_-]{40,})"),
    "a secret": re.compile(
        r"""(?i)\b\w*(?:secret_key|password|api_key)["']?\s*[:=]\s*["']?(?=[^"'\s]*\d)[A-Za-z0-9+/_-]{20,}"""
    ),
}
SAYS_NOTHING = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"})
LONGEST = 300  # lines
LONGER: dict[str, str] = {}  # file: why it may be longer
COUNTED = (".py", ".html", ".css", ".js", ".txt")
NOT_COUNTED = ("app/migrations/versions/", "requirements")  # written once, or by a program


def not_for_others(sources: Mapping[str, str], checkout: str) -> list[str]:
    """Lines that hold a path of this machine, an index address or a secret."""
    found = []
    for path, source in sorted(sources.items()):
        for number, line in enumerate(source.splitlines(), 1):
            kinds = [kind for kind, pattern in NOT_FOR_OTHERS.items() if pattern.search(line)]
            if checkout in line:
                kinds.append("the path of this checkout")
            found += [f"{path}:{number}: {kind}" for kind in kinds]
    return found


def named_for_nothing(paths: Iterable[str]) -> list[str]:
    """Modules and folders whose name does not say what is in them."""
    return [
        f"{path}: name it after what it holds"
        for path in sorted(paths)
        if not SAYS_NOTHING.isdisjoint(part.split(".")[0].lower() for part in PurePosixPath(path).parts)
    ]


def too_long(sources: Mapping[str, str], longer: Mapping[str, str]) -> list[str]:
    """Files that should be several."""
    lengths = {
        path: len(source.splitlines())
        for path, source in sorted(sources.items())
        if path.endswith(COUNTED) and not path.startswith(NOT_COUNTED)
    }
    return [f"{path} has {lines} lines" for path, lines in lengths.items() if lines > LONGEST and path not in longer]


def test_no_file_holds_what_is_not_for_others() -> None:
    nothing(not_for_others(texts(), str(ROOT)))


def test_every_module_is_named_after_what_it_holds() -> None:
    nothing(named_for_nothing(files()))


def test_no_file_is_long() -> None:
    nothing(too_long(texts(), LONGER))
    assert LONGER.keys() <= set(files())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("DATA = '/ho" + "me/ada/mawa/data.csv'", "a path of one machine"),
        ("--index" + "-url https://index.example.org/simple", "an address of a package index"),
        ("https://files.python" + "hosted.org/packages/mawa.whl", "an address of a package index"),
        ("-----BEGIN EC " + "PRIVATE KEY-----", "a private key"),
        ("token = 'mawa" + "_" + "x" * 43 + "'", "a token"),
        ("SECRET" + "_KEY=0123456789abcdef0123456789abcdef", "a secret"),
        ("see /srv/checkout/app", "the path of this checkout"),
    ],
)
def test_it_finds_planted_lines_that_are_not_for_others(line: str, kind: str) -> None:
    assert not_for_others({"README.md": f"fine\n{line}\n"}, "/srv/checkout") == [f"README.md:2: {kind}"]


def test_it_lets_ordinary_lines_pass() -> None:
    ordinary = (
        "SECRET_KEY=${SECRET_KEY:?}\nsmtp://user:pass@host:port\npassword = Field(min_length=8)\n/srv/mawa/data\n"
    )
    nothing(not_for_others({"README.md": ordinary}, "/srv/checkout"))


def test_it_finds_a_planted_name_that_says_nothing() -> None:
    planted = ["app/places/utils.py", "app/common/text.py", "tests/Helpers.py", "app/places/commonly.py"]
    assert [line.split(":")[0] for line in named_for_nothing(planted)] == sorted(planted[:3])


def test_it_finds_a_planted_long_file() -> None:
    planted = {"app/a.py": "x\n" * 301, "app/b.py": "x\n" * 300, "app/c.py": "x\n" * 400, "README.md": "x\n" * 999}
    assert too_long(planted, {"app/c.py": "a table"}) == ["app/a.py has 301 lines"]
