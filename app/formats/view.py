"""What part of the earth a map shows, and where places lie on it. Pure.

Equirectangular around the middle of the view, which is true enough for one operation; east is on the right in every
language.
"""

from collections.abc import Sequence
from math import ceil, cos, radians
from typing import NamedTuple, Self

WIDTH, HEIGHT = 326, 391  # of the picture on the narrowest phone, in pixels
TARGET = 44  # what is touched is so large, in pixels
KM = 111.2  # in a degree of latitude
CLOSEST, WIDEST = 5, 20_000  # kilometres across; closer, positions to a kilometre would tell nothing
MOST_NORTH = 80.0
ROUNDED_TO = 2  # decimals of a degree that the middle of a view is given with
FIT = WIDTH / (WIDTH - TARGET)  # what lies in a frame can be touched within it

Box = tuple[float, float, float, float]  # west, south, east, north


class View(NamedTuple):
    """What a map shows: its middle, and how many kilometres it is wide."""

    lat: float
    lon: float
    km: int

    @classmethod
    def of(cls, box: Box, least: int = CLOSEST) -> Self:
        """The closest view of all that lies in a box."""
        west, south, east, north = box
        lat = round((south + north) / 2, ROUNDED_TO)
        rounding = KM * 10**-ROUNDED_TO
        across = (east - west) * KM * _narrowing(lat) + rounding
        down = ((north - south) * KM + rounding) * WIDTH / HEIGHT
        return cls._bounded(lat, (west + east) / 2, max(least, ceil(FIT * max(across, down))))

    @classmethod
    def read(cls, said: str) -> Self | None:
        """A view as it stands in an address; None where it is none."""
        try:
            lat, lon, km = (float(part) for part in said.split(","))
            return cls._bounded(lat, lon, km) if abs(lat) <= 90 and abs(lon) <= 180 and km > 0 else None
        except (ValueError, OverflowError):
            return None

    @classmethod
    def _bounded(cls, lat: float, lon: float, km: float) -> Self:
        return cls(round(lat, ROUNDED_TO), round(lon, ROUNDED_TO), round(min(WIDEST, max(CLOSEST, km))))

    def __str__(self) -> str:
        return f"{self.lat:.2f},{self.lon:.2f},{self.km}"

    @property
    def box(self) -> Box:
        return self._around(1, 1)

    @property
    def inner_box(self) -> Box:
        """In which whatever stands can be touched within the picture."""
        return self._around(1 - TARGET / WIDTH, 1 - TARGET / HEIGHT)

    def _around(self, across: float, down: float) -> Box:
        half_lon = across * self.km / 2 / KM / _narrowing(self.lat)
        half_lat = down * self.km / 2 / KM * HEIGHT / WIDTH
        return self.lon - half_lon, self.lat - half_lat, self.lon + half_lon, self.lat + half_lat

    def at(self, places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Where places (latitude, longitude) lie, in parts of the picture from its upper left corner."""
        west, south, east, north = self.box
        wide, high = east - west, north - south
        return [((lon - west) / wide, (north - lat) / high) for lat, lon in places]

    def closer(self) -> "View | None":
        return None if self.km <= CLOSEST else self._bounded(self.lat, self.lon, self.km / 2)

    def wider(self) -> "View | None":
        return None if self.km >= WIDEST else self._bounded(self.lat, self.lon, self.km * 2)


def _narrowing(lat: float) -> float:
    """How much shorter a degree of longitude is than one of latitude."""
    return cos(radians(min(MOST_NORTH, abs(lat))))
