"""Published figures, and reports about reports: decisions, shelters that are one, corrections."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    Field,
    StrictBool,
    model_validator,
)

from app.intake.schemas.parts import Moment, PeopleShape, PlaceShape, Reason, Reference, Shape
from app.intake.schemas.reports import ReportShape


class AboutShape(Shape):
    """What a published figure speaks of: an area, or the whole operation."""

    area: Reference | None = None
    operation: Literal[True] | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.area is None) == (self.operation is None):
            raise ValueError("about")
        return self


class FigureReport(ReportShape):
    """A published number: kept and shown beside the ledger, never folded."""

    kind: Literal["figure"]
    about: AboutShape
    measures: Literal["stock", "cumulative_arrivals", "cumulative_departures"]
    since: Moment | None = None
    people: PeopleShape


class NoteReport(ReportShape):
    kind: Literal["note"]
    place: PlaceShape
    text: Annotated[str, Field(min_length=1, max_length=2_000)]


class DecisionReport(ReportShape):
    """A coordinator follows a headcount, or sets it aside (`adopt`); or says of a movement whether it `counts` beside
    one that was told before (`double_of`) or tells of the same people again. Of a `pair` both count, each where it saw
    the people: `movement` is the departure or the arrival of one journey, `double_of` the other."""

    kind: Literal["decision"]
    headcount: UUID | None = None
    adopt: StrictBool | None = None
    movement: UUID | None = None
    double_of: UUID | None = None
    counts: StrictBool | None = None
    pair: Literal["departure", "arrival"] | None = None
    reason: Reason

    @model_validator(mode="after")
    def is_about_one(self) -> Self:
        on_headcount, on_movement = (self.headcount, self.adopt), (self.movement, self.double_of, self.counts)
        wanted, others = (on_movement, on_headcount) if self.movement is not None else (on_headcount, on_movement)
        if None in wanted or any(said is not None for said in others) or (self.pair is not None and not self.counts):
            raise ValueError("decides_one")
        return self


class SamePlaceReport(ReportShape):
    """Two shelters are one: what was said of `other` is booked at `keep`."""

    kind: Literal["same_place"]
    keep: Reference
    other: Reference
    reason: Reason


class CorrectionReport(ReportShape):
    """Another version of a report, or (`replacement` null) no report at all. `corrects` names the version replaced."""

    kind: Literal["correction"]
    corrects: UUID
    reason: Reason
    replacement: dict[str, Any] | None
