"""The sixty pairs as the scorer is asked about them."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from app.counts.people import People
from app.counts.scheme import UNHCR, Scheme
from app.duplicates.policy import End, Position, Told

FOLDER = Path(__file__).parent
ZONE = ZoneInfo("Asia/Damascus")
SCHEME = Scheme(UNHCR.sexes, UNHCR.ages)


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def path_of(code: str) -> tuple[str, ...]:
    """The codes of an area of Syria from the country down: two figures more at each level."""
    return tuple(code[:length] for length in range(2, len(code) + 1, 2))


def pairs() -> Iterator[tuple[str, bool, Told, Told]]:
    """Each pair by its number, and whether it is of the same people."""
    places = {place["code"]: _end(place) for place in read("places.csv")}
    for pair in read("pairs.csv"):
        one, other = (_told(pair, side, places) for side in "ab")
        yield pair["case"], pair["verdict"] == "same", one, other


def _end(place: dict[str, str]) -> End:
    position = Position(float(place["lat"]), float(place["lon"])) if place["lat"] else None
    return End(_id(place["code"]), tuple(place["names"].split("|")), path_of(place["area"]), position)


def _told(pair: dict[str, str], side: str, places: dict[str, End]) -> Told:
    said = {key[2:]: value for key, value in pair.items() if key.startswith(f"{side}_")}
    at = datetime.fromisoformat(said["at"]).replace(tzinfo=ZONE)
    cells = dict(cell.split("=") for cell in said["cells"].split())
    numbers: dict[str, Any] = {key: int(said[column]) for key, column in NUMBERS.items() if said[column]}
    if cells:
        numbers["cells"] = {cell: int(count) for cell, count in cells.items()}
    is_code = said["origin"].startswith("SY")
    return Told(
        came_at=at,
        left_at=at,
        people=People.of(SCHEME, **numbers),
        to=places.get(said["to"]),
        from_=places.get(said["from"]),
        is_day_dated="T" not in said["at"],
        group=_id(said["group"]) if said["group"] else None,
        label=said["label"] or None,
        home=path_of(said["origin"]) if is_code else (),
        home_names=() if not said["origin"] else HOMES.get(said["origin"], (said["origin"],)),
        by=(said["by"],),
    )


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


NUMBERS = {"total": "people", "households": "households"}
# As the reference areas call them.
HOMES = {"SY0600": ("Lattakia", "اللاذقية"), "SY0602": ("Jablah", "جبلة"), "SY1002": ("Banyas", "بانياس")}
