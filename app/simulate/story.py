"""What happens in a made-up operation: who arrives where, when, and what is said of it. Pure, and the same each time.

Nothing here is measured; shares and sizes are our choice, so that everything the ledger knows how to say is said:
families in waves, transfers with two times, weekly headcounts that differ from the books, competing and day-dated
counts, partial composition, ranges, households alone, late reports, corrections and what was taken back.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random
from typing import Any
from uuid import UUID

from app.simulate.plan import Plan, Site, new_id, written
from app.simulate.told import Told, movement_of, said_of
from app.simulate.twice import Doubling

CELLS = tuple(f"{sex}:{age}" for sex in ("female", "male") for age in ("0-4", "5-11", "12-17", "18-59", "60+"))
CELL_WEIGHTS = (12, 18, 15, 48, 7, 12, 18, 15, 40, 6)
FAMILIES, FAMILY_WEIGHTS = tuple(range(1, 11)), (4, 8, 12, 17, 19, 15, 10, 7, 5, 3)
WAVES_EVERY = 21  # days between two waves, about
WEEK = 7
TRIPS = 12  # arrivals that name the same group, at most
LATE_AT_MOST = timedelta(days=10)
A_SECOND = timedelta(seconds=1)

# Of a hundred reports that are no weekly headcount, and of a hundred movements.
KINDS = {"movement": 96.0, "guess": 2.0, "correction": 1.0, "note": 0.5, "void": 0.3, "figure": 0.2}
WAYS = {"arriving": 70, "moving on": 16, "leaving": 14}


def tell(plan: Plan, number: int, sites: Sequence[Site]) -> Iterator[Told]:
    """The reports about these shelters, as many as their sites say, in the order in which they happened."""
    random = plan.random("chunk", number)
    weights = _waves(plan)
    moments = [moment for index, site in enumerate(sites) for moment in _moments(plan, random, index, site, weights)]
    moments.sort()
    telling = _Telling(plan, random, sites, Doubling(plan, number))
    for day, second, index, is_headcount in moments:
        yield telling.tell(day, second, index, is_headcount=is_headcount)
        yield from telling.doubling.told_again()


def _one_of(random: Random, weights: Mapping[str, float]) -> str:
    return random.choices(tuple(weights), tuple(weights.values()))[0]


def _waves(plan: Plan) -> list[float]:
    """How much happens on each day, added up: a little always, and waves that ebb away."""
    random = plan.random("waves")
    begins = [0, *(random.randrange(plan.days) for _ in range(plan.days // WAVES_EVERY))]
    heights = [random.uniform(2, 8) for _ in begins]
    parts = [
        1 + sum(height * exp((begin - day) / 4) for begin, height in zip(begins, heights, strict=True) if day >= begin)
        for day in range(plan.days)
    ]
    return list(accumulate(parts))


def _moments(
    plan: Plan, random: Random, index: int, site: Site, weights: list[float]
) -> Iterator[tuple[int, int, int, bool]]:
    """When something is reported of a shelter: day, second of the day, which shelter, whether it is its headcount."""
    headcounts = min(plan.days // WEEK, site.reports // 5)
    weekday = random.randrange(WEEK)
    for week in range(headcounts):
        yield week * WEEK + weekday, random.randint(9 * 3600, 13 * 3600), index, True
    for day in random.choices(range(plan.days), cum_weights=weights, k=site.reports - headcounts):
        yield day, int(random.triangular(6 * 3600, 22 * 3600, 11 * 3600)), index, False


class _Telling:
    """What the people of some shelters would know while it happens: who is where, and what can still be corrected."""

    def __init__(self, plan: Plan, random: Random, sites: Sequence[Site], doubling: Doubling) -> None:
        self.doubling = doubling
        self.plan, self.random, self.sites = plan, random, sites
        self.present = [0] * len(sites)
        self.last: list[Told | None] = [None] * len(sites)
        self.came: Counter[UUID] = Counter()

    def tell(self, day: int, second: int, index: int, *, is_headcount: bool) -> Told:
        at = self.plan.starts[day] + timedelta(seconds=second)
        kind = "headcount" if is_headcount else _one_of(self.random, KINDS)
        amended = self._uncorrected(index) if kind in ("correction", "void") else None
        if kind in ("headcount", "guess"):
            told = self._headcount(at, index, competing=kind == "guess")
        elif kind == "note":
            told = self._note(at, index)
        elif kind == "figure":
            told = self._published(at, index)
        elif amended is not None:
            told = self._correct(amended) if kind == "correction" else self._take_back(amended)
        else:
            told = self._movement(at, index)
        return told

    def _movement(self, at: datetime, index: int) -> Told:
        random, site = self.random, self.sites[index]
        families = 1 if random.random() < 0.7 else random.randint(2, 12)
        size = sum(random.choices(FAMILIES, FAMILY_WEIGHTS, k=families))
        way = _one_of(random, WAYS) if self.present[index] > size else "arriving"
        told = Told(new_id(random), "movement", at, self._recorded(at), {})
        if way == "moving on" and len(self.sites) > 1:
            other = (index + random.randrange(1, len(self.sites))) % len(self.sites)
            told.from_, told.to = site, self.sites[other]
            told.left_at = max(at - timedelta(seconds=random.randint(1200, 18_000)), self.plan.starts[0])
            self.present[other] += size
            self.present[index] -= size
        elif way != "arriving":
            told.from_ = site
            self.present[index] -= size
        else:
            told.to = site
            told.origin = self.sites[random.randrange(len(self.sites))].area
            self.present[index] += size
            if site.groups and random.random() < 0.15:
                told.group_id = self._group(site)
            self.doubling.name(told, site, families)
        told.is_day_dated = random.random() < 0.05
        told.people = self._people(size, families)
        told.content = {"id": str(told.id), **movement_of(told)}
        self.last[index] = None if self.doubling.tell_again(told, families, size) else told
        return told

    def _group(self, site: Site) -> UUID | None:
        """One of the groups of a shelter; None where all of it has come."""
        group = self.random.choice(site.groups)[0]
        self.came[group] += 1
        return group if self.came[group] <= TRIPS else None

    def _headcount(self, at: datetime, index: int, *, competing: bool) -> Told:
        """The weekly count, after which the books follow it; or what somebody who did not count believes."""
        random = self.random
        size = max(0, round(self.present[index] * random.gauss(1.0, 0.25 if competing else 0.06)))
        told = Told(new_id(random), "headcount", at, self._recorded(at), {}, to=self.sites[index])
        told.method = "secondary_report" if competing else random.choice(("registration", "full_count", "site_visit"))
        told.is_day_dated = random.random() < 0.2
        told.people = self._people(size, max(1, size // 5), alone=False)
        told.content = {"id": str(told.id), **said_of(told), "place": {"shelter": self.sites[index].code}}
        told.content["method"] = told.method
        if not competing:
            self.present[index] = size
        return told

    def _uncorrected(self, index: int) -> Told | None:
        """The last movement here, once."""
        last, self.last[index] = self.last[index], None
        return last

    def _correct(self, last: Told) -> Told:
        """Another number of people for a movement."""
        random = self.random
        told = Told(new_id(random), "movement", last.occurred_at, last.recorded_at, {})
        told.to, told.from_, told.left_at, told.group_id = last.to, last.from_, last.left_at, last.group_id
        told.origin, told.is_day_dated, told.corrects = last.origin, last.is_day_dated, last.id
        told.people = self._people(random.choice(FAMILIES), 1)
        return self._amending(told, last, movement_of(told))

    def _take_back(self, last: Told) -> Told:
        told = Told(new_id(self.random), "void", last.occurred_at, last.recorded_at, {}, corrects=last.id)
        return self._amending(told, last, None)

    def _amending(self, told: Told, last: Told, instead: dict[str, Any] | None) -> Told:
        later = last.recorded_at + timedelta(minutes=self.random.randint(10, 3_000))
        told.recorded_at = min(later, self.plan.starts[-1] + A_SECOND)
        told.content = {
            "id": str(told.id),
            "kind": "correction",
            "occurred_at": written(last.occurred_at),
            "corrects": str(last.id),
            "reason": "Typed wrongly",
            "replacement": instead,
        }
        return told

    def _note(self, at: datetime, index: int) -> Told:
        told = Told(new_id(self.random), "note", at, self._recorded(at), {}, to=self.sites[index])
        told.content = {"id": str(told.id), **said_of(told), "place": {"shelter": self.sites[index].code}}
        told.content["text"] = "The road was closed for two hours."
        return told

    def _published(self, at: datetime, index: int) -> Told:
        area = self.sites[index].governorate
        told = Told(new_id(self.random), "figure", at, self._recorded(at), {}, area=area, is_day_dated=True)
        told.people = {"total": self.random.randint(100, 5_000)}
        told.content = {"id": str(told.id), **said_of(told), "about": {"area": area}, "measures": "stock"}
        return told

    def _people(self, size: int, families: int, *, alone: bool = True) -> dict[str, Any]:
        """A number of people, as well as somebody knows them. `alone`: some are known as households only."""
        random = self.random
        drawn = random.random()
        if alone and drawn < 0.04:
            return {"households": families}
        people: dict[str, Any] = {"total": size}
        if random.random() < 0.3:
            people["households"] = families
        if drawn < 0.25:
            if random.random() < 0.2:
                people |= {"low": size - size // 5, "high": size + size // 4 + 1}
            return people
        known = size if drawn > 0.4 else size // 2
        if size <= len(CELLS) * 8:
            cells: dict[str, int] = {}
            for cell in random.choices(CELLS, CELL_WEIGHTS, k=known):
                cells[cell] = cells.get(cell, 0) + 1
        else:
            cells = {
                cell: known * weight // sum(CELL_WEIGHTS) for cell, weight in zip(CELLS, CELL_WEIGHTS, strict=True)
            }
        return {**people, "cells": cells}

    def _recorded(self, at: datetime) -> datetime:
        """When it came in: soon, within hours where there is no network, sometimes days later."""
        drawn = self.random.random()
        if drawn < 0.04:
            later = at + LATE_AT_MOST * self.random.random()
        else:
            later = at + timedelta(seconds=self.random.expovariate(1 / (7_200 if drawn < 0.2 else 60)))
        return min(later, self.plan.starts[-1])
