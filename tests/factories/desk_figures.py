"""The figures each of a coordinator's pages says, as somebody reads them; places, areas and groups by their codes."""

import re
from typing import Any

from app.core.text import name_in
from tests.factories.operations import AREAS
from tests.factories.readings import NUMBER, Reading, Row, count, per_cent, whole

CALLED = re.compile(r"^Shelter (\w+)")  # as a_shelter calls it
SEXES = ("Female", "Male", "Not known")
SHELTERS = ("Shelter", "People", "Basis and age", "Occupancy", "Places", "Room")
HOMES = ("Their home", "Now at", "People")
CASE = ("Counted", "People", "Said by")
DAY = ("Before", "Came", "Left", "Adjusted")


def situation(page: Reading) -> dict[str, Any]:
    """/dashboard: how many and how sure, who came and left, ages and sex."""
    number, below = page.term("Displaced now", "Displaced then")
    came, left = page.term("Came today", "Came that day")
    day = page.named("Before", "Came", "Left", "Adjusted by counts")
    before, *changes, after = (page.known(value) or 0 for value in day)
    said = page.known(came) or 0, page.told(left, "%(number)s left.") or 0
    assert said == (changes[0], -changes[1]), "one page says two things"
    return {
        "number": page.number(number, below),
        "counted": page.told(below, "%(n)s place counted.", "%(n)s places counted."),
        "at_least": page.told(below, "%(n)s only at least.", "%(n)s only at least.") or 0,
        "not_known": page.told(below, "%(n)s not known.", "%(n)s not known.") or 0,
        "today": (before, changes[0], -changes[1], changes[2], after),
        "cells": grid(page),
    }


def room(page: Reading) -> dict[str, Any]:
    """/dashboard: free places, and people over capacity."""
    free, where = page.term("Free places")
    over, how_many = page.term("People over capacity")
    return {
        "free": page.known(free),
        "with_room": page.told(where, "In %(n)s counted, open shelter.", "In %(n)s counted, open shelters."),
        "not_known": page.told(where, "%(n)s shelter not known.", "%(n)s shelters not known.") or 0,
        "over": page.known(over),
        "is_at_least": over.startswith(page.text("at least")),
        "overfull": page.told(how_many, "In %(n)s shelter.", "In %(n)s shelters."),
        "nearly_full": page.told(how_many, "%(n)s more nearly full.", "%(n)s more nearly full.") or 0,
    }


def areas(page: Reading) -> dict[str, Any]:
    """/dashboard, by area: people, places counted, places not counted."""
    found = {}
    for row in page.rows("Area", "People", "Basis") if page.has("Area", "People", "Basis") else ():
        basis = row["Basis"]
        counted = page.told(basis, "%(n)s place counted", "%(n)s places counted")
        not_counted = page.told(basis, "%(n)s not counted", "%(n)s not counted") or 0
        found[row["Area"].split()[-1]] = (page.number(row["People"]), counted, not_counted)
    return found


def shelters(page: Reading) -> dict[str, Any]:
    """Each row of a table of shelters, in its order."""
    day = "Today" if page.has(*SHELTERS, "Today") else "That day"
    return {_called(row["Shelter"]): _row(page, row, row[day]) for row in page.rows(*SHELTERS, day)}


def _row(page: Reading, row: Row, day: str) -> dict[str, Any]:
    came, left = (re.search(rf"[{sign}]({NUMBER})", day) for sign in "+−")
    return {
        "number": page.number(row["People"]),
        "shortfall": page.told(row["People"], "books %(number)s short") or 0,
        "competing": page.told(row["Basis and age"], "%(n)s other figure", "%(n)s other figures") or 0,
        "per_cent": per_cent(row["Occupancy"]),
        "places": page.known(row["Places"]),
        "room": _left(page, row["Room"]),
        "today": (whole(came[1]) if came else 0, whole(left[1]) if left else 0),
    }


def _left(page: Reading, said: str) -> int | None:
    """Free places; below zero: so many over; None: it has none that are known."""
    over = page.part(said, "%(number)s over")
    return page.told(said, "%(number)s free") if over is None else -count(over)


