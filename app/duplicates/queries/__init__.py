"""Reading which movements may be told twice."""

from app.duplicates.queries.candidates import Possible, latest_possible, possible
from app.duplicates.queries.movements import Movement, Place

__all__ = ["Movement", "Place", "Possible", "latest_possible", "possible"]
