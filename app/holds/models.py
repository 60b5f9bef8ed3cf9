"""Holds, what each of them took out of the ledger, and the figures there were before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from app.core.models import AWARE


class Hold(SQLModel, table=True):
    """What one person sent is left out of the figures: all of it, or of one device (an empty one: what came without
    naming a device), or of a time of recording. No `until`: also what still comes.

    `areas` are those of whoever made it, as they were then (None: the whole operation); nothing outside is touched.
    `found` is how many reports there were to hold when it was made. Everything recorded by `looked_until` has been
    looked at; `done_at`: nothing is left to do, ever.
    """

    __tablename__ = "holds"

    id: UUID = Field(primary_key=True)
    operation_id: UUID = Field(foreign_key="operations.id")
    reporter_id: UUID = Field(foreign_key="users.id")
    device: str | None = None
    since: datetime | None = Field(default=None, sa_type=AWARE)
    until: datetime | None = Field(default=None, sa_type=AWARE)
    areas: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    reason: str
    made_by: UUID = Field(foreign_key="users.id")
    made_at: datetime = Field(sa_type=AWARE)
    found: int
    state: str = "held"
    settled_by: UUID | None = Field(default=None, foreign_key="users.id")
    settled_at: datetime | None = Field(default=None, sa_type=AWARE)
    looked_until: datetime | None = Field(default=None, sa_type=AWARE)
    done_at: datetime | None = Field(default=None, sa_type=AWARE)

    __table_args__ = (
        CheckConstraint("state IN ('held', 'released', 'set_aside')", name="state"),
        CheckConstraint(
            "(state = 'held') = (settled_by IS NULL) AND (settled_by IS NULL) = (settled_at IS NULL)", name="settled"
        ),
        Index(None, "operation_id", "made_at"),
        Index(None, "reporter_id"),
    )


class HeldReport(SQLModel, table=True):
    """One report a hold took out. `report_id` is its first version, `version_id` the one that stood, `put_by` the
    correction that took it out (another hold's, where that was first).

    `is_correction`: the person corrected somebody else's report, which says again what it said before. `people` it
    speaks of, and where. `outcome` None: it is out; `released` by `back_by`; `left`, since somebody corrected it
    meanwhile; `kept` out by another hold; taken out `again`, by another row, since the person put it back
    themselves.
    """

    __tablename__ = "held_reports"

    hold_id: UUID = Field(primary_key=True, foreign_key="holds.id")
    operation_id: UUID
    report_id: UUID
    version_id: UUID = Field(primary_key=True)
    put_by: UUID
    kind: str
    is_correction: bool
    place_id: UUID | None = None
    from_place_id: UUID | None = None
    people: int | None = Field(default=None, sa_type=BigInteger)
    outcome: str | None = None
    back_by: UUID | None = None

    __table_args__ = (
        CheckConstraint("outcome IN ('released', 'left', 'kept', 'again')", name="outcome"),
        CheckConstraint("(outcome = 'released') = (back_by IS NOT NULL)", name="back_by"),
        Index(None, "report_id", "hold_id"),
        Index(None, "put_by"),
        Index(None, "back_by", postgresql_where=text("back_by IS NOT NULL")),
        Index(None, "place_id", postgresql_where=text("place_id IS NOT NULL")),
        Index(None, "from_place_id", postgresql_where=text("from_place_id IS NOT NULL")),
    )


class HoldPlace(SQLModel, table=True):
    """The figure of a place as it stood when a hold was made: with everything that is held now."""

    __tablename__ = "hold_places"

    hold_id: UUID = Field(primary_key=True, foreign_key="holds.id")
    operation_id: UUID
    place_id: UUID = Field(primary_key=True)
    people: int | None = Field(default=None, sa_type=BigInteger)
    basis: str
