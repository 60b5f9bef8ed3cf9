"""Where a list goes on: after the item whose place in the order a cursor names.

Pages so neither skip nor repeat an item while others are added, and a cursor stays good when its item is gone.
"""

from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.core.errors import DomainError
from app.core.text import mark

MOST = 10_000
CURSOR = "`next` of the answer before, as it is: the list goes on there."

BAD_CURSOR = mark("This cursor is not known here. Take `next` of the answer before as it is, or begin without one.")

Item = TypeVar("Item")

# PostgreSQL takes no NUL, and codes of places hold nothing but ASCII.
Key = Annotated[str, Field(max_length=64, pattern=r"^[ -~]*$", description=CURSOR)]
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many items at most.")]


class Question(BaseModel):
    """What a list is asked for. A word we do not know is refused: as_of misspelt would be answered with today."""

    model_config = ConfigDict(extra="forbid")


class BadCursor(DomainError):
    """What was given is no cursor of this list."""

    status = 422

    def __init__(self) -> None:
        super().__init__("bad_cursor", BAD_CURSOR, field="after")


def page(found: Sequence[Item], limit: int) -> tuple[Sequence[Item], Item | None]:
    """Of a list read one item further than the limit: the page, and its last item if there is more."""
    if len(found) <= limit:
        return found, None
    return found[:limit], found[limit - 1]
