"""Shelters along the coast tonight, for people who look for a place: one for each thing that may stand in the way."""

from datetime import timedelta
from typing import Any

from app.core import clock
from tests.factories.coordinating import Site, make_site
from tests.factories.operations import a_headcount, a_movement, a_shelter

WOMEN = {"text": "women and children only", "cells": ["female:*", "*:0-4", "*:5-11", "*:12-17"]}
START = (35.36, 35.93)  # the town of Jableh


def a_hall(code: str, name: str, people: int | None, *, days: float = 0.2, **said: Any) -> list[dict[str, Any]]:
    """A shelter, counted so many days ago; not at all where `people` is None."""
    at = clock.now() - timedelta(days=days)
    known = {"status": "open", "access": "open", "capacity": 300, "toilets": 15, "toilets_accessible": 3, "lon": 35.93}
    named = {"en": name, "ar": f"مأوى {name}"}
    shelter = a_shelter(code=code, at=at - timedelta(days=60), **{"name": named, **known, "lat": 35.4, **said})
    return [shelter] if people is None else [shelter, a_headcount(code, at=at, people=people)]


def the_coast() -> list[dict[str, Any]]:
    """Two with room for 120, two with room for some, and one for each reason why not."""
    arrived = clock.now() - timedelta(days=1)
    halls = (
        a_hall("HALL", "Sports hall", 150, lat=35.53),
        a_hall("DORM", "Student housing", 40, lat=35.58, access="difficult", contact="the gate, channel 4"),
        a_hall("SMALL", "Village school", 280, lat=35.42),
        a_hall("INN", "Summer inn", 210, lat=35.45),
        a_hall("BASE", "Air base", 100, admits=WOMEN),
        a_hall("SCHOOL", "Third school", 351, capacity=320, lat=35.37),
        a_hall("DRY", "Dry camp", 100, water_litres_per_day=1200, lat=35.43),
        a_hall("SHUT", "Old mill", 0, status="closed", lat=35.44),
        a_hall("STEPS", "House with steps", 20, toilets_accessible=0, lat=35.46),
        a_hall("AWAY", "Mountain hotel", 10, lat=36.4),
        a_hall("OLD", "Warehouse", 60, days=30, lat=35.47),
        a_hall("NEVER", "New hall", None, lat=35.48),
        [*a_hall("SOME", "Church hall", None, lat=35.49), a_movement(at=arrived, people=30, to="SOME")],
        a_hall("DOUBT", "Depot", 20, toilets_accessible=None, lat=35.5),
        a_hall("NOWHERE", "Farm", 20, lat=None, lon=None),
    )
    return [report for hall in halls for report in hall]


def make_coast() -> Site:
    site = make_site()
    site.report(*the_coast())
    return site
