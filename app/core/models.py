"""Technical tables."""

from datetime import datetime

from sqlalchemy import TIMESTAMP
from sqlmodel import Field, SQLModel

AWARE = TIMESTAMP(timezone=True)


class Heartbeat(SQLModel, table=True):
    """When each kind of worker last did something, so that `/readyz` can say whether anyone is working."""

    __tablename__ = "heartbeats"

    queue: str = Field(primary_key=True)
    at: datetime = Field(sa_type=AWARE)


class Meter(SQLModel, table=True):
    """What all processes counted of one thing (core.meters)."""

    __tablename__ = "meters"

    name: str = Field(primary_key=True)
    labels: str = Field(primary_key=True)
    total: float
