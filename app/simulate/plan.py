"""What is asked of a made-up operation: its days, its shelters, how much is said of each. Pure; the same each time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from app.formats.view import Box

SITE_TYPES = ("collective_centre", "planned_camp", "self_settled_camp", "reception_centre")
MIDDLE = (0.2, 0.8)  # of the bounds of an area: most of that lies in it
SITES_A_CHUNK = 25  # transfers stay within a chunk, so that chunks can be told side by side


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for. `starts`: the first instants of its days in the operation's zone, and of the day after.
    `doubles`: of a hundred arrivals of many people, how many are told twice; 0: none is, and shelters have no names."""

    shelters: int
    reports: int
    seed: int
    starts: tuple[datetime, ...]
    doubles: int = 0

    @property
    def days(self) -> int:
        return len(self.starts) - 1

    def random(self, *about: object) -> Random:
        told_twice = (f"doubles {self.doubles}",) if self.doubles else ()
        said = (self.seed, self.shelters, self.reports, self.days, *told_twice, *about)
        return Random("/".join(map(str, said)))  # noqa: S311  # a story, no secret


class District(NamedTuple):
    """An area with shelters in it; `box` None: where it lies is not known."""

    code: str
    governorate: str
    box: Box | None


class Party(NamedTuple):
    """People from one village who come together, as two registered them without knowing of each other."""

    id: UUID
    label: str
    again_id: UUID
    spelled: str


@dataclass(frozen=True, slots=True)
class Site:
    """A shelter, how many people it holds, and how many of the plan's reports are about it. Where doubles are told: its
    `names`, the `parties` that come to it, and the same shelter as somebody registered it once more."""

    id: UUID
    code: str
    area: str
    governorate: str
    capacity: int
    reports: int
    groups: tuple[tuple[UUID, str], ...]
    position: tuple[float, float] | None = None
    names: Mapping[str, str] | None = None
    parties: tuple[Party, ...] = ()
    alias: "Site | None" = None

    @property
    def codes(self) -> "tuple[Site, ...]":
        """Itself, and itself once more."""
        return (self,) if self.alias is None else (self, self.alias)


def sites_of(plan: Plan, districts: Sequence[District]) -> list[Site]:
    """The shelters of a plan, few of them large."""
    random, lies = plan.random("sites"), plan.random("positions")
    sizes = [min(max(random.lognormvariate(5.3, 1.0), 20), 30_000) for _ in range(plan.shelters)]
    whole = sum(sizes)
    bounds = [round(plan.reports * part / whole) for part in accumulate(sizes, initial=0.0)]
    made = []
    for number, size in enumerate(sizes):
        district = random.choice(districts)
        reports = bounds[number + 1] - bounds[number]
        code = f"SIM-{number + 1:05d}"
        groups = tuple((new_id(random), f"{code}-{one + 1}") for one in range(min(reports // 20, 3)))
        site = Site(new_id(random), code, district.code, district.governorate, round(size), reports, groups)
        made.append(replace(site, position=_within(lies, district.box)))
    return made


def _within(random: Random, box: Box | None) -> tuple[float, float] | None:
    """Somewhere in the middle of an area, of which alone the bounds are known."""
    if box is None:
        return None
    west, south, east, north = box
    lat, lon = (low + (high - low) * random.uniform(*MIDDLE) for low, high in ((south, north), (west, east)))
    return round(lat, 4), round(lon, 4)


def registrations(plan: Plan, sites: Sequence[Site]) -> Iterator[dict[str, Any]]:
    """The reports that register shelters and groups, in the shape of the API."""
    random = plan.random("registrations")
    for site in (one for known in sites for one in known.codes):
        said: dict[str, Any] = {
            "id": str(site.id),
            "kind": "shelter",
            "occurred_at": written(plan.starts[0]),
            "code": site.code,
            "name": site.names or {"en": f"Shelter {site.code}", "ar": f"مأوى {site.code}"},
            "site_type": random.choice(SITE_TYPES),
            "area": site.area,
            "status": "open",
            "capacity": site.capacity,
            "toilets": site.capacity // random.randint(15, 60),
            "taps": site.capacity // random.randint(80, 300),
        }
        if site.position is not None:
            said["lat"], said["lon"] = site.position
        yield said
        labels = [(id_, code, code) for id_, code in site.groups]
        for number, party in enumerate(site.parties):
            labels.append((party.id, f"{site.code}-P{number}", party.label))
            labels.append((party.again_id, f"{site.code}-Q{number}", party.spelled))
        for id_, code, label in labels:
            about = {"occurred_at": written(plan.starts[0]), "code": code, "label": label}
            yield {"id": str(id_), "kind": "group", **about}


def chunks(sites: Sequence[Site]) -> list[tuple[int, Sequence[Site]]]:
    """Shelters that may be told apart from all others, numbered."""
    return [(start, sites[start : start + SITES_A_CHUNK]) for start in range(0, len(sites), SITES_A_CHUNK)]


def written(at: datetime) -> str:
    """A moment in UTC as it is sent."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def new_id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)
