"""What a rule is shown, what it answers, and the state that comes of it. Pure.

A rule's state is `step` of the state stored with the previous day row and the answer at the end of the day, so it does
not depend on how reports were batched. `step` is idempotent for an equal answer. Unknown neither raises nor clears: the
level stays and is marked not known.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from app.counts.scheme import Scheme
from app.population.facts import Facts
from app.population.levels import Level

RuleLevel = Literal["ok", "warning", "critical"]
RANK: dict[str, int] = {"ok": 0, "warning": 1, "critical": 2}

State = Mapping[str, Any]  # "level", "known", "since", and the numbers behind it
NOT_NUMBERS = ("level", "known", "since", "base", "basis")


class Seen(NamedTuple):
    """A shelter at the end of a day, or at a moment of today. `facts`: of that day (None: nothing was reported on it);
    `said`: what is stated of the shelter, `places` what follows from it, `base` a mark of all that rules look at;
    `heard_at`: its last report; `until`: that end or moment."""

    level: Level
    facts: Facts | None
    said: Mapping[str, Any]
    places: int | None
    base: str
    heard_at: datetime
    until: datetime
    scheme: Scheme


class Answer(NamedTuple):
    """What a rule says. `level` None: it cannot be told. `since`: from when on, where that is not the last report."""

    level: RuleLevel | None
    numbers: Mapping[str, Any] = {}
    since: datetime | None = None


OK = Answer("ok")
UNKNOWN = Answer(None)


def step(before: State | None, answer: Answer, at: datetime) -> dict[str, Any]:
    """The state after an answer."""
    held: RuleLevel = before["level"] if before else "ok"
    reached = held if answer.level is None else answer.level
    since = before["since"] if before and reached == held else (answer.since or at).isoformat()
    return {"level": reached, "known": answer.level is not None, "since": since, **answer.numbers}
