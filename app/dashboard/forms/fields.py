"""Fields of the coordinator's forms: one of a few answers, a day, what is made when the page is drawn."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from app.core import clock
from app.core.forms import NotUnderstood, TypedField, western
from app.core.text import mark

CHOOSE = mark("Choose one of the answers.")
WRITE_DAY = mark("Write the day as year-month-day, for example 2025-03-16.")
LONG_AGO = mark("This is very long ago. Check the year.")

EARLIEST = 2000


class ChoiceField(TypedField):
    """One of a few answers, by their codes; the page puts them into words."""

    def __init__(self, *args: Any, options: Sequence[str], **kwargs: Any) -> None:
        self.options = tuple(options)
        super().__init__(*args, **kwargs)

    def understand(self, typed: str) -> str:
        if typed not in self.options:
            raise NotUnderstood(CHOOSE)
        return typed

    @property
    def anchor(self) -> str:
        return f"{self.id}-{self.options[0]}" if self.options else str(self.id)


class DayField(TypedField):
    def understand(self, typed: str) -> date:
        try:
            day = date.fromisoformat(western(typed))
        except ValueError as error:
            raise NotUnderstood(WRITE_DAY) from error
        if day.year < EARLIEST:
            raise NotUnderstood(LONG_AGO)
        return day

    def written(self, value: Any) -> str:
        return str(value.isoformat())


class IdField(TypedField):
    """An id made when the page was drawn, so that sending it twice stores it once."""

    def understand(self, typed: str) -> UUID:
        try:
            return UUID(typed)
        except ValueError:
            return uuid4()


class InstantField(TypedField):
    """When the page was drawn. Never ahead of our clock."""

    def understand(self, typed: str) -> datetime:
        try:
            said = datetime.fromisoformat(typed)
        except ValueError:
            return clock.now()
        return min(said, clock.now()) if said.tzinfo else clock.now()

    def written(self, value: Any) -> str:
        return str(value.isoformat())
