"""Standards, as they are called, and whether they are met."""

from collections.abc import Mapping
from typing import Any

from app.core import text
from app.core.text import mark, render

# What is measured, and whether the limit is the least or the most.
STANDARDS = {
    "covered_area_m2": (mark("Covered space for each person, m²"), "least"),
    "site_area_m2": (mark("Ground for each person, m²"), "least"),
    "water_litres_per_day": (mark("Litres of water for each person a day"), "least"),
    "taps": (mark("People for each tap"), "most"),
    "toilets": (mark("People for each toilet"), "most"),
    "toilets_accessible": (mark("Toilets that a wheelchair can use, per cent"), "least"),
    "showers": (mark("People for each shower"), "most"),
    "health_post": (mark("People for each health post"), "most"),
    "camp_size": (mark("People in a camp"), "most"),
}
_LIMITS = {"least": mark("%(number)s at least"), "most": mark("%(number)s at most")}
_MISSED = mark("%(standard)s at %(name)s: %(value)s (%(limit)s)")
_NONE = mark("none")
_MET = mark("%(standard)s at %(name)s: the standard is met again")


def standard_in_words(name: str, language: str) -> str:
    """What a standard measures."""
    return render(STANDARDS[name][0], language)


def limit_in_words(name: str, limit: float, language: str) -> str:
    """The most or the least a standard asks for."""
    return render(_LIMITS[STANDARDS[name][1]], language, number=text.number(limit, language))


def gap(rule: str, level: str, numbers: Mapping[str, Any], name: str, language: str) -> str:
    standard = standard_in_words(rule, language)
    if level == "ok":
        return render(_MET, language, standard=standard, name=name)
    value = numbers["value"]
    there = render(_NONE, language) if value is None else text.number(round(value, 1), language)
    limit = limit_in_words(rule, numbers["limit"], language)
    return render(_MISSED, language, standard=standard, name=name, value=there, limit=limit)
