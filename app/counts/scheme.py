"""The scheme of sex and age an operation counts by: data of the operation, not code.

The default is UNHCR's: female, male, unknown × 0-4, 5-11, 12-17, 18-59, 60+, unknown = 18 cells.
"""

from dataclasses import dataclass
from functools import cached_property

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Scheme:
    """Sexes and ages in the order they are shown and stored; both end with `unknown`."""

    sexes: tuple[str, ...]
    ages: tuple[str, ...]

    def __post_init__(self) -> None:
        if UNKNOWN not in self.sexes or UNKNOWN not in self.ages:
            raise ValueError("a scheme needs the sex and the age `unknown`: not everyone is observed")

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of the cells, `sex:age`, in storage order (sex by sex)."""
        return tuple(f"{sex}:{age}" for sex in self.sexes for age in self.ages)

    @cached_property
    def positions(self) -> dict[str, int]:
        return {key: position for position, key in enumerate(self.keys)}

    @cached_property
    def size(self) -> int:
        return len(self.keys)

    @cached_property
    def unknown(self) -> int:
        """Position of `unknown:unknown`, where everything unobserved goes."""
        return self.positions[f"{UNKNOWN}:{UNKNOWN}"]

    @cached_property
    def cover_orders(self) -> tuple[tuple[int, ...], ...]:
        """Of each cell the positions a shortage in it is covered from, nearest knowledge first."""
        return tuple(self._cover_order(position) for position in range(self.size))

    def _cover_order(self, position: int) -> tuple[int, ...]:
        sex, age = self.keys[position].split(":", 1)
        wanted = (f"{sex}:{UNKNOWN}", f"{UNKNOWN}:{age}", f"{UNKNOWN}:{UNKNOWN}")
        return tuple(dict.fromkeys(self.positions[key] for key in wanted if self.positions[key] != position))

    def vector(self, cells: dict[str, int]) -> tuple[int, ...]:
        """Counts by key as a vector; keys left out are 0. KeyError for a key the scheme does not have."""
        values = [0] * self.size
        for key, count in cells.items():
            values[self.positions[key]] = count
        return tuple(values)

    def named(self, values: tuple[int, ...]) -> dict[str, int]:
        """A vector as counts by key, zeros left out."""
        return {key: value for key, value in zip(self.keys, values, strict=True) if value}


UNHCR = Scheme(
    sexes=("female", "male", UNKNOWN),
    ages=("0-4", "5-11", "12-17", "18-59", "60+", UNKNOWN),
)
