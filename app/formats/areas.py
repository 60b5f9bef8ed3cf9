"""Administrative areas from a file: CSV, or a COD-AB layer as GeoJSON, or their outlines alone. Pure."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any

from app.formats.outlines import OutlineUnreadable, Ring, rings_of, simplified

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


@dataclass(frozen=True)
class Layer:
    """What a file holds: areas, and outlines by the code of their area. The outline of ground that is no area has a
    name there instead of a code."""

    areas: list[AreaLine]
    outlines: dict[str, list[Ring]]


def read(content: str) -> Layer:
    """Areas and outlines of a file, whichever of the formats it is in. AreasUnreadable when it is none of them."""
    if content.lstrip("\ufeff \n\r\t").startswith("{"):
        return _from_geojson(content)
    return Layer(list(_from_csv(content)), {})


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


def _from_geojson(content: str) -> Layer:
    """A COD-AB layer: properties ADMn_PCODE and ADMn_EN, _AR, _FR of every level down to the layer's own, whose outline
    the feature is. Or outlines alone, as in seeds/reference: a property `code`."""
    try:
        features = [
            (_said(one.get("properties")), one.get("geometry"))
            for one in json.loads(content.lstrip("\ufeff"))["features"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AreasUnreadable("This is not a GeoJSON FeatureCollection.") from error
    areas: dict[str, AreaLine] = {}
    parts: dict[str, list[Ring]] = {}
    for properties, geometry in features:
        lines = list(_down_to(properties))
        for line in lines:
            areas.setdefault(line.code, line)
        shape = lines[-1].code if lines else _shape(properties)
        if shape and geometry:
            parts.setdefault(shape, []).extend(_rings(shape, geometry))
    if not areas and not any(properties.get("CODE") for properties, _ in features):
        raise AreasUnreadable("No feature has a property ADM0_PCODE (a COD-AB file) or code (outlines of areas).")
    return Layer(list(areas.values()), {shape: simplified(rings) for shape, rings in parts.items()})


def _said(properties: Mapping[str, Any] | None) -> dict[str, Any]:
    return {str(key).upper(): value for key, value in (properties or {}).items()}


def _down_to(properties: dict[str, Any]) -> Iterator[AreaLine]:
    """The area of a feature, after all those it lies in."""
    parent: str | None = None
    for level in range(DEEPEST + 1):
        code = properties.get(f"ADM{level}_PCODE")
        if not code:
            break
        yield AreaLine(code, level, parent, _names(properties, level, code), None, None)
        parent = code


def _shape(properties: dict[str, Any]) -> str:
    """The code of an outline that stands alone; of ground that is no area, where it lies and its name."""
    name = " ".join(str(properties[key]) for key in ("COUNTRY", "NAME_EN") if properties.get(key))
    return str(properties.get("CODE") or name)


def _rings(shape: str, geometry: Any) -> list[Ring]:
    try:
        return rings_of(geometry)
    except (OutlineUnreadable, AttributeError) as error:
        raise AreasUnreadable(f"The outline of {shape} cannot be read: {error}.") from error


def _names(properties: dict[str, Any], level: int, code: str) -> dict[str, str]:
    names = {
        language: str(properties[key])
        for language in LANGUAGES
        if properties.get(key := f"ADM{level}_{language.upper()}")
    }
    return names or {"en": code}
