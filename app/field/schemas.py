"""What the field pages need to know before they ask anything."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from app.core.text import name_in
from app.ledger.queries import Sent, Version
from app.places.models import Area
from app.places.schemas import Candidate, Frame
from app.shelters.queries import ShelterRow


@dataclass(frozen=True)
class StandingGroup:
    """A group as last reported, and whether this person may see what was said of it."""

    id: UUID
    code: str
    state: Mapping[str, Any]
    is_visible: bool


@dataclass(frozen=True)
class Desk:
    """The operation's frame, all its areas, and the shelters and areas this person reports on.

    `also`: other places, by key with their names, that a report under correction speaks of, or that were named in full.
    `elsewhere`: keys of these last, by what was typed. `whole`: whether this person reports on all of the operation, of
    a desk whose areas do not say so.
    """

    frame: Frame
    areas: Sequence[Area]
    own_areas: Sequence[Area]
    shelters: Sequence[ShelterRow]
    language: str
    also: Mapping[str, dict[str, str]] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    whole: bool | None = None
    _drawn: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def drawn(self, name: str, caller: Callable[[], str]) -> str:
        """What pages show of this desk alone, in its language, drawn once: a list, or questions nobody has answered.
        Nothing of a person, a session or one form may be in it: whoever shares the desk is shown the same."""
        if name not in self._drawn:
            self._drawn[name] = caller()
        return self._drawn[name]

    @cached_property
    def bare(self) -> "Desk":
        """The same desk with nothing on it: for pages whose lists the phone adds from its own copy."""
        return replace(self, areas=(), own_areas=(), shelters=(), whole=self.is_whole)

    @property
    def is_whole(self) -> bool:
        """Whether this person reports on all of the operation."""
        return len(self.own_areas) == len(self.areas) if self.whole is None else self.whole

    @cached_property
    def area_by_code(self) -> dict[str, Area]:
        return {area.code: area for area in self.areas}

    @cached_property
    def shelter_by_code(self) -> dict[str, ShelterRow]:
        return {shelter.code: shelter for shelter in self.shelters}

    def shelter_called(self, code: str) -> str:
        """The name of a shelter; its code where it has none here."""
        shelter = self.shelter_by_code.get(code)
        named = shelter.name if shelter is not None else self.also.get(f"shelter:{code}", {})
        return name_in(named, self.language) or code

    @cached_property
    def places(self) -> list[Candidate]:
        """Where people may be now: shelters by name, then areas below the country, outside any shelter."""
        shelters = sorted(self.shelters, key=lambda row: name_in(row.name, self.language).casefold())
        areas = [area for area in self.own_areas if area.level]
        return [
            *(Candidate(f"shelter:{row.code}", _names_of_shelter(row)) for row in shelters),
            *(Candidate(f"area:{area.code}", _names_of_area(area)) for area in areas),
            *(Candidate(key, (key, *names.values())) for key, names in self.also.items()),
        ]

    @cached_property
    def place_keys(self) -> frozenset[str]:
        return frozenset(place.key for place in self.places)

    @cached_property
    def places_anywhere(self) -> list[Candidate]:
        """Where people may have gone: shelters this person sees, then every area of the operation below the country."""
        shelters = [place for place in self.places if place.key.startswith("shelter:")]
        areas = [Candidate(f"area:{area.code}", _names_of_area(area)) for area in self.areas if area.level]
        listed = {area.key for area in areas}
        also = [place for place in self.places if place.key.startswith("area:") and place.key not in listed]
        return [*shelters, *areas, *also]

    @cached_property
    def areas_elsewhere(self) -> list[Candidate]:
        """Areas below the country that this person does not report on."""
        own = {area.code for area in self.own_areas}
        return [
            Candidate(f"area:{area.code}", _names_of_area(area))
            for area in self.areas
            if area.level and area.code not in own
        ]

    def with_places(self, named: Mapping[str, dict[str, str]]) -> "Desk":
        """The same desk, at which these places can be named too."""
        listed = self.place_keys - self.also.keys()
        return replace(self, also={key: names for key, names in named.items() if key not in listed})

    def with_elsewhere(self, typed: str, key: str, names: dict[str, str]) -> "Desk":
        """The same desk, at which what was typed means this place."""
        return replace(self.with_places({**self.also, key: names}), elsewhere={**self.elsewhere, typed: key})

    def key_of(self, place: Mapping[str, Any] | None) -> str | None:
        """The key of a place as a report names it: a shelter by its code, or its id, or an area."""
        if not place:
            return None
        if place.get("area"):
            return f"area:{place['area']}"
        named = str(place.get("shelter"))
        return f"shelter:{self._code_by_id.get(named.lower(), named)}"

    @cached_property
    def _code_by_id(self) -> dict[str, str]:
        return {str(shelter.id): shelter.code for shelter in self.shelters}

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

    def named(self, area: Area) -> str:
        return name_in(area.name, self.language)

    def parent_of(self, code: str) -> Area | None:
        area = self.area_by_code.get(code)
        return self.area_by_code.get(area.parent) if area is not None and area.parent else None


def _names_of_shelter(row: ShelterRow) -> tuple[str, ...]:
    return (row.code, *row.name.values(), *(row.state.get("aliases") or ()))


def _names_of_area(area: Area) -> tuple[str, ...]:
    return (area.code, *area.name.values())


@dataclass(frozen=True)
class Listed:
    """One of my reports: as it stands, and what its places are called."""

    sent: Sent
    place: dict[str, str] | None
    came_from: dict[str, str] | None
    is_mine: bool

    @property
    def state(self) -> str:
        """`void`, `corrected`, or `sent`: nothing was changed since."""
        if self.sent.is_void:
            return "void"
        return "corrected" if self.sent.corrections else "sent"

    @property
    def time_was_put_right(self) -> bool:
        """Whether the clock of the device was off, or the report came from the future."""
        said_at = instant_of(self.sent.said.get("occurred_at"))
        return bool(self.sent.clock_shift_s) or (said_at is not None and said_at > self.sent.occurred_at)


@dataclass(frozen=True)
class Told:
    """A report with all its versions, oldest first, at a desk that knows the places they speak of: as one person may
    read them; `is_exact`: where a shelter lies, too. `group_code`: of the group it is about; `decided_at`: what the
    place is called whose headcount a decision is about."""

    versions: Sequence[Version]
    desk: Desk
    group_code: str | None
    decided_at: dict[str, str] | None
    is_mine: bool
    is_exact: bool = False

    @property
    def first(self) -> Version:
        return self.versions[0]

    @property
    def last(self) -> Version:
        """The version that counts."""
        return self.versions[-1]

    @property
    def is_void(self) -> bool:
        return self.last.said is None

    def spoken(self, version: Version) -> Version:
        """The last version up to this one that says something."""
        upto = self.versions[: self.versions.index(version) + 1]
        return next(one for one in reversed(upto) if one.said is not None)

    def version(self, id_: UUID | None) -> Version | None:
        return next((one for one in self.versions if one.id == id_), None)


def people_in(said: Mapping[str, Any]) -> dict[str, int]:
    """How many a report says, each part only where it is said; the ages add up to a total."""
    people = said.get("people") or {}
    cells = people.get("cells")
    total = people.get("total")
    parts = {
        "total": sum(cells.values()) if total is None and cells is not None else total,
        "low": people.get("low"),
        "high": people.get("high"),
        "households": said.get("households", people.get("households")),
    }
    return {name: part for name, part in parts.items() if part is not None}


_INSTANT: TypeAdapter[datetime] = TypeAdapter(datetime)


def instant_of(said: Any) -> datetime | None:
    """A moment as a report says it; None where it says none."""
    return None if said is None else _INSTANT.validate_python(said)


def settled(version: Version) -> dict[str, Any]:
    """What a version says, its moments as they were taken: where a clock was off, by ours."""
    said = {name: part for name, part in (version.said or {}).items() if name != "id"}
    for name, taken in (("occurred_at", version.occurred_at), ("left_at", version.left_at)):
        if said.get(name) is not None and taken is not None and instant_of(said[name]) != taken:
            said |= {name: taken.isoformat(), "clock": "typed"}
    return said
