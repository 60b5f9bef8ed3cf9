"""Capacity, admission, and what a shelter is called. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from math import floor
from typing import Any, Literal, Self, get_args

from app.places.policy import heard, plain

COVERED_M2_PER_PERSON = 3.5  # Sphere shelter standard 3
_HEARD_IN_PART = 3  # consonants
_DIGITS = {zero + digit: str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}  # Arabic-Indic, Persian

SiteType = Literal[
    "planned_camp",
    "self_settled_camp",
    "collective_centre",
    "reception_centre",
    "transit_centre",
    "evacuation_centre",
    "other",
]
Building = Literal[
    "school",
    "community_hall",
    "religious_building",
    "hotel",
    "gym",
    "warehouse",
    "factory",
    "unfinished_building",
    "military_facility",
    "public_building",
    "private_building",
    "tents",
    "prefab",
    "open_air",
    "other",
]
Status = Literal["planned", "open", "restricted", "full", "closing", "closed"]
Access = Literal["open", "difficult", "cut_off", "unknown"]

NAMES = ("name", "aliases")
FIELDS = (  # of a shelter's reports: what can be said of it as of a moment
    *NAMES,
    "site_type",
    "building",
    "lat",
    "lon",
    "status",
    "capacity",
    "blocked",
    "covered_area_m2",
    "site_area_m2",
    "toilets",
    "toilets_accessible",
    "taps",
    "showers",
    "water_litres_per_day",
    "health_post",
    "admits",
    "managed_by",
    "contact",
    "access",
)
BASE_FIELDS = (  # what rules look at
    "status",
    "admits",
    "site_type",
    "capacity",
    "blocked",
    "covered_area_m2",
    "site_area_m2",
    "toilets",
    "toilets_accessible",
    "taps",
    "showers",
    "water_litres_per_day",
    "health_post",
)
CAMPS = ("planned_camp", "self_settled_camp")
HOSTING = ("open", "restricted", "full", "closing")  # takes people, or has them

SITE_TYPES, BUILDINGS, STATUSES = (get_args(words) for words in (SiteType, Building, Status))


POSITION = ("lat", "lon")
ROUNDED_TO = 2  # decimals of a degree, about a kilometre: which village, and which is nearer; not which house


def has_position(said: Mapping[str, Any]) -> bool:
    """Whether anything of where it lies is said."""
    return any(said.get(name) is not None for name in POSITION)


def rounded(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same without its exact position. Always to the same point, so that asking often tells no more."""
    return {
        name: round(value, ROUNDED_TO) if name in POSITION and value is not None else value
        for name, value in said.items()
    }


def places_for_people(state: Mapping[str, Any]) -> int | None:
    """How many people the shelter is meant for: declared less blocked, else its covered space by the Sphere
    standard; None where neither is known. Never below 0."""
    declared = state.get("capacity")
    if declared is not None:
        return max(0, int(declared) - int(state.get("blocked") or 0))
    covered = state.get("covered_area_m2")
    return None if covered is None else floor(covered / COVERED_M2_PER_PERSON)


def admits(rule: Mapping[str, Any] | None, cell: str) -> bool:
    """Whether an admission rule lets people of a cell (`sex:age`) in. Unknown sex or age never breaks it."""
    patterns = (rule or {}).get("cells")
    if not patterns:
        return True
    sex, age = cell.split(":", 1)
    return any(
        (wanted_sex in ("*", sex) and wanted_age in ("*", age)) or "unknown" in (sex, age)
        for wanted_sex, wanted_age in (pattern.split(":", 1) for pattern in patterns)
    )


def renamed(own: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The state of a shelter under its own name, with every name of those it turned out to be as further aliases.
    Empty where it has no name: nothing is said of it any more."""
    if not own.get("name"):
        return {}
    names = list(own.get("aliases") or ())
    for other in others:
        names += [*(other.get("name") or {}).values(), *(other.get("aliases") or ())]
    called = set(own["name"].values())
    aliases = [name for name in dict.fromkeys(names) if name not in called]
    return {**own, "aliases": aliases} if aliases else dict(own)


def _written(name: str) -> str:
    """A plain name, its digits as 0 to 9."""
    return plain(name).translate(_DIGITS)


def sought_of(code: str, state: Mapping[str, Any]) -> str:
    """A shelter's code and all its names as they are looked for, a line each: as they are written, then the names in
    capitals as they are heard in whatever script."""
    said = [*(state.get("name") or {}).values(), *(state.get("aliases") or ())]
    names = dict.fromkeys(map(_written, said))
    lines = dict.fromkeys((_written(code), *names, *(heard(name).upper() for name in names)))
    return "\n".join(["", *filter(None, lines), ""])


def found_by(typed: str) -> list[str]:
    """What `sought_of` a shelter must hold one of, for somebody who typed this. Few consonants must be all of a name,
    more may be part of one. Empty: no name is like it."""
    written = _written(typed)
    by_ear = heard(written).upper()
    whole = f"\n{by_ear}\n" if len(by_ear) < _HEARD_IN_PART else by_ear
    return [part for part, is_telling in ((written, written), (whole, len(by_ear) > 1)) if is_telling]


@dataclass(frozen=True)
class Standards:
    """What people need (domain.md, "Standards"), Sphere 2018 unless something else is said. By the names of the fields
    that answer for them."""

    covered_area_m2: float = COVERED_M2_PER_PERSON  # for each; 4.5 where it is cold, or people cook and wash inside
    site_area_m2: float = 45  # of a camp for each, Sphere and IOM; 30 with communal services outside
    water_litres_per_day: float = 15  # for each
    water_to_survive: float = 7.5
    taps: float = 250  # people at one
    toilets: float = 20  # people at one, p. 142; 50 in the first phase
    toilets_accessible: float = 15  # per cent of them, emergency-wash.org
    showers: float = 50  # people at one
    health_post: float = 10_000  # people at one, from a secondary source
    camp_size: float = 20_000  # people, UNHCR

    @classmethod
    def of(cls, *said: Mapping[str, float]) -> Self:
        """The defaults with what was set instead, by name; what is said later counts."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for some in said for name, value in some.items() if name in known})


SPHERE = Standards()


def enough_of(state: Mapping[str, Any], limits: Standards = SPHERE) -> dict[str, int | None]:
    """For how many people each resource of a shelter is enough, None where it is not known: places, covered_area_m2,
    toilets, water_litres_per_day."""
    declared = state.get("capacity")
    enough: dict[str, int | None] = {
        "places": None if declared is None else max(0, int(declared) - int(state.get("blocked") or 0))
    }
    for name, people in (
        ("covered_area_m2", 1 / limits.covered_area_m2),
        ("toilets", limits.toilets),
        ("water_litres_per_day", 1 / limits.water_litres_per_day),
    ):
        has = state.get(name)
        enough[name] = None if has is None else floor(round(has * people, 6))
    return enough


def binding_of(state: Mapping[str, Any], limits: Standards = SPHERE) -> tuple[str, int] | None:
    """What a shelter is enough for by its scarcest known resource, and which that is; None: nothing is known. Of two
    that are equally scarce the first."""
    known = [(name, people) for name, people in enough_of(state, limits).items() if people is not None]
    return min(known, key=lambda one: one[1], default=None)
