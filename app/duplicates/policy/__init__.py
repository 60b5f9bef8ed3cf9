"""How likely it is that two reports are of the same people, and why. Pure."""

from app.duplicates.policy.scoring import POSSIBLE_FROM, WITHIN, Likeness, Pair, Reason, likeness, most_likely
from app.duplicates.policy.told import End, Position, Told, part_of

__all__ = [
    "POSSIBLE_FROM",
    "WITHIN",
    "End",
    "Likeness",
    "Pair",
    "Position",
    "Reason",
    "Told",
    "likeness",
    "most_likely",
    "part_of",
]
