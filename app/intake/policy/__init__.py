"""What is decided of a report without asking anything: when it counts, what its texts look like, whether it looks like
another, whether its number can be right. Pure."""

from app.intake.policy.alike import FEW, ONE_IN, Told, likeness, look_alike, may_have_alike
from app.intake.policy.clocks import CLOCKS_AGREE_WITHIN, FURTHEST_OFF, Instant, clock_difference, settle, stand
from app.intake.policy.large import WORTH_A_LOOK, Held, Large, how_large
from app.intake.policy.personal import KINDS, Kind, looks_personal

__all__ = [
    "CLOCKS_AGREE_WITHIN",
    "FEW",
    "FURTHEST_OFF",
    "KINDS",
    "ONE_IN",
    "WORTH_A_LOOK",
    "Held",
    "Instant",
    "Kind",
    "Large",
    "Told",
    "clock_difference",
    "how_large",
    "likeness",
    "look_alike",
    "looks_personal",
    "may_have_alike",
    "settle",
    "stand",
]
