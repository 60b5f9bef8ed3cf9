"""Joining the parts: tables, blueprints, handlers, headers, the edge that commits."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import app.accounts.models  # noqa: F401  # registers its tables
import app.alerts.models  # noqa: F401  # registers its tables
import app.audit.models  # noqa: F401  # registers its tables
import app.core.models  # noqa: F401  # registers its tables
import app.groups.models  # noqa: F401  # registers its tables
import app.ledger.models  # noqa: F401  # registers its tables
import app.outbox.models  # noqa: F401  # registers its tables
import app.places.models  # noqa: F401  # registers its tables
import app.population.models  # noqa: F401  # registers its tables
import app.shelters.models  # noqa: F401  # registers its tables


def table_metadata() -> MetaData:
    """Every table of every feature, for migrations and their drift check."""
    return SQLModel.metadata
