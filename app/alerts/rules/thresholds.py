"""Where the rules begin: settings of the operation by name, and of a shelter where it has its own."""

from dataclasses import dataclass

from app.shelters.policy import Standards


@dataclass(frozen=True)
class Thresholds(Standards):
    """Defaults of ledger.md, 4; those of Standards are of Sphere and others. Names are those of the settings."""

    # Per cent of the places. A level clears lower than it starts, so that a gate is not announced twice an hour.
    occupancy_warning: float = 85
    occupancy_warning_clears: float = 80
    occupancy_critical: float = 100
    occupancy_critical_clears: float = 95
    inflow: float = 20  # per cent of the places, that may come in a day
    silence_days: float = 3
    discrepancy: float = 10  # per cent of what the books said
