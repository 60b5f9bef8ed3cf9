"""Fields that hold one of a few answers, a day, a time, or what was made when the page was drawn."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from app.core import clock
from app.core.forms.typed import NotUnderstood, TypedField, western
from app.core.text import mark

CHOOSE = mark("Choose one of the answers.")
WRITE_DAY = mark("Write the day as year-month-day, for example 2025-03-16.")
WRITE_TIME = mark("Write the time as hours:minutes, for example 14:20.")
LONG_AGO = mark("This is very long ago. Check the year.")

FIRST_YEAR = 2000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2})?")


def _shaped(shape: re.Pattern[str], typed: str) -> str:
    """What was typed, in 0-9, where it has this one shape of the many ISO 8601 allows. ValueError otherwise."""
    text = western(typed)
    if not shape.fullmatch(text):
        raise ValueError
    return text


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
        """Where a link to this field leads: its first answer."""
        return f"{self.id}-{self.options[0]}" if self.options else str(self.id)


class ManyField(TypedField):
    """Any of several answers, in the order they are offered."""

    def __init__(self, *args: Any, options: Sequence[str], **kwargs: Any) -> None:
        self.options = tuple(options)
        super().__init__(*args, **kwargs)

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = [option for option in self.options if option in valuelist]

    @property
    def anchor(self) -> str:
        return f"{self.id}-{self.options[0]}"

    @property
    def is_blank(self) -> bool:
        return not self.data and not self.errors


class DayField(TypedField):
    """A day; `first_year` is the earliest that is no slip of the finger."""

    def __init__(self, *args: Any, first_year: int = FIRST_YEAR, **kwargs: Any) -> None:
        self.first_year = first_year
        super().__init__(*args, **kwargs)

    def understand(self, typed: str) -> date:
        try:
            day = date.fromisoformat(_shaped(_DAY, typed))
        except ValueError as error:
            raise NotUnderstood(WRITE_DAY) from error
        if day.year < self.first_year:
            raise NotUnderstood(LONG_AGO)
        return day

    def written(self, value: Any) -> str:
        return str(value.isoformat())


class TimeField(TypedField):
    def understand(self, typed: str) -> time:
        try:
            return time.fromisoformat(_shaped(_TIME, typed))
        except ValueError as error:
            raise NotUnderstood(WRITE_TIME) from error

    def written(self, value: Any) -> str:
        return f"{value:%H:%M}"


class IdField(TypedField):
    """The id of a report, made when the page is drawn, so that sending it twice stores it once."""

    def understand(self, typed: str) -> UUID:
        try:
            return UUID(typed)
        except ValueError:
            return uuid4()


class InstantField(TypedField):
    """The moment the page said was now. Never ahead of our clock, nor of a year in which nobody had such a page."""

    def understand(self, typed: str) -> datetime:
        try:
            said = datetime.fromisoformat(typed)
        except ValueError:
            return clock.now()
        return min(said, clock.now()) if said.tzinfo and said.year >= FIRST_YEAR else clock.now()

    def written(self, value: Any) -> str:
        return str(value.isoformat())
