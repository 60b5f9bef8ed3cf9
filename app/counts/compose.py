"""What is shown of a place: two folds, one of totals and one of cells, brought into agreement.

The ledger keeps plain signed sums; a cell can go negative when people leave unobserved. Only here, when
a figure is shown, is it made sense of. Nothing shown is ever stored back into the ledger.
"""

from typing import NamedTuple

from app.counts.scheme import Scheme


class Composition(NamedTuple):
    """People of a place by cell, never negative; `shortfall` is by how many the books went below zero."""

    total: int
    cells: tuple[int, ...]
    shortfall: int


def compose(scheme: Scheme, *, cells: tuple[int, ...], total: int) -> Composition:
    """Cells of the composition fold fitted to the total of the headcount fold, of which what is below zero is not
    shown."""
    shown = max(0, total)
    values = list(cells) if min(cells) >= 0 else _without_negatives(scheme, list(cells))
    surplus = sum(values) - shown
    if surplus < 0:
        values[scheme.unknown] -= surplus
    elif surplus > 0:
        _take(values, scheme.unknown, surplus)
        _take_in_proportion(values, sum(values) - shown)
    return Composition(total=shown, cells=tuple(values), shortfall=shown - total)


def _without_negatives(scheme: Scheme, values: list[int]) -> list[int]:
    """Cover each negative cell from what is known least about: the same sex, the same age, nobody's, then all."""
    for position in range(scheme.size):
        if values[position] >= 0:
            continue
        missing, values[position] = -values[position], 0
        for source in scheme.cover_orders[position]:
            missing -= _take(values, source, missing)
        _take_in_proportion(values, missing)
    return values


def _take(values: list[int], position: int, wanted: int) -> int:
    """Take up to `wanted` from one cell and say how many were there."""
    taken = max(0, min(values[position], wanted))
    values[position] -= taken
    return taken


def _take_in_proportion(values: list[int], wanted: int) -> None:
    """Take from every positive cell in proportion (largest remainder, scheme order); all of it if too few."""
    available = sum(value for value in values if value > 0)
    wanted = min(wanted, available)
    if wanted <= 0:
        return
    shares = [(max(0, value) * wanted) // available for value in values]
    remainders = [(max(0, value) * wanted) % available for value in values]
    by_remainder = sorted(range(len(values)), key=lambda position: (-remainders[position], position))
    for position in by_remainder[: wanted - sum(shares)]:
        shares[position] += 1
    for position, share in enumerate(shares):
        values[position] -= share
