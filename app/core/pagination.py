"""Where a list goes on: after the item whose place in the order a cursor names.

Pages so neither skip nor repeat an item while others are added, and a cursor stays good when its item is gone.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from app.core.errors import DomainError
from app.core.text import mark

MOST = 10_000
FIRST_YEAR, LAST_YEAR = 1900, 2999
CURSOR = "`next` of the answer before, as it is: the list goes on there."

BAD_CURSOR = mark("This cursor is not known here. Take `next` of the answer before as it is, or begin without one.")

Item = TypeVar("Item")

# PostgreSQL takes no NUL, and codes of places hold nothing but ASCII.
Key = Annotated[str, Field(max_length=80, pattern=r"^[ -~]*$", description=CURSOR)]


def _written(said: Any) -> Any:
    """A number could be seconds or milliseconds of any clock: only ISO 8601 says which moment is meant."""
    if isinstance(said, str) and not re.match(r"\d{4}-", said):
        raise ValueError("not_a_time")
    return said


def _in_range(moment: datetime | date) -> datetime | date:
    """Nothing is reported outside these years, and reckoning beyond them leaves the calendar."""
    year = min(max(moment.year, FIRST_YEAR), LAST_YEAR)
    return moment if year == moment.year else moment.replace(year=year, day=min(moment.day, 28))


# A date means its end, in the zone of the operation. Midnight with an offset is an instant, so that is tried first.
Moment = Annotated[
    AwareDatetime | date, Field(union_mode="left_to_right"), BeforeValidator(_written), AfterValidator(_in_range)
]
Day = Annotated[date, BeforeValidator(_written), AfterValidator(_in_range)]
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many items at most.")]


class Question(BaseModel):
    """What a list is asked for. A word we do not know is refused: as_of misspelt would be answered with today."""

    model_config = ConfigDict(extra="forbid")


class BadCursor(DomainError):
    """What was given is no cursor of this list."""

    status = 422

    def __init__(self) -> None:
        super().__init__("bad_cursor", BAD_CURSOR, field="after")


def after_moment(at: datetime, id_: UUID) -> str:
    """A cursor of a list in the order of moments."""
    return f"{at.isoformat()} {id_}"


def moment_and_id(cursor: str) -> tuple[datetime, UUID] | None:
    """What such a cursor names; None where there is none. BadCursor for anything else."""
    if not cursor:
        return None
    try:
        moment, id_ = cursor.split(" ")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError(moment)
        return at.astimezone(UTC), UUID(id_)
    except (ValueError, OverflowError) as error:
        raise BadCursor from error


def page(found: Sequence[Item], limit: int) -> tuple[Sequence[Item], Item | None]:
    """Of a list read one item further than the limit: the page, and its last item if there is more."""
    if len(found) <= limit:
        return found, None
    return found[:limit], found[limit - 1]
