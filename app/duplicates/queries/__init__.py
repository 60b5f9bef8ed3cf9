"""Reading which movements may be told twice, and what was decided of them."""

from app.duplicates.queries.candidates import Possible, how_many_wait, latest_possible, possible, possible_at
from app.duplicates.queries.decided import Decided, Two, latest_decided, two
from app.duplicates.queries.movements import Movement, Place

__all__ = [
    "Decided",
    "Movement",
    "Place",
    "Possible",
    "Two",
    "how_many_wait",
    "latest_decided",
    "latest_possible",
    "possible",
    "possible_at",
    "two",
]