def shelter(page: Reading) -> dict[str, Any]:
    """/shelters/<code>: people, room, ages and sex, its days, its groups."""
    here, free = page.within("People here"), page.term("Free places")[0]
    over = page.part(free, "none: %(number)s over")
    days = page.rows("Day", *DAY, "After") if page.has("Day", *DAY, "After") else []
    groups = page.rows("Group", "People") if page.has("Group", "People") else []
    return {
        "number": page.number(here.paragraph()),
        "shortfall": page.told(here.words(), "More people left than the books held: %(number)s short.") or 0,
        "per_cent": per_cent(page.within("Room").words()),
        "room": -count(over) if over is not None else count(free) if re.match(NUMBER, free) else None,
        "cells": grid(here),
        "days": [(*(_or_none(row[name]) for name in DAY), page.number(row["After"])) for row in days],
        "groups": {row["Group"].split()[-1]: _there(page, row["People"]) for row in groups},
    }


def group(page: Reading) -> dict[str, int]:
    """/groups/<code>: where its people are."""
    if not page.has("Place", "People"):
        return {}
    return {place(page, row["Place"]): _there(page, row["People"]) for row in page.rows("Place", "People")}


def flows(page: Reading) -> list[tuple[str | None, str, int]]:
    """Rows of a home, a place and how many, in the order of the page; those of a sum left out. `None`: not known."""
    found, home = [], ""
    for row in page.rows(*HOMES) if page.has(*HOMES) else []:
        home = row["Their home"] or home
        if row["Now at"]:
            known = None if home == page.text("Home not known") else area_called(page, home)
            found.append((known, place(page, row["Now at"]), count(row["People"])))
    return found


def sums(page: Reading) -> dict[str, int]:
    """/flows: the sum of each home, and of all."""
    rows = page.rows(*HOMES) if page.has(*HOMES) else []
    return {row["Their home"]: count(row["People"]) for row in rows if row["Their home"] and not row["Now at"]}


def crossed(page: Reading) -> list[tuple[int, list[int]]]:
    """/flows, homes against areas: of each home its sum and its parts."""
    found = []
    for row in page.rows("Their home", "All") if page.has("Their home", "All") else []:
        parts = [said for column, said in row.items() if column not in ("Their home", "All")]
        found.append((count(row["All"]), [_or_none(said) for said in parts]))
    return found


def cases(page: Reading) -> dict[str, Any]:
    """/counts: places where figures compete, with every figure that is listed."""
    found = {}
    for title, section in page.sections():
        if section.has(*CASE):
            said, now = section.words(), section.paragraph().split(page.text("Figure now:"))[1].strip()
            stands, others = "%(n)s other figure stands beside it.", "%(n)s other figures stand beside it."
            found[place(page, title)] = {
                "number": section.number(now),
                "competing": page.told(said, stands, others) or 0,
                "is_disputed": page.text("counts contradict each other") in said,
                "listed": [_said(page, row["People"]) for row in section.rows(*CASE)],
            }
    return found


def grid(page: Reading) -> list[list[int]] | None:
    """Ages down, sexes across; None where there is none."""
    if not page.has("Age", *SEXES):
        return None
    return [[whole(row[sex]) for sex in SEXES] for row in page.rows("Age", *SEXES)]


def place(page: Reading, said: str) -> str:
    """The code of a place by what a page calls it; of two areas of one name the larger."""
    outside = page.text("outside any shelter, %(area)s")
    found = [area.code for area in AREAS if outside % {"area": name_in(area.name, page.language)} == said]
    return found[0] if found else _called(said)


def area_called(page: Reading, said: str) -> str:
    """The largest area of a name."""
    return next(area.code for area in AREAS if name_in(area.name, page.language) == said)


def _called(said: str) -> str:
    found = CALLED.match(said)
    assert found is not None, f"no shelter is called {said!r}"
    return found[1]


def _there(page: Reading, said: str) -> int:
    """People of a group at a place; below zero, so many more left than came."""
    more = page.told(said, "%(number)s more left than came")
    return count(said) if more is None else -more


def _said(page: Reading, said: str) -> int | None:
    return None if said.startswith(page.text("no best figure")) else count(said)


def _or_none(said: str) -> int:
    """A number of a day; a dash is none of them."""
    return 0 if said == "–" else count(said)
