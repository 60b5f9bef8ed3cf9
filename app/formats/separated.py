"""Tables as CSV: RFC 4180, in UTF-8 with the mark by which spreadsheets know it, and nothing they would reckon with."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

Cell = str | int | float | None

_MARK = "\ufeff"
_FORMULA = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")  # the same of full width too
_A_TIME = 200  # rows in a piece


def pieces(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """A table piece by piece. None is an empty cell; a text that begins as a formula would gets an apostrophe before
    it, as spreadsheets themselves mark what is only text."""
    held = StringIO()
    writer = csv.writer(held)
    held.write(_MARK)
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([_safe(cell) for cell in row])
        if number % _A_TIME == 0:
            yield held.getvalue()
            held.seek(0)
            held.truncate()
    yield held.getvalue()


def _safe(cell: Cell) -> Cell:
    is_formula = isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA)
    return f"'{cell}" if is_formula else cell
