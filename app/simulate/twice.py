"""What is told twice: which arrivals, and how the second report comes to say something else. Pure, the same each time.

Who doubles a family at a desk knows what they entered; what is logged twice is a bus or a truck, by people who do not
know of each other. They write the place under its other name, the people in another script or with a slip, guess up
to a fifth more or fewer, and up to two days earlier or later. That, and the shares, are our choice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.simulate.names import BUILDINGS, PEOPLE, VILLAGES, mistype, spell
from app.simulate.plan import Party, Plan, Site, new_id
from app.simulate.told import Told, movement_of

MANY = 12  # people
FAMILIES = 3
GUESSED_WITHIN = 0.2  # of the number
TOLD_WITHIN = timedelta(days=2)
REGISTERED_TWICE = 0.4  # of the shelters
NEIGHBOURS = 0.1  # lie beside another called the same but for its number
SIBLINGS = 0.15  # of the parties come from the village of the one before
NAMED = 0.9  # of the arrivals of many people say who they are
A_NEIGHBOUR, THE_SAME = 0.004, 0.0008  # degrees from each other: some 400 metres, and under 100
COAST = ((35.0, 36.0), (35.8, 36.5))
LANGUAGES = ("en", "fr", "ar")


def named(plan: Plan, sites: Sequence[Site]) -> list[Site]:
    """The shelters with names and positions, some of them beside another or registered twice, and who comes there."""
    random = plan.random("names")
    found: list[Site] = []
    village, building, number, lies = VILLAGES[0], BUILDINGS[0], 1, (0.0, 0.0)
    for site in sites:
        if found and random.random() < NEIGHBOURS:
            number, lies = number + 1, _beside(random, lies, A_NEIGHBOUR)
        else:
            village, building, number = random.choice(VILLAGES), random.choice(BUILDINGS), 1
            lies = (random.uniform(*COAST[0]), random.uniform(*COAST[1]))
        called = {"en": spell(building, village, 0, number), "ar": spell(building, village, 2, number)}
        alias = None
        if random.random() < REGISTERED_TWICE:
            language = random.choice((1, 1, 2))
            name = {LANGUAGES[language]: spell(building, village, language, number)}
            again = Site(new_id(random), f"{site.code}-B", site.area, site.governorate, site.capacity, 0, ())
            alias = replace(again, names=name, position=_beside(random, lies, THE_SAME))
        found.append(replace(site, names=called, position=lies, alias=alias, parties=_parties(random, site)))
    return found


def _beside(random: Random, lies: tuple[float, float], away: float) -> tuple[float, float]:
    north, east = random.choice((-1, 1)), random.choice((-1, 1))
    return round(lies[0] + north * away * random.uniform(0.5, 0.7), 5), round(lies[1] + east * away / 2, 5)


def _parties(random: Random, site: Site) -> tuple[Party, ...]:
    """From villages, each but for siblings from another; each spelled by two people."""
    parties: list[Party] = []
    number = 1
    for village in random.sample(VILLAGES, k=min(site.reports // 12, len(VILLAGES))):
        is_sibling = random.random() < SIBLINGS
        for one in (1, 2) if is_sibling else (1,):
            number = one
            first, second = random.choice(((0, 1), (0, 2), (1, 2), (2, 0), (0, 0), (2, 2)))
            label, spelled = spell(PEOPLE, village, first, number), spell(PEOPLE, village, second, number)
            if first == second:
                spelled = mistype(random, spell(PEOPLE, village, second)) + (f" {number}" if number > 1 else "")
            parties.append(Party(new_id(random), label, new_id(random), spelled))
    return tuple(parties)


class Doubling:
    """Which arrivals at the shelters of a chunk are told twice. Without doubles it names nobody and tells nothing."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.plan, self.random = plan, plan.random("twice", number)
        self.waiting: dict[UUID, Iterator[Party]] = {}
        self.came: dict[UUID, Party] = {}
        self.again: list[Told] = []

    def name(self, told: Told, site: Site, families: int) -> None:
        """Say of many people who come who they are; each party comes once."""
        if not self.plan.doubles or families < FAMILIES or self.random.random() >= NAMED:
            return
        party = next(self.waiting.setdefault(site.id, iter(site.parties)), None)
        told.group_id = None if party is None else party.id
        if party is not None:
            self.came[told.id] = party

    def tell_again(self, told: Told, families: int, size: int) -> bool:
        """Whether a movement is told once more."""
        random = self.random
        if not self.plan.doubles or told.to is None or told.from_ is not None or families < FAMILIES or size < MANY:
            return False
        if random.random() * 100 >= self.plan.doubles:
            return False
        at = told.occurred_at + TOLD_WITHIN * random.uniform(-1, 1)
        at = min(max(at, self.plan.starts[0]), self.plan.starts[-1] - timedelta(seconds=1)).replace(microsecond=0)
        again = Told(new_id(random), "movement", at, at, {}, to=random.choice(told.to.codes), origin=told.origin)
        again.recorded_at = min(at + timedelta(minutes=random.expovariate(1 / 90)), self.plan.starts[-1])
        again.doubles, again.is_day_dated = told.id, random.random() < 0.1
        again.group_id = self._group(told)
        again.people = self._people(told, size, families)
        again.content = {"id": str(again.id), **movement_of(again)}
        self.again.append(again)
        return True

    def told_again(self) -> Iterator[Told]:
        yield from self.again
        self.again = []

    def _group(self, told: Told) -> UUID | None:
        """Who came, as the second one registered them; sometimes the same entry; sometimes nothing is said of it."""
        party = self.came.get(told.id)
        if party is None:
            return told.group_id
        return self.random.choices((party.again_id, party.id, None), (6, 3, 1))[0]

    def _people(self, told: Told, size: int, families: int) -> dict[str, Any]:
        """The number as the second one guessed it, with sex and age where the first gave them, or as households."""
        random = self.random
        drawn = random.random()
        if drawn < 0.15:
            return {"households": families}
        guessed = round(size * random.uniform(1 - GUESSED_WITHIN, 1 + GUESSED_WITHIN))
        known: dict[str, int] = told.people.get("cells", {})
        if drawn < 0.5 or not known:
            return {"total": guessed}
        heads = [cell for cell, count in known.items() for _ in range(count)]
        seen = random.sample(heads, k=min(len(heads), guessed))
        cells = {cell: seen.count(cell) for cell in sorted(set(seen))}
        return {"total": guessed, "cells": cells}
