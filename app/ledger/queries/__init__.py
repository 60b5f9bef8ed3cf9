"""Reading the ledger."""

from app.ledger.queries.reports import (
    MARKED,
    SPREAD,
    Sent,
    Version,
    chains_of,
    decided_beside,
    exchanged_with,
    first_version_of,
    has_pairs,
    has_reports,
    is_spoken_of,
    reports_of,
    same_places,
    turn_of,
    versions_of,
)
from app.ledger.queries.standing import counting, entering, leaving, paired, standing

__all__ = [
    "MARKED",
    "SPREAD",
    "Sent",
    "Version",
    "chains_of",
    "counting",
    "decided_beside",
    "entering",
    "exchanged_with",
    "first_version_of",
    "has_pairs",
    "has_reports",
    "is_spoken_of",
    "leaving",
    "paired",
    "reports_of",
    "same_places",
    "standing",
    "turn_of",
    "versions_of",
]
