"""Doubles that `mawa simulate` plants, and which of them the scorer finds. No database is asked."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import seeds
from app.counts.people import People
from app.duplicates.policy import WITHIN, End, Pair, Position, Told, likeness, most_likely
from app.simulate import told as simulated
from app.simulate.plan import District, Plan, Site, chunks, sites_of
from app.simulate.story import tell
from app.simulate.twice import named
from tests.duplicates.reading import SCHEME, path_of

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
A_DAY = timedelta(days=1)
HOUSEHOLD_SIZE = 5.0


class Measured(NamedTuple):
    recall: float
    precision: float
    planted: int
    looked_at: list[tuple[Pair, bool]]


def measure(*, seed: int, doubles: int = 20, shelters: int = 100, reports: int = 10_000, days: int = 90) -> Measured:
    """How many of the planted doubles are found, and how many of those found were planted."""
    plan = Plan(shelters, reports, seed, tuple(FIRST + A_DAY * day for day in range(days + 1)), doubles)
    sites = named(plan, sites_of(plan, _districts()))
    told = [one for chunk in chunks(sites) for one in tell(plan, *chunk)]
    replaced = {one.corrects for one in told}
    truth = {one.id: one.doubles for one in told if one.doubles}
    arrivals = [one for one in told if one.kind == "movement" and one.to and one.id not in replaced and one.people]
    found = list(_compared(arrivals, sites))
    likely = most_likely(found)
    right = sum(_is_double(pair, truth) for pair in likely)
    looked_at = [(pair, _is_double(pair, truth)) for pair in found]
    return Measured(right / len(truth), right / len(likely), len(truth), looked_at)


def _is_double(pair: Pair, truth: dict[UUID, UUID]) -> bool:
    return truth.get(pair.other) == pair.one or truth.get(pair.one) == pair.other


def _compared(arrivals: list[simulated.Told], sites: list[Site]) -> Iterator[Pair]:
    """All that came to one place or one beside it within two days of each other."""
    labels = {id_: label for site in sites for id_, label in _labels(site)}
    ends = {one.id: _end(one) for site in sites for one in site.codes}
    beside = {site.id: _beside(site, sites) for site in sites}
    by_site: dict[UUID, list[simulated.Told]] = defaultdict(list)
    owner = {one.id: site.id for site in sites for one in site.codes}
    for one in sorted(arrivals, key=lambda one: one.occurred_at):
        assert one.to is not None
        by_site[owner[one.to.id]].append(one)
    for site_id, others in beside.items():
        near = sorted((one for other in others for one in by_site[other]), key=lambda one: one.occurred_at)
        for number, one in enumerate(near):
            for other in near[number + 1 :]:
                if other.occurred_at - one.occurred_at > WITHIN + A_DAY:
                    break
                if site_id != min(owner[one.to.id], owner[other.to.id]):  # type: ignore[union-attr]  # arrivals
                    continue
                alike = likeness(*(_told(each, ends, labels) for each in (one, other)), household_size=HOUSEHOLD_SIZE)
                if alike is not None:
                    yield Pair(one.id, other.id, alike)


def _beside(site: Site, sites: list[Site]) -> list[UUID]:
    lat, lon = site.position or (0, 0)
    return [
        other.id
        for other in sites
        if other.position and abs(other.position[0] - lat) < 0.01 and abs(other.position[1] - lon) < 0.012
    ]


def _end(site: Site) -> End:
    assert site.names is not None and site.position is not None
    return End(site.id, tuple(site.names.values()), path_of(site.area), Position(*site.position))


def _labels(site: Site) -> Iterator[tuple[UUID, str]]:
    yield from site.groups
    for party in site.parties:
        yield party.id, party.label
        yield party.again_id, party.spelled


def _told(one: simulated.Told, ends: dict[UUID, End], labels: dict[UUID, str]) -> Told:
    at = one.occurred_at.replace(hour=0, minute=0, second=0) if one.is_day_dated else one.occurred_at
    return Told(
        came_at=at,
        left_at=one.left_at or at,
        people=People.of(SCHEME, **one.people),
        to=ends[one.to.id] if one.to else None,
        from_=ends[one.from_.id] if one.from_ else None,
        is_day_dated=one.is_day_dated,
        group=one.group_id,
        label=labels.get(one.group_id) if one.group_id else None,
        home=path_of(one.origin) if one.origin else (),
    )


@lru_cache
def _districts() -> list[District]:
    with (Path(seeds.__file__).parent / "reference" / "areas.csv").open(encoding="utf-8", newline="") as file:
        return [
            District(area["code"], area["parent"], None)
            for area in csv.DictReader(file)
            if area["level"] == "2" and area["code"].startswith("SY")
        ]
