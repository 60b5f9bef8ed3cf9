"""Fields that know the operation: one of a list, an area, a place, the grid of people."""

import re
from collections.abc import Sequence
from typing import Any

from app.core.forms import (
    CountsField,
    NotUnderstood,
    TypedField,
    say,
    western,
)
from app.core.text import mark
from app.field.schemas import Desk
from app.intake.schemas import CODE
from app.places.policy import meant_by
from app.places.schemas import Candidate

LIST_UP_TO = 500
"""More places than this are typed, not picked: a phone on 2G does not load them all."""

CHOOSE_AREA = mark("Choose the area from the list, or write its P-code.")
SEVERAL_AREAS = mark("More than one area has this name. Choose the one you mean.")
CHOOSE_PLACE = mark("Choose the shelter or area from the list.")
NAME_IN_FULL = mark("No place outside your areas has this name. Write its whole name, or its code.")
WRITE_CODE = mark("Write the code of the group, for example G-0001: Latin letters, digits and hyphens.")


class NamedField(TypedField):
    """Something of the operation by any of its names. `suggestions` are offered when it is not clear which.

    A suggestion picked on the page (input `<name>.pick`) settles it.
    """

    suggestions: tuple[Candidate, ...] = ()
    process_errors: Sequence[str] = ()

    @property
    def desk(self) -> Desk:
        desk: Desk = self.meta.desk
        return desk

    @property
    def candidates(self) -> Sequence[Candidate]:
        raise NotImplementedError

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        picked = formdata.get(f"{self.name}.pick") if formdata else None
        if picked and any(candidate.key == picked for candidate in self.candidates):
            self.settle(picked)

    def settle(self, key: str | None) -> None:
        """This is meant, whatever was typed."""
        self.process_data(key)
        self.process_errors, self.suggestions = (), ()

    def understand(self, typed: str) -> str:
        meant = meant_by(typed, self.candidates)
        if meant.one is None:
            self.suggestions = meant.maybe
            raise NotUnderstood(self.complaint(typed))
        return meant.one.key

    def complaint(self, typed: str) -> str:
        return CHOOSE_PLACE


class AreaField(NamedField):
    """An area by a name in any language or its P-code. `own`: only areas this person reports on."""

    def __init__(self, *args: Any, own: bool = False, **kwargs: Any) -> None:
        self.own = own
        super().__init__(*args, **kwargs)

    @property
    def candidates(self) -> Sequence[Candidate]:
        return self.desk.own_homes if self.own else self.desk.homes

    @property
    def listed(self) -> str:
        """Which list of the desk this is."""
        return "own_homes" if self.own else "homes"

    def written(self, value: Any) -> str:
        return self.desk.called(value)

    def complaint(self, typed: str) -> str:
        names = {name.casefold() for candidate in self.suggestions for name in candidate.names}
        return SEVERAL_AREAS if typed.strip().casefold() in names else CHOOSE_AREA


class PlaceField(NamedField):
    """A shelter or an area outside any shelter: `shelter:KHM`, `area:SY0602`, or a typed name.

    `anywhere`: areas this person does not report on as well, for people who went there. `other_end`: of a movement that
    begins or ends in this person's areas, so that it may be any place, named in full (input `<name>.elsewhere`).
    """

    elsewhere = ""

    def __init__(self, *args: Any, anywhere: bool = False, other_end: bool = False, **kwargs: Any) -> None:
        self.anywhere, self.other_end = anywhere, other_end
        super().__init__(*args, **kwargs)

    @property
    def asks_elsewhere(self) -> bool:
        """Whether there are places to name that are not listed."""
        return self.other_end and not self.desk.is_whole

    @property
    def candidates(self) -> Sequence[Candidate]:
        return self.desk.places_anywhere if self.anywhere else self.desk.places

    @property
    def listed(self) -> str:
        """Which list of the desk this is."""
        return "places_anywhere" if self.anywhere else "places"

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """What the page wrote for a place (inputs `<name>.shown`, its key, and `.as`, the words) and nobody changed is
        that place, whatever else has this name."""
        super().process(formdata, *args, **kwargs)
        shown = formdata.get(f"{self.name}.shown") if formdata else None
        is_untouched = bool(shown and self.typed and self.typed == formdata.get(f"{self.name}.as"))
        if is_untouched and any(candidate.key == shown for candidate in self.candidates):
            self.settle(shown)
        self.elsewhere = formdata.get(f"{self.name}.elsewhere", "").strip() if formdata and self.asks_elsewhere else ""
        if self.elsewhere:
            self.settle(self.desk.elsewhere.get(self.elsewhere))
            self.process_errors = () if self.data else (say(NAME_IN_FULL),)

    @property
    def is_list(self) -> bool:
        return len(self.candidates) <= LIST_UP_TO

    @property
    def place(self) -> dict[str, str] | None:
        """As a report names it."""
        if not self.data:
            return None
        kind, code = str(self.data).split(":", 1)
        return {kind: code}


def group_code(typed: str) -> str:
    """A code as it is stored: capital letters, digits, hyphens."""
    return re.sub("[\u2010-\u2015\u2212]", "-", western(typed)).upper()


class GroupField(TypedField):
    """A group by its code, as it is written on a card or said aloud: any case, any digits, any dash."""

    def understand(self, typed: str) -> str:
        code = group_code(typed)
        if not re.fullmatch(CODE, code):
            raise NotUnderstood(WRITE_CODE)
        return code


class CellsField(CountsField):
    """The people grid: a count for each cell of the operation's scheme."""

    @property
    def keys(self) -> tuple[str, ...]:
        keys: tuple[str, ...] = self.meta.desk.frame.scheme.keys
        return keys
