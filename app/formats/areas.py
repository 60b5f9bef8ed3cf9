"""Administrative areas from a file: CSV as in seeds/reference, or a COD-AB layer as GeoJSON. Pure."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

LANGUAGES = ("en", "ar", "fr")
DEEPEST = 4


class AreasUnreadable(ValueError):
    """The file cannot be read as areas; the message says where and what was expected."""


@dataclass(frozen=True)
class AreaLine:
    """One area as a file gives it. `parent` None for a country."""

    code: str
    level: int
    parent: str | None
    name: dict[str, str]
    lat: float | None
    lon: float | None


def read(content: str) -> list[AreaLine]:
    """Areas of a file, whichever of the two formats it is in. AreasUnreadable when it is neither."""
    if content.lstrip().startswith("{"):
        return list(_from_geojson(content))
    return list(_from_csv(content))


def _from_csv(content: str) -> Iterator[AreaLine]:
    """Columns code, level, parent, name_en, name_ar, name_fr, lat, lon; empty means not known."""
    reader = csv.DictReader(StringIO(content.removeprefix("\ufeff")))
    missing = {"code", "level", "parent", "name_en"} - set(reader.fieldnames or ())
    if missing:
        raise AreasUnreadable(f"The first line lacks the columns {', '.join(sorted(missing))}.")
    for number, row in enumerate(reader, start=2):
        try:
            yield AreaLine(
                code=row["code"],
                level=int(row["level"]),
                parent=row["parent"] or None,
                name={language: row[f"name_{language}"] for language in LANGUAGES if row.get(f"name_{language}")},
                lat=float(row["lat"]) if row.get("lat") else None,
                lon=float(row["lon"]) if row.get("lon") else None,
            )
        except (ValueError, TypeError) as error:
            raise AreasUnreadable(f"Line {number} cannot be read: {error}.") from error


def _from_geojson(content: str) -> Iterator[AreaLine]:
    """A COD-AB layer: properties ADMn_PCODE and ADMn_EN, _AR, _FR of every level down to the layer's own."""
    try:
        features = json.loads(content)["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise AreasUnreadable("This is not a GeoJSON FeatureCollection.") from error
    seen: set[str] = set()
    for feature in features:
        properties = {str(key).upper(): value for key, value in (feature.get("properties") or {}).items()}
        parent: str | None = None
        for level in range(DEEPEST + 1):
            code = properties.get(f"ADM{level}_PCODE")
            if not code:
                break
            if code not in seen:
                seen.add(code)
                yield AreaLine(code, level, parent, _names(properties, level, code), None, None)
            parent = code
    if not seen:
        raise AreasUnreadable("No feature has a property ADM0_PCODE; is this a COD-AB file?")


def _names(properties: dict[str, Any], level: int, code: str) -> dict[str, str]:
    names = {
        language: str(properties[key])
        for language in LANGUAGES
        if properties.get(key := f"ADM{level}_{language.upper()}")
    }
    return names or {"en": code}
