"""Homes against the areas where people are now, as a table that stays readable however many places there are. Pure.

Every number of people stands in exactly one cell: rows, columns and the whole always agree. Cells may be below zero,
as the books say them (a home that is not known, where counts found fewer people than the movements brought).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NOT_KNOWN = None  # where a home is not known
OTHERS = ""  # no area is called so

Key = str | None


@dataclass(frozen=True)
class Head:
    """A row or a column: the code of an area, `OTHERS` or `NOT_KNOWN`. `folded`: how many areas the others are."""

    key: Key
    people: int
    folded: int = 0


@dataclass(frozen=True)
class Matrix:
    """Homes as rows, the areas people are in as columns, the largest first; others and what is not known come last. A
    pair that is not in `cells` has nobody."""

    homes: Sequence[Head]
    places: Sequence[Head]
    cells: Mapping[tuple[Key, Key], int]
    whole: int

    def people(self, home: Key, place: Key) -> int | None:
        """None: nobody is known to have gone from there to there."""
        return self.cells.get((home, place))

    @property
    def below_zero(self) -> list[tuple[Key, Key, int]]:
        return [(home, place, people) for (home, place), people in self.cells.items() if people < 0]


def matrix_of(flows: Iterable[tuple[Key, str, int]], *, most_homes: int, most_places: int) -> Matrix:
    """From home, area and people. The areas beyond the largest so many are told together, as others."""
    cells: Counter[tuple[Key, Key]] = Counter()
    for home, area, people in flows:
        cells[home, area] += people
    homes, places = _sums(cells, 0), _sums(cells, 1)
    row_of = _folding(homes, most_homes)
    column_of = _folding(places, most_places)
    folded: Counter[tuple[Key, Key]] = Counter()
    for (home, place), people in cells.items():
        folded[row_of[home], column_of[place]] += people
    return Matrix(
        homes=_heads(_sums(folded, 0), row_of),
        places=_heads(_sums(folded, 1), column_of),
        cells={pair: people for pair, people in folded.items() if people},
        whole=sum(cells.values()),
    )


def _sums(cells: Mapping[tuple[Key, Key], int], side: int) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    for pair, people in cells.items():
        sums[pair[side]] += people
    return sums


def _folding(sums: Mapping[Key, int], most: int) -> dict[Key, Key]:
    """Which row or column each area stands in. One that would be the only other stands for itself."""
    known = sorted((key for key in sums if key is not NOT_KNOWN), key=lambda key: (-sums[key], str(key)))
    kept = set(known if len(known) <= most + 1 else known[:most])
    return {key: key if key is NOT_KNOWN or key in kept else OTHERS for key in sums}


def _heads(sums: Mapping[Key, int], folding: Mapping[Key, Key]) -> list[Head]:
    standing = Counter(folding.values())
    heads = [Head(key, people, standing[key] if key == OTHERS else 0) for key, people in sums.items()]
    return sorted(heads, key=lambda one: (one.key is NOT_KNOWN, one.key == OTHERS, -one.people, str(one.key)))
