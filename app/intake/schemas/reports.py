"""What is seen in the field: shelters, groups, movements, headcounts, notes."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    Field,
    StrictBool,
    model_validator,
)

from app.intake.schemas.parts import (
    AdmissionShape,
    Code,
    Count,
    Language,
    Moment,
    Name,
    Need,
    PeopleShape,
    PlaceShape,
    PriorityNeed,
    Reference,
    Shape,
    Square,
    Words,
    unprintable,
)
from app.places.schemas import Method
from app.shelters.policy import Access, Building, SiteType
from app.shelters.policy import Status as ShelterStatus

ENDS_A_STAY = ("death", "return")  # reasons for leaving that lead to no place of the ledger


class ReportShape(Shape):
    """What every report carries."""

    id: UUID
    occurred_at: Moment
    method: Method | None = None
    source: Words | None = None
    url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://")] | None = None
    note: Words | None = None
    basis: Literal["reported", "assumed"] | None = None
    precision: Literal["minute", "day", "about"] | None = None
    clock: Literal["device", "typed"] | None = None
    needs: dict[Need, Count] | None = None

    @model_validator(mode="before")
    @classmethod
    def is_printable(cls, said: Any) -> Any:
        if unprintable(said):
            raise ValueError("unprintable")
        return said

    @property
    def is_day_dated(self) -> bool:
        return self.precision in ("day", "about")


class ShelterFields(ReportShape):
    """What can be said of a shelter as of a moment."""

    name: Annotated[dict[Language, Name], Field(min_length=1)] | None = None
    aliases: list[Name] | None = None
    site_type: SiteType | None = None
    building: Building | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    status: ShelterStatus | None = None
    capacity: Count | None = None
    blocked: Count | None = None
    covered_area_m2: Square | None = None
    site_area_m2: Square | None = None
    toilets: Count | None = None
    toilets_accessible: Count | None = None
    taps: Count | None = None
    showers: Count | None = None
    water_litres_per_day: Square | None = None
    health_post: StrictBool | None = None
    admits: AdmissionShape | None = None
    managed_by: Name | None = None
    contact: Name | None = None
    access: Access | None = None

    def said(self) -> dict[str, Any]:
        """The shelter's own fields that were spoken of, null included."""
        own = set(ShelterFields.model_fields) - set(ReportShape.model_fields)
        return self.model_dump(mode="json", include=own, exclude_unset=True)


class ShelterReport(ShelterFields):
    kind: Literal["shelter"]
    code: Code | None = None
    area: Reference
    name: Annotated[dict[Language, Name], Field(min_length=1)]
    site_type: SiteType


class ShelterStateReport(ShelterFields):
    kind: Literal["shelter_state"]
    shelter: Reference
    based_on: UUID | None = None

    @model_validator(mode="after")
    def keeps_its_name(self) -> Self:
        said = self.said()
        if not said:
            raise ValueError("nothing_said")
        if "name" in said and not said["name"]:
            raise ValueError("name")
        return self


class GroupReport(ReportShape):
    kind: Literal["group"]
    code: Code | None = None
    label: Name | None = None
    origin: Reference | None = None
    displaced_on: date | None = None
    households: Count | None = None
    cause: (
        Literal[
            "conflict",
            "generalized_violence",
            "targeted_violence",
            "natural_hazard",
            "eviction",
            "loss_of_services",
            "other",
            "unknown",
        ]
        | None
    ) = None
    people: PeopleShape | None = None
    priority_needs: list[PriorityNeed] | None = None
    intention: Literal["return_to_origin", "stay", "move_to_third_location", "undecided", "unknown"] | None = None

    def said(self) -> dict[str, Any]:
        """The group's own fields that were spoken of, null included."""
        own = set(GroupReport.model_fields) - set(ReportShape.model_fields) - {"kind", "code"} | {"needs"}
        return self.model_dump(mode="json", include=own, exclude_unset=True)


class MovementReport(ReportShape):
    kind: Literal["movement"]
    left_at: Moment | None = None
    seen: Literal["to", "from", "both"] | None = None
    group: Reference | None = None
    origin: Reference | None = None
    from_: Annotated[PlaceShape | None, Field(alias="from")] = None
    stayed_there: StrictBool | None = None
    to: PlaceShape | None = None
    people: PeopleShape
    reason: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] | None = None

    @model_validator(mode="after")
    def has_two_ends(self) -> Self:
        if self.from_ is None and self.to is None:
            raise ValueError("no_end")
        if self.from_ == self.to:
            raise ValueError("same_place")
        if self.left_at is not None and self.left_at > self.occurred_at:
            raise ValueError("left_after_arriving")
        if self.from_ is not None and self.from_.area is not None and self.stayed_there is not True:
            raise ValueError("stayed_there")
        if (self.reason == "birth" and self.from_ is not None) or (self.reason in ENDS_A_STAY and self.to is not None):
            raise ValueError("reason_end")
        return self


class HeadcountReport(ReportShape):
    kind: Literal["headcount"]
    place: PlaceShape
    people: PeopleShape
    method: Method
