"""How full a shelter is."""

from app.alerts.rules.states import RANK, Answer, RuleLevel, Seen
from app.alerts.rules.thresholds import Thresholds

OCCUPANCY = "occupancy"


def occupancy(held: RuleLevel, seen: Seen, limits: Thresholds) -> Answer:
    """People against places. At least so many: proof that it is full, never that there is room or that all is well."""
    people, places, basis = seen.level.people, seen.places, seen.level.basis
    reached = None
    if places is not None and basis != "unknown":
        level = occupancy_level(held, people=people, places=places, limits=limits)
        reached = level if basis == "counted" or (level != "ok" and RANK[level] >= RANK[held]) else None
    return Answer(reached, {"people": people, "places": places})


def occupancy_level(before: RuleLevel, *, people: int, places: int, limits: Thresholds) -> RuleLevel:
    """The level of so many people in so many places, coming from a level. People where there is no place: critical."""
    if places == 0:
        return "critical" if people > 0 else "ok"
    per_cent = 100 * people / places
    if per_cent >= limits.occupancy_critical or (before == "critical" and per_cent >= limits.occupancy_critical_clears):
        return "critical"
    if per_cent >= limits.occupancy_warning or (before != "ok" and per_cent >= limits.occupancy_warning_clears):
        return "warning"
    return "ok"
