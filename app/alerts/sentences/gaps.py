"""Standards, as they are called, and whether they are met."""

from collections.abc import Mapping
from typing import Any

from app.alerts.rules import LEAST
from app.core import text
from app.core.text import mark, render

# What is measured.
STANDARDS = {
    "covered_area_m2": mark("Covered space for each person, m²"),
    "site_area_m2": mark("Ground for each person, m²"),
    "water_litres_per_day": mark("Litres of water for each person a day"),
    "taps": mark("People for each tap"),
    "toilets": mark("People for each toilet"),
    "toilets_accessible": mark("Toilets that a wheelchair can use, per cent"),
    "showers": mark("People for each shower"),
    "health_post": mark("People for each health post"),
    "camp_size": mark("People in a camp"),
}
_AT_LEAST, _AT_MOST = mark("%(number)s at least"), mark("%(number)s at most")
_MISSED = mark("%(standard)s at %(name)s: %(value)s (%(limit)s)")
_NONE = mark("none")
_MET = mark("%(standard)s at %(name)s: the standard is met again")


def standard_in_words(name: str, language: str) -> str:
    """What a standard measures."""
    return render(STANDARDS[name], language)


def limit_in_words(name: str, limit: float, language: str) -> str:
    """The most or the least a standard asks for."""
    return render(_AT_LEAST if name in LEAST else _AT_MOST, language, number=text.number(limit, language))


def gap(rule: str, level: str, numbers: Mapping[str, Any], name: str, language: str) -> str:
    standard = standard_in_words(rule, language)
    if level == "ok":
        return render(_MET, language, standard=standard, name=name)
    value = numbers["value"]
    there = render(_NONE, language) if value is None else text.number(round(value, 1), language)
    limit = limit_in_words(rule, numbers["limit"], language)
    return render(_MISSED, language, standard=standard, name=name, value=there, limit=limit)
