"""THREATS.md names tests: what it says is held by them must be there to hold it."""

import re

from tests.guards.project import files, nothing, read


def missing(said: str) -> list[str]:
    """Tests that are named and not there."""
    names = {path.rsplit("/", 1)[-1] for path in files()}
    return [name for name in sorted(set(re.findall(r"\btest_\w+\.py\b", said))) if name not in names]


def test_every_test_it_names_is_there() -> None:
    said = read("THREATS.md")
    assert len(set(re.findall(r"\btest_\w+\.py\b", said))) > 15
    nothing(missing(said))


def test_it_finds_a_test_that_is_gone() -> None:
    assert missing("walls (`test_walls.py`), moats (`test_moats.py`)") == ["test_moats.py"]
