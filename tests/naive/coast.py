"""An operation with a history of ten days, told to the application and to the naive model alike.

What was said on the first day of telling, what was said late and put right on the next, and what happened today.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from uuid import UUID

import time_machine

from tests.factories.amending import corrected, decision, one_place
from tests.factories.coordinating import Site, make_site
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state
from tests.naive.model import Model
from tests.naive.sayings import ZONE, paths
from tests.naive.sums import Report

CAMP = "planned_camp"
SHELTERS = ["BAN", "GATE", "JAB", "KHM", "OLD", "SAF"]
GROUPS = ["G-1", "G-2"]
KNOWN_FIRST, KNOWN_LATE, TODAY = date(2025, 3, 14), date(2025, 3, 15), date(2025, 3, 16)
NOW = datetime.fromisoformat("2025-03-16T09:00:00+03:00")
FAMILIES = {"total": 70, "low": 60, "high": 95, "cells": {"female:18-59": 30, "male:0-4": 12, "female:60+": 5}}


def at(day: int, hour: int = 12) -> str:
    return f"2025-03-{day:02}T{hour:02}:00:00+03:00"


@dataclass
class Coast:
    """Who heard what, by when."""

    site: Site
    random: Random = field(default_factory=lambda: Random(7))
    model: Model = field(default_factory=lambda: Model(zone=ZONE, paths=paths()))
    heard: dict[date, int] = field(default_factory=dict)

    def hears(self, day: date, *reports: Report) -> list[Report]:
        """Reports of any day, all told in the morning of one."""
        named = [{**report, "id": self._id()} for report in reports]
        with time_machine.travel(f"{day}T08:30:00+03:00", tick=False):
            self.site.report(*named)
        for report in named:
            self.model.hear(report)
        self.heard[day] = len(self.model.log)
        return named

    def _id(self) -> str:
        """One of this operation's, in an order that is the same each time."""
        return str(
            UUID(int=(self.random.getrandbits(64) << 64) | (self.site.operation.id.int & (2**64 - 1)), version=4)
        )

    def known(self, by: date | None) -> Model:
        """The model that heard no more than by a day."""
        return self.model if by is None else self.model.as_known_after(self.heard[by])  # type: ignore[return-value]


def told(early: Sequence[Report] = (), late: Sequence[Report] = ()) -> Coast:
    """The history, with whatever else was said in time and late."""
    coast = Coast(make_site())
    coast.hears(KNOWN_FIRST, *_places(), *_groups())
    first, second, _, aside, *_rest = coast.hears(KNOWN_FIRST, *_counts())
    coast.hears(KNOWN_FIRST, decision(aside["id"], adopt=False, at=at(12)), *_movements(), *early)
    coast.hears(
        KNOWN_LATE,
        corrected(first["id"], {**first, "people": {**FAMILIES, "total": 76}}),
        corrected(second["id"], {**second, "people": {"total": 94}}),
        a_movement(to="KHM", at=at(9, 18), people=7, origin="SY1002"),
        one_place("KHM", "GATE"),
        a_movement(source="OLD", at=at(13), people=4, reason="return"),
        a_state("BAN", at=at(9, 8), site_type=CAMP),
        *late,
    )
    coast.hears(
        TODAY,
        a_movement(to="BAN", at=at(16, 7), people={"total": 4, "low": 3, "high": 9}, origin="SY1002"),
        a_movement(source="KHM", to="JAB", at=at(16, 7), people=3),
        a_movement(source="JAB", at=at(16, 8), people=2, reason="return"),
        a_headcount("SY1002", at=at(16, 8), people=31),
    )
    return coast


def _places() -> list[Report]:
    """Six shelters: one never counted, one to turn out to be another, one closed. Jableh is a camp; Old
    becomes one, and of Baniyas it is said late that it was one."""
    return [
        a_shelter(code="KHM", capacity=120, blocked=20, toilets=4, status="open"),
        a_shelter(code="JAB", covered_area_m2=352, status="open", site_type=CAMP),
        a_shelter(code="BAN", area="SY1002", capacity=60, status="open"),
        a_shelter(code="SAF", area="SY1002", capacity=40, status="open"),
        a_shelter(code="GATE", capacity=30, status="open"),
        a_shelter(code="OLD", area="SY1002", capacity=50, status="open"),
        a_state("OLD", at=at(11), status="closed", site_type=CAMP),
        a_state("KHM", at=at(12, 9), blocked=10),
    ]


def _groups() -> list[Report]:
    return [
        a_group("G-1", at=at(8, 9), origin="SY0602", people={"total": 40}, households=8),
        a_group("G-2", at=at(9, 9), origin="SY1002", people={"total": 5, "low": 4}),
    ]


def _counts() -> list[Report]:
    """Of Khmeimim three (one only published), of Baniyas two that contradict each other and one to be set aside."""
    return [
        a_headcount("KHM", at=at(7), people=FAMILIES),
        a_headcount("KHM", at=at(10), people=90, method="registration"),
        a_headcount("KHM", at=at(11), people={"low": 200, "high": 999}, method="secondary_report"),
        a_headcount("BAN", at=at(9), people=62, method="secondary_report"),
        a_headcount("KHM", at=at(11, 15), people=300, method="secondary_report"),
        a_headcount("BAN", at=at(7), people=50, method="registration"),
        a_headcount("BAN", at=at(8, 9), people={"total": 80, "low": 75, "high": 88}),
        a_headcount("JAB", at=at(12), people=150, method="secondary_report"),
        a_headcount("GATE", at=at(9), people=12, method="site_visit"),
        a_headcount("OLD", at=at(8), people=3, precision="day"),
        a_headcount("SY0602", at=at(9), people={"cells": {"female:5-11": 11, "male:unknown": 14}}),
        a_headcount("SY1002", at=at(8), people={"households": 6}, method="household_listing"),
    ]


def _movements() -> list[Report]:
    """Jableh is over its places by arrivals alone: nobody has counted there."""
    return [
        a_movement(to="KHM", at=at(8), people={"cells": {"female:18-59": 20}}, group="G-1"),
        a_movement(source="KHM", to="BAN", at=at(9, 9), people=10, group="G-1"),
        a_movement(to="JAB", at=at(8), people=108, origin="SY0602"),
        a_movement(to="JAB", at=at(10), people={"total": 5, "low": 4}, group="G-2", precision="day"),
        a_movement(source="JAB", at=at(12), people=6, group="G-2"),
        a_movement(source="SY0602", to="KHM", at=at(12), people=5),
        a_movement(source="KHM", to="BAN", at=at(11, 9), left_at=at(10, 20), people=8, origin="SY0602"),
        a_movement(source="GATE", at=at(12), people=2),
    ]
