"""What else is looked at: who came, who was heard of, what a headcount found, who is there that should not be."""

from datetime import datetime, timedelta

from app.alerts.rules.states import OK, UNKNOWN, Answer, RuleLevel, Seen
from app.alerts.rules.thresholds import Thresholds
from app.shelters.policy import HOSTING, admits

INFLOW, SILENCE = "inflow", "silence"


def inflow(_held: RuleLevel, seen: Seen, limits: Thresholds) -> Answer:
    """More people came on a day of the operation than so large a part of the places."""
    came = seen.facts.came if seen.facts else 0
    if came == 0:
        return OK
    if seen.places is None:
        return UNKNOWN
    if 100 * came <= limits.inflow * seen.places:
        return OK
    return Answer("warning", {"people": came, "places": seen.places})


def silence(_held: RuleLevel, seen: Seen, limits: Thresholds) -> Answer:
    """Nothing was reported of a shelter that takes people, or of which nobody said that it does not."""
    if not is_hosting(seen):
        return OK
    over = silent_from(seen, limits)
    return Answer("warning", {"heard_at": seen.heard_at.isoformat()}, over) if seen.until >= over else OK


def is_hosting(seen: Seen) -> bool:
    """Whether somebody should be heard of: it is open, or people are there."""
    return seen.said.get("status") in HOSTING or (seen.level.people > 0 and seen.level.basis != "unknown")


def silent_from(seen: Seen, limits: Thresholds) -> datetime:
    return seen.heard_at + timedelta(days=limits.silence_days)


def discrepancy(_held: RuleLevel, seen: Seen, limits: Thresholds) -> Answer | None:
    """A headcount found more or fewer people than the books had said. Holds until the next one; None: none was made."""
    if seen.facts is None or seen.facts.counted is None:
        return None
    difference = seen.level.discrepancy
    if difference is None:
        return OK
    found = seen.facts.taken.total
    books = found - difference
    if 100 * abs(difference) <= limits.discrepancy * max(books, 0):
        return OK
    return Answer("warning", {"people": found, "books": books})


def shortfall(_held: RuleLevel, seen: Seen, _limits: Thresholds) -> Answer:
    """More people left than had come or been counted: somebody who came was never reported."""
    missing = -seen.level.total.total
    return Answer("warning", {"people": missing}) if missing > 0 else OK


def unaccompanied_children(_held: RuleLevel, seen: Seen, _limits: Thresholds) -> Answer:
    """Children with nobody who looks after them are there."""
    children = _at_most(seen, seen.level.unaccompanied)
    return Answer("warning", {"people": children}) if children > 0 else OK


def people_in_closed_shelter(_held: RuleLevel, seen: Seen, _limits: Thresholds) -> Answer:
    """People are where nobody should be any more."""
    if seen.said.get("status") != "closed":
        return OK
    if seen.level.basis == "unknown":
        return UNKNOWN
    people = seen.level.people
    if people == 0:
        return OK if seen.level.basis == "counted" else UNKNOWN
    return Answer("critical", {"people": people})


def admission(_held: RuleLevel, seen: Seen, _limits: Thresholds) -> Answer:
    """People are there whom the shelter does not take in. Whose sex or age nobody saw breaks no rule."""
    rule = seen.said.get("admits")
    if not (rule or {}).get("cells"):
        return OK
    people = sum(
        count
        for key, count in zip(seen.scheme.keys, seen.level.cells, strict=True)
        if count > 0 and not admits(rule, key)
    )
    people = _at_most(seen, people)
    return Answer("warning", {"people": people}) if people else OK


def _at_most(seen: Seen, people: int) -> int:
    """Where all were counted since, no more of some than of all: of those who left nobody said who they were."""
    return min(people, seen.level.people) if seen.level.basis == "counted" else people
