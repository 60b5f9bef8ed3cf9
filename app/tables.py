"""Every table of every feature, registered in one place: migrations, workers and commands need them all."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from app.accounts import models as accounts
from app.alerts import models as alerts
from app.audit import models as audit
from app.core import models as core
from app.groups import models as groups
from app.holds import models as holds
from app.ledger import models as ledger
from app.outbox import models as outbox
from app.places import models as places
from app.population import models as population
from app.shelters import models as shelters

FEATURES = (accounts, alerts, audit, core, groups, holds, ledger, outbox, places, population, shelters)


def table_metadata() -> MetaData:
    """All tables, for migrations and their drift check."""
    return SQLModel.metadata
