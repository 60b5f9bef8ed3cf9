"""What people may say: hypothesis strategies for reports in the shape of interface.md, near every edge of the fold."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.factories.operations import AREAS
from tests.naive.sums import CELLS, Report

ZONE = "Asia/Damascus"
FIRST = date(2025, 3, 6)
GROUPS = ["G-1", "G-2"]
HOMES = ["SY0602", "SY1002", None]
SHELTERS = {"KHM": "SY0602", "JAB": "SY0602", "BAN": "SY1002"}
PLACES = [*SHELTERS, "KHM", "KHM", "SY0602", "SY06"]  # most of what happens, happens in Khmeimim
# Around midnight in Damascus, around midnight in Greenwich, and noon twice: most headcounts are at noon.
MINUTES = [0, 1, 179, 180, 540, 720, 720, 1259, 1260, 1439]
METHODS = [
    "full_count",
    "registration",
    "site_visit",
    "household_listing",
    "sample_survey",
    "secondary_report",
    "full_count",
    "secondary_report",
]
BRINK = [79, 80, 82, 84, 85, 90, 94, 95, 98, 100, 101]  # where the rule changes, of 100 places
DESCENTS = [[101, 98, 95, 94], [100, 96], [90, 84, 80, 79]]  # where a level holds though it would not start


def paths() -> dict[str, tuple[str, ...]]:
    """Each area with the codes from the country down to it."""
    found: dict[str, tuple[str, ...]] = {}
    for area in AREAS:
        found[area.code] = (*(found[area.parent] if area.parent else ()), area.code)
    return found


def at_hour(day: date, hour: int) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(hours=hour)


needs = st.sampled_from([{}, {}, {}, {"needs": {"SC": 0}}, {"needs": {"SC": 2}}, {"needs": {"PL": 3}}])
counts = st.sampled_from([1, 2, 3, 5, 8, 10, 20, 40, 52, 78, 84, 90, 100])
cells = st.dictionaries(st.sampled_from(CELLS), st.sampled_from([1, 2, 3, 5, 8, 30]), min_size=1, max_size=4)
days = st.integers(0, 6).map(lambda ahead: FIRST + timedelta(days=ahead))


@st.composite
def people(draw: st.DrawFn, *, counted: bool) -> dict[str, Any]:
    """A best figure mostly, with or without a range, households, cells; for headcounts also 0 and bare ranges."""
    said: dict[str, Any] = {}
    shape = draw(st.sampled_from(["total", "total", "range", "cells", "cells", "part", "households", "bare"]))
    best = draw(counts)
    if shape == "bare" and counted:
        return {"low": 200, "high": 999}
    if shape == "households":
        said["households"] = draw(st.sampled_from([1, 2, 7]))
        best = said["households"] * 5
    elif shape == "cells":
        said["cells"] = draw(cells)
        best = sum(said["cells"].values())
    elif shape == "part":
        said["cells"] = draw(cells)
        best = said["total"] = sum(said["cells"].values()) + draw(st.sampled_from([0, 4, 20]))
    else:
        said["total"] = best = 0 if counted and draw(st.integers(0, 9)) == 0 else best
    if shape == "range" or draw(st.integers(0, 4)) == 0:
        ends = draw(st.sampled_from(["both", "low", "high"]))
        if ends != "high":
            said["low"] = max(0, best - draw(st.sampled_from([0, 3, 9])))
        if ends != "low":
            said["high"] = best + draw(st.sampled_from([0, 4, 12]))
    if draw(st.integers(0, 5)) == 0:
        said.setdefault("households", draw(st.sampled_from([1, 4])))
    return said


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    day, minute = draw(days), draw(st.sampled_from(MINUTES))
    local = datetime.combine(day, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(minutes=minute)
    return local if draw(st.booleans()) else local.astimezone(UTC)


@st.composite
def states(draw: st.DrawFn) -> Report:
    fields = st.fixed_dictionaries(
        {},
        optional={
            "capacity": st.sampled_from([None, 0, 50, 100]),
            "blocked": st.sampled_from([None, 10, 40]),
            "covered_area_m2": st.sampled_from([None, 200, 352.0]),
            "taps": st.just(2),
            "status": st.sampled_from([None, "open", "open", "closed"]),
            "admits": st.sampled_from([None, {"cells": ["female:*", "*:0-4"]}]),
        },
    ).filter(bool)
    return {"kind": "shelter_state", "shelter": draw(st.sampled_from(list(SHELTERS)))} | draw(fields)


@st.composite
def headcounts(draw: st.DrawFn) -> Report:
    place = place_named(draw(st.sampled_from(PLACES)))
    counted = draw(people(counted=True))
    said = {"kind": "headcount", "place": place, "method": draw(st.sampled_from(METHODS)), "people": counted}
    return said | draw(needs)


@st.composite
def groups(draw: st.DrawFn) -> Report:
    """A newer state of a group; sometimes without a word about its home, sometimes saying that it is not known."""
    said: Report = {"kind": "group", "code": draw(st.sampled_from(GROUPS)), "label": "families"}
    if (home := draw(st.sampled_from([*HOMES, "unsaid"]))) != "unsaid":
        said["origin"] = home
    return said


@st.composite
def notes(draw: st.DrawFn) -> Report:
    return {"kind": "note", "place": place_named(draw(st.sampled_from(PLACES))), "text": "some are still there"}


@st.composite
def movements(draw: st.DrawFn) -> Report:
    ends = draw(st.lists(st.sampled_from([*SHELTERS, "SY0602", "SY06", None]), min_size=2, max_size=2, unique=True))
    source, to = ends
    said: Report = {"kind": "movement", "people": draw(people(counted=False))} | draw(needs)
    if source is not None:
        said |= {"from": place_named(source), "stayed_there": True}
    if to is not None:
        said["to"] = place_named(to)
    if (home := draw(st.sampled_from([*HOMES, None]))) is not None:
        said["origin"] = home
    if (group := draw(st.sampled_from([*GROUPS, None, None, None]))) is not None:
        said["group"] = group
    if draw(st.integers(0, 3)) == 0:
        said["left"] = draw(st.sampled_from([1, 60, 1440, 2000]))
    return said


SAYINGS = {
    "movement": movements(),
    "headcount": headcounts(),
    "shelter_state": states(),
    "group": groups(),
    "note": notes(),
}


@st.composite
def shelters(draw: st.DrawFn) -> Report:
    """A shelter described otherwise: in another area, with other places."""
    said: Report = {"kind": "shelter", "name": {"en": "again"}, "site_type": "collective_centre"}
    said["area"] = draw(st.sampled_from(["SY0602", "SY0600", "SY1002"]))
    return said | draw(st.sampled_from([{}, {"capacity": 100}, {"capacity": None}]))


# What a correction may make of reports, for kinds that are corrected only.
CORRECTED = [*SAYINGS, "movement", "headcount", "shelter", "decision"]
MAKING = ("shelter", "group")  # these are corrected, not taken back: others speak of what they made
INSTEAD: dict[str, Callable[[Report], st.SearchStrategy[Report]]] = {
    "shelter": lambda _: shelters(),
    "decision": lambda first: st.booleans().map(
        lambda so: (
            {key: said for key, said in first.items() if key not in ("id", "occurred_at")}
            | ({"adopt": so and first["adopt"]} if "adopt" in first else {"counts": so or "pair" in first})
        )
    ),
}


def finished(said: Report) -> Report:
    """With the moment people left, where it was drawn as so many minutes before they arrived."""
    if "left" not in said:
        return said
    left_at = datetime.fromisoformat(said["occurred_at"]) - timedelta(minutes=said["left"])
    return {key: value for key, value in said.items() if key != "left"} | {"left_at": left_at.isoformat()}


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """One report without its id."""
    said: Report = {"occurred_at": draw(instants()).isoformat()}
    if (precision := draw(st.sampled_from([None, None, None, "minute", "day", "about"]))) is not None:
        said["precision"] = precision
    kind = draw(
        st.sampled_from(
            [
                "movement",
                "movement",
                "movement",
                "headcount",
                "headcount",
                "headcount",
                "shelter_state",
                "group",
                "note",
            ]
        )
    )
    return finished(said | draw(SAYINGS[kind]))


def place_named(word: str) -> dict[str, str]:
    return {"shelter": word} if word in SHELTERS else {"area": word}


def count_of(place: str, people: dict[str, Any], at: datetime) -> Report:
    """A registration, without its id."""
    named = place_named(place)
    return {
        "kind": "headcount",
        "occurred_at": at.isoformat(),
        "place": named,
        "method": "registration",
        "people": people,
    }
