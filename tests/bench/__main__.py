"""`python -m tests.bench [KEY …] [--quick] [--check]`: measure, print a table, keep the figures in .bench/.

Exit 1 when something was lost, refused or miscounted; with --check also when a ratio misses its goal more than twice
over. Everything else that misses its goal is only said: what two busy cores make of a second is not a fault.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figure import Figure, say
from tests.bench.measurements import KEYS
from tests.bench.site import WrongResult, site

RESULTS = Path(__file__).parents[2] / ".bench"
COLUMNS = ("key", "figure", "reference", "ratio", "goal", "verdict")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Mawa as `mawa up` runs it.")
    parser.add_argument("keys", nargs="*", metavar="KEY", help=f"what to measure: {', '.join(KEYS)}; default all")
    parser.add_argument("--quick", action="store_true", help="shorter loads")
    parser.add_argument("--check", action="store_true", help="exit 1 when a ratio misses its goal more than twice over")
    asked = parser.parse_args()
    if unknown := set(asked.keys) - set(KEYS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there is {', '.join(KEYS)}")
    figures: list[Figure] = []
    wrong: list[str] = []
    with site() as measured:
        for key, measure in KEYS.items():
            if asked.keys and key not in asked.keys:
                continue
            say(f"{key} …")
            try:
                figures.append(measure(measured, quick=asked.quick))
            except WrongResult as error:
                wrong.append(f"{key}: {error}")
                say(wrong[-1])
    sys.stdout.write("".join(f"{line}\n" for line in [*parts(figures), *table(figures)]))
    keep(figures, wrong, quick=asked.quick)
    for text in wrong:
        sys.stdout.write(f"WRONG  {text}\n")
    return int(bool(wrong) or (asked.check and any(figure.misses_twice_over for figure in figures)))


def table(figures: list[Figure]) -> list[str]:
    """One line a key, in columns."""
    rows = [COLUMNS] + [
        (
            figure.key,
            figure.figure,
            figure.reference,
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.goal,
            "met" if figure.met else "not met",
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def parts(figures: list[Figure]) -> list[str]:
    """Where processor time and memory go."""
    lines: list[str] = []
    for figure in figures:
        for name in ("processor_ms_per_report", "idle_mb", "loaded_mb"):
            if name in figure.details:
                shares = ", ".join(f"{part} {value:g}" for part, value in figure.details[name].items())
                lines.append(f"{figure.key}, {name.replace('_', ' ')}: {shares}")
    return [*lines, ""]


def keep(figures: list[Figure], wrong: list[str], *, quick: bool) -> None:
    """Write everything that was found into .bench/."""
    now = datetime.now(UTC)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{now:%Y-%m-%dT%H%M%SZ}.json"
    found = {
        "at": now.isoformat(timespec="seconds"),
        "quick": quick,
        "processors": os.cpu_count(),
        "busy_before": os.getloadavg(),
        "figures": [asdict(figure) for figure in figures],
        "wrong": wrong,
    }
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False))
    say(f"kept in {file}")


if __name__ == "__main__":
    sys.exit(main())
