"""What ledger.md says of numbers alone: how a composition is shown, and how full is how bad."""

from typing import Any

SEXES = ("female", "male", "unknown")
AGES = ("0-4", "5-11", "12-17", "18-59", "60+", "unknown")
CELLS = [f"{sex}:{age}" for sex in SEXES for age in AGES]
NOBODY = "unknown:unknown"

WEIGHTS = {
    "registration": 10,
    "full_count": 10,
    "household_listing": 8,
    "sample_survey": 6,
    "site_visit": 4,
    "structure_count": 4,
    "key_informant": 4,
    "secondary_report": 1,
}
ADOPT_FROM = 4
HOUSEHOLD = 5

Report = dict[str, Any]
Cells = dict[str, int]


def compose(cells: Cells, total: int) -> Cells:
    """Cells as shown: none negative, adding up to the total shown."""
    shown = dict(cells)
    for key in CELLS:
        if shown[key] < 0:
            missing, shown[key] = -shown[key], 0
            sex, age = key.split(":")
            for source in (f"{sex}:unknown", f"unknown:{age}", NOBODY):
                taken = min(missing, max(0, shown[source]))
                shown[source] -= taken
                missing -= taken
            _in_proportion(shown, missing)
    over = sum(shown.values()) - total
    if over <= 0:
        shown[NOBODY] -= over
    else:
        taken = min(over, shown[NOBODY])
        shown[NOBODY] -= taken
        _in_proportion(shown, over - taken)
    return shown


def _in_proportion(cells: Cells, wanted: int) -> None:
    """Largest remainder: everyone gives the whole part of their share, the largest fractions one more."""
    holding = {key: cells[key] for key in CELLS if cells[key] > 0}
    there = sum(holding.values())
    wanted = min(wanted, there)
    if not wanted:
        return
    given = {key: count * wanted // there for key, count in holding.items()}
    by_fraction = sorted(holding, key=lambda key: -(holding[key] * wanted % there))  # stable: scheme order
    for key in by_fraction[: wanted - sum(given.values())]:
        given[key] += 1
    for key, count in given.items():
        cells[key] -= count


def level(held: str, people: int, places: int) -> str:
    if places == 0:
        return "critical" if people else "ok"
    if people >= places or (held == "critical" and 100 * people >= 95 * places):
        return "critical"
    if 100 * people >= 85 * places or (held != "ok" and 100 * people >= 80 * places):
        return "warning"
    return "ok"


def best_of(report: Report) -> int:
    people = report["people"]
    if "total" in people:
        return int(people["total"])
    return sum(people["cells"].values()) if "cells" in people else int(people["households"]) * HOUSEHOLD


def has_best(report: Report) -> bool:
    return any(part in report["people"] for part in ("total", "cells", "households"))


def is_adopted(report: Report) -> bool:
    return has_best(report) and WEIGHTS[report["method"]] >= ADOPT_FROM


def cells_of(report: Report) -> Cells:
    """The cells of those observed; the rest of unknown sex and age."""
    cells = dict.fromkeys(CELLS, 0) | report["people"].get("cells", {})
    cells[NOBODY] += best_of(report) - sum(cells.values())
    return cells
