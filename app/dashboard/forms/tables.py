"""Which rows of a table are asked for, and in which order. Read from the address, beside the moment and the area."""

from typing import Any

from flask_wtf import FlaskForm

from app.core.forms import ChoiceField, SecureForm, TypedField, language
from app.core.text import LONGEST_NAME
from app.population.queries.listing import ROOMS, SORTS, Wanted
from app.shelters.policy import SITE_TYPES, STATUSES

GROUP_SORTS = ("code", "name", "people")


def both_ways(sorts: tuple[str, ...]) -> tuple[str, ...]:
    """What a table is sorted by; with a minus before it: the last first."""
    return tuple(word for sort in sorts for word in (sort, f"-{sort}"))


class SearchField(TypedField):
    """Words of a name or a code."""

    def understand(self, typed: str) -> str:
        return " ".join(typed.split())[:LONGEST_NAME]


class TableForm(SecureForm):
    """What all tables are asked for."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        csrf = False

    search = SearchField()

    def __init__(self, asked: Any) -> None:
        super().__init__(formdata=asked)
        self.validate()

    @property
    def kept(self) -> dict[str, str]:
        """What was asked, as it stands in an address."""
        return {field.name: field.data for field in self if field.data}

    @property
    def by(self) -> str:
        """What the rows are sorted by."""
        return (self.sort.data or "code").removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return (self.sort.data or "").startswith("-")


class ShelterTableForm(TableForm):
    """Which shelters."""

    kind = ChoiceField(options=SITE_TYPES)
    status = ChoiceField(options=STATUSES)
    room = ChoiceField(options=ROOMS)
    sort = ChoiceField(options=both_ways(SORTS))

    def wanted(self) -> Wanted:
        return Wanted(
            search=self.search.data or "",
            kind=self.kind.data,
            status=self.status.data,
            room=self.room.data,
            sort=self.by,
            is_descending=self.is_descending,
            language=language(),
        )


class GroupTableForm(TableForm):
    """Which groups."""

    sort = ChoiceField(options=both_ways(GROUP_SORTS))
