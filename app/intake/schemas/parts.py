"""The parts reports are made of: moments, counts, codes, people, places."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    model_validator,
)
from pydantic_core import PydanticSerializationError, to_json

MOST_PEOPLE = 10_000_000  # at one place; sums of a hundred billion of these are within PostgreSQL's bigint
CODE = r"^[A-Z0-9-]{1,32}$"

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
FURTHEST_OFFSET = timedelta(hours=16)  # PostgreSQL refuses this and more
_NUL_WRITTEN = rb"\u0000"
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNPRINTABLE = re.compile("[\x00\ud800-\udfff]")


def _written(said: Any) -> Any:
    """A number could be seconds or milliseconds of any clock: only ISO 8601 says which moment is meant."""
    if isinstance(said, int | float) or (isinstance(said, str) and not re.match(r"\d{4}-", said)):
        raise ValueError("not_a_time")
    return said


def _in_living_memory(at: datetime) -> datetime:
    if at < EARLIEST:
        raise ValueError("not_a_time")
    return at


def _in_its_direction(said: Any) -> Any:
    """Signs that turn what is written after them would turn the figures that stand beside a name."""
    return _TURNING.sub("", said) if isinstance(said, str) else said


def _storable(at: datetime) -> datetime:
    """The same moment in UTC where its offset is none that PostgreSQL reads; no clock on earth is that far off."""
    offset = at.utcoffset()
    if offset is None or abs(offset) < FURTHEST_OFFSET:
        return at
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not_a_time") from error


def unprintable(said: Any) -> bool:
    """Whether any text in it, key or value, holds what PostgreSQL or JSON cannot: NUL or half a character."""
    try:
        written = to_json(said)
    except (PydanticSerializationError, UnicodeError):  # half a character; or no JSON, which is looked at part by part
        return _any_unprintable(said)
    return _NUL_WRITTEN in written and _any_unprintable(said)  # it may stand for itself, as six characters


def _any_unprintable(said: Any) -> bool:
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and _UNPRINTABLE.search(one):
            return True
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
    return False


Moment = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_in_living_memory), AfterValidator(_storable)
]
Count = Annotated[StrictInt, Field(ge=0, le=MOST_PEOPLE)]
Code = Annotated[str, Field(pattern=CODE)]
Reference = Annotated[str, Field(min_length=1, max_length=36)]
Name = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_in_its_direction)]
Words = Annotated[str, Field(max_length=2_000)]
Reason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S")]
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
