"""What is decided of a report without asking anything: when it counts, and what its texts look like. Pure."""

from app.intake.policy.clocks import CLOCKS_AGREE_WITHIN, FURTHEST_OFF, Instant, clock_difference, settle, stand
from app.intake.policy.personal import KINDS, Kind, looks_personal

__all__ = [
    "CLOCKS_AGREE_WITHIN",
    "FURTHEST_OFF",
    "KINDS",
    "Instant",
    "Kind",
    "clock_difference",
    "looks_personal",
    "settle",
    "stand",
]
