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


def at_least(goal: float, key: str, ratio: float, *, figure: str, reference: str, details: dict[str, Any]) -> Figure:
    """A figure that should be so many times its reference, or more."""
    return Figure(key, figure, reference, ratio, f">= {goal:g} x", ratio >= goal, 2 * ratio < goal, details)


def at_most(goal: float, key: str, ratio: float, *, figure: str, reference: str, details: dict[str, Any]) -> Figure:
    """A figure that should be so many times its reference, or less."""
    return Figure(key, figure, reference, ratio, f"<= {goal:g} x", ratio <= goal, ratio > 2 * goal, details)


def say(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
