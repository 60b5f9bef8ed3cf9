"""The life of an alert, pure: from the published state and what the rules say now, what is to be written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from app.alerts.rules import GAPS, OCCUPANCY, RANK, RULES, RuleLevel

GATHER_WITHIN = timedelta(minutes=1)  # further notices to the same person wait this long and go together
# One place, rule and severity is announced to a person at most once in this time, ends apart.
QUIET_FOR = timedelta(hours=24)
ESCALATE_AFTER = timedelta(minutes=30)  # a critical alert nobody took on goes to the next (ledger.md, 4)
DIGEST_HOUR = 7  # of the operation's day: from then on digests are written
END_AFTER = timedelta(minutes=60)  # an end is told when it stayed
PROTECTED = "unaccompanied_children"  # told to people of protection alone, and always briefly
# Of these a mail names the nearest shelters with room: somebody has to go elsewhere.
SENDS_ELSEWHERE = {OCCUPANCY, "inflow", "people_in_closed_shelter", "admission"}
TOLD_UNASKED = {OCCUPANCY}  # coordinators hear of these without having asked for it (ledger.md, 4)

LINK_GOOD_FOR = timedelta(days=7)
MOST_SUBSCRIPTIONS = 50  # of one person in one operation


Told = Literal["announce", "end", "nobody"]


@dataclass(frozen=True)
class Step:
    """A change of the published state and who hears of it."""

    before: RuleLevel
    after: RuleLevel
    told: Told


def next_step(published: RuleLevel, state: Mapping[str, Any]) -> Step | None:
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


def rules_to_choose(*, is_protection: bool, gaps_alerted: Collection[str]) -> tuple[str, ...]:
    """The rules somebody can ask to be told of: those that are asked in their operation, and that they may hear of."""
    return tuple(
        rule for rule in RULES if (is_protection or rule != PROTECTED) and (rule not in GAPS or rule in gaps_alerted)
    )
