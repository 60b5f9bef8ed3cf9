"""Reports as they are sent (interface.md), and what the door answers for each.

Shapes only check form: what a place or group refers to, and what the scheme of the operation allows, is
asked by the service. In `shelter` and `shelter_state` an absent field is unchanged and null is now unknown.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    TypeAdapter,
    model_validator,
)

from app.places.schemas import Method
from app.shelters.policy import Access, Building, SiteType
from app.shelters.policy import Status as ShelterStatus

MOST_PEOPLE = 10_000_000  # at one place; sums of squares of such numbers still fit PostgreSQL's bigint
CODE = r"^[A-Z0-9-]{1,32}$"

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def _written(said: Any) -> Any:
    """A number could be seconds or milliseconds of any clock: only ISO 8601 says which moment is meant."""
    if isinstance(said, int | float) or (isinstance(said, str) and not re.match(r"\d{4}-", said)):
        raise ValueError("not_a_time")
    return said


def _in_living_memory(at: datetime) -> datetime:
    if at < EARLIEST:
        raise ValueError("not_a_time")
    return at


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_living_memory)]
Count = Annotated[StrictInt, Field(ge=0, le=MOST_PEOPLE)]
Code = Annotated[str, Field(pattern=CODE)]
Reference = Annotated[str, Field(min_length=1, max_length=36)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=2_000)]
Language = Literal["en", "ar", "fr"]
Square = Annotated[float, Field(ge=0, le=100_000_000)]
Need = Literal["CR", "SC", "DS", "ER", "SP", "WR", "SM", "PL", "FU"]
PriorityNeed = Literal[
    "food",
    "NFI",
    "shelter",
    "water",
    "sanitation",
    "health",
    "nutrition",
    "protection",
    "education",
    "livelihoods",
    "cash",
]


class Shape(BaseModel):
    """A field nobody knows is more likely a typing error than a wish: it is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PeopleShape(Shape):
    total: Count | None = None
    low: Count | None = None
    high: Count | None = None
    households: Count | None = None
    cells: dict[str, Count] | None = None


class PlaceShape(Shape):
    """A shelter by its code or the id of its report, or an area by its P-code (people outside any shelter)."""

    shelter: Reference | None = None
    area: Reference | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.shelter is None) == (self.area is None):
            raise ValueError("place")
        return self


class AdmissionShape(Shape):
    text: Words | None = None
    cells: list[Annotated[str, Field(pattern=r"^[^:\s]+:[^:\s]+$", max_length=40)]] | None = None


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

    @model_validator(mode="before")
    @classmethod
    def has_no_null_character(cls, said: Any) -> Any:
        if "\x00" in str(said) or "\\x00" in str(said):
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
    needs: dict[Need, Count] | None = None
    priority_needs: list[PriorityNeed] | None = None
    intention: Literal["return_to_origin", "stay", "move_to_third_location", "undecided", "unknown"] | None = None

    def said(self) -> dict[str, Any]:
        """The group's own fields."""
        own = set(GroupReport.model_fields) - set(ReportShape.model_fields) - {"kind", "code"}
        return self.model_dump(mode="json", include=own, exclude_none=True)


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
    needs: dict[Need, Count] | None = None
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
        return self


class HeadcountReport(ReportShape):
    kind: Literal["headcount"]
    place: PlaceShape
    people: PeopleShape
    needs: dict[Need, Count] | None = None
    method: Method


AnyReport = Annotated[
    ShelterReport | ShelterStateReport | GroupReport | MovementReport | HeadcountReport, Field(discriminator="kind")
]
READER: TypeAdapter[AnyReport] = TypeAdapter(AnyReport)

Status = Literal["accepted", "duplicate", "conflict", "unknown_reference", "rejected"]


@dataclass(frozen=True)
class Warned:
    """Accepted all the same, but worth knowing. `message` is in the sender's language."""

    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What is wrong and where: `field` is a dotted path into the report, `people.cells.female:0-4`."""

    field: str
    code: str
    message: str


@dataclass(frozen=True)
class Result:
    """The answer to one report, in the order sent. `code`: of the shelter or group it made."""

    id: UUID | None
    status: Status
    code: str | None = None
    warnings: tuple[Warned, ...] = ()
    errors: tuple[Fault, ...] = ()
