"""A line of the table, and lines of progress."""

import sys
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table. `ratio` only where the figure was compared with `reference` in the same run."""

    key: str
    figure: str
    reference: str
    ratio: float | None
    goal: str
    met: bool
    misses_twice_over: bool = False
    details: dict[str, Any] = field(default_factory=dict)


def say(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
