"""Real situations: camps with their capacity, and what was counted there day by day.

The counts are those of FabFlee (UNHCR) in `shared/data/flee` beside the checkout; where that folder is not there, tests
of them are skipped.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

SITUATIONS = ("burundi", "mali2012", "ssudan", "ukraine2022")
TENS = ("ukraine2022",)  # its "camps" are countries, with more people than one place may have: told in tens


@dataclass(frozen=True)
class Camp:
    """`counts` in order of dates, one for each."""

    name: str
    code: str
    capacity: int
    counts: tuple[tuple[date, int], ...]


def _folder() -> Path | None:
    """`shared/data/flee` beside this checkout or above it."""
    for above in Path(__file__).resolve().parents:
        if (found := above / "shared" / "data" / "flee").is_dir():
            return found
    return None


needs_situations = pytest.mark.skipif(_folder() is None, reason="no shared/data/flee beside this checkout")


def camps_of(situation: str) -> list[Camp]:
    """The camps of one of SITUATIONS in the order of data_layout.csv, each with its capacity (the column
    `population`). Of two counts of a day the later line holds."""
    found, unit = _folder(), 10 if situation in TENS else 1
    assert found is not None
    folder = found / situation
    with (folder / "input_csv" / "locations.csv").open() as lines:
        capacities = {row["#name"]: row["population"] for row in csv.DictReader(lines)}
    camps = []
    layout = csv.reader((folder / "source_data" / "data_layout.csv").read_text().splitlines())
    for name, file in (row for row in layout if row and row[0] != "total"):
        with (folder / "source_data" / file.strip()).open() as lines:
            rows = [row for row in csv.reader(lines) if row and row[0][:1].isdigit()]
        counts = {date.fromisoformat(row[0].strip()[:10]): int(float(row[1])) // unit for row in rows}
        code = name.upper().replace("_", "-")[:32]
        camps.append(Camp(name, code, int(capacities[name]) // unit, tuple(sorted(counts.items()))))
    return camps
