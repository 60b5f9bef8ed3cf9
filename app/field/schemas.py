"""What the field pages need to know before they ask anything."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from app.core.text import name_in
from app.places.models import Area
from app.places.schemas import Frame
from app.shelters.queries import ShelterRow


@dataclass(frozen=True)
class Candidate:
    """Something a person may mean by a name: its key, and everything it is called."""

    key: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class StandingGroup:
    """A group as last reported, and whether this person may see what was said of it."""

    id: UUID
    code: str
    state: Mapping[str, Any]
    is_visible: bool


@dataclass(frozen=True)
class Desk:
    """The operation's frame, all its areas, and the shelters and areas this person reports on."""

    frame: Frame
    areas: Sequence[Area]
    own_areas: Sequence[Area]
    shelters: Sequence[ShelterRow]
    language: str

    @cached_property
    def area_by_code(self) -> dict[str, Area]:
        return {area.code: area for area in self.areas}

    @cached_property
    def shelter_by_code(self) -> dict[str, ShelterRow]:
        return {shelter.code: shelter for shelter in self.shelters}

    @cached_property
    def places(self) -> list[Candidate]:
        """Where people may be now: shelters by name, then areas below the country, outside any shelter."""
        shelters = sorted(self.shelters, key=lambda row: name_in(row.name, self.language).casefold())
        areas = [area for area in self.own_areas if area.level]
        return [
            *(Candidate(f"shelter:{row.code}", _names_of_shelter(row)) for row in shelters),
            *(Candidate(f"area:{area.code}", _names_of_area(area)) for area in areas),
        ]

    @cached_property
    def places_anywhere(self) -> list[Candidate]:
        """Where people may have gone: shelters this person sees, then every area of the operation below the country."""
        shelters = [place for place in self.places if place.key.startswith("shelter:")]
        return [*shelters, *(Candidate(f"area:{area.code}", _names_of_area(area)) for area in self.areas if area.level)]

    @cached_property
    def homes(self) -> list[Candidate]:
        """Where people may come from: every area of the operation."""
        return [Candidate(area.code, _names_of_area(area)) for area in self.areas]

    @cached_property
    def own_homes(self) -> list[Candidate]:
        """Areas of this person, for what they register."""
        return [Candidate(area.code, _names_of_area(area)) for area in self.own_areas]

    @cached_property
    def _shared_names(self) -> Counter[str]:
        return Counter(name_in(area.name, self.language) for area in self.areas)

    def called(self, code: str) -> str:
        """What to write for an area so that it is understood again; with its P-code where two share a name."""
        area = self.area_by_code.get(code)
        if area is None:
            return code
        name = name_in(area.name, self.language)
        return f"{name} ({code})" if self._shared_names[name] > 1 else name

    def parent_of(self, code: str) -> Area | None:
        area = self.area_by_code.get(code)
        return self.area_by_code.get(area.parent) if area is not None and area.parent else None


def _names_of_shelter(row: ShelterRow) -> tuple[str, ...]:
    return (row.code, *row.name.values(), *(row.state.get("aliases") or ()))


def _names_of_area(area: Area) -> tuple[str, ...]:
    return (area.code, *area.name.values())
