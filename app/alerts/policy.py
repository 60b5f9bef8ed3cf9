"""The life of an alert, pure: from the published state and what the rules say now, what is to be written."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from app.alerts.rules import RANK, RuleLevel

GATHER_WITHIN = timedelta(minutes=1)  # further notices to the same person wait this long and go together
QUIET_FOR = timedelta(
    hours=24
)  # one place, rule and severity is announced to a person at most once in this time, ends apart
END_AFTER = timedelta(minutes=60)  # an end is told when it stayed

Told = Literal["announce", "end", "nobody"]


@dataclass(frozen=True)
class Step:
    """A change of the published state and who hears of it."""

    before: RuleLevel
    after: RuleLevel
    told: Told


def next_step(published: RuleLevel, state: dict[str, Any]) -> Step | None:
    """What changes when the rules say `state`; None: nothing. Unknown neither opens nor resolves."""
    after: RuleLevel = state["level"]
    if after == published or not state["known"]:
        return None
    told: Told = "nobody"
    if RANK[after] > RANK[published]:
        told = "announce"
    elif after == "ok":
        told = "end"
    return Step(published, after, told)
