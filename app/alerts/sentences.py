"""What a rule says, as one sentence in the reader's language: for pages, the API and mails alike. Pure."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from unicodedata import bidirectional

from app.core import text
from app.core.text import RIGHT_TO_LEFT, mark, render, render_plural

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"

_OVER = mark("%(name)s is %(people)s over its places")
_OVER_AT_LEAST = mark("%(name)s is at least %(people)s over its places")
_NO_PLACES = mark("%(name)s has no places, and %(people)s are there")
_FULL = mark("%(name)s is full: %(people)s in %(places)s")
_LEFT = mark("%(name)s has %(places)s left (%(share)s)")
_BELOW = mark("%(name)s is below its places again: %(people)s in %(places)s")
_WITHDRAWN = mark("%(name)s: what this alert rested on was corrected, so it is withdrawn")
_NO_PEOPLE = mark("%(name)s cannot be checked: it is not known how many people are there")
_NO_CAPACITY = mark("%(name)s cannot be checked: it is not known how many places it has")
_UNKNOWN_SINCE = mark("%(name)s cannot be checked since %(moment)s")


def sentence(
    rule: str,
    level: str,
    numbers: Mapping[str, Any],
    name: str,
    language: str,
    *,
    unknown_since: datetime | None = None,
    zone: tzinfo | None = None,
) -> str:
    """What `rule` says of the place called `name`, with the numbers {"people", "places", "basis"?} behind it.

    `level` is a severity, or "ok" for an end; an end without numbers is a withdrawal. `unknown_since` (told in `zone`)
    goes before everything else.
    Occupancy is the one rule so far, so `rule` chooses nothing yet.
    """
    called = isolated(name, language)
    if unknown_since is not None:
        return render(_UNKNOWN_SINCE, language, name=called, moment=text.moment(unknown_since, language, zone))
    people, places = numbers.get("people"), numbers.get("places")
    if people is None and level == "ok":
        return render(_WITHDRAWN, language, name=called)
    if people is None or places is None:
        return render(_NO_PEOPLE if people is None else _NO_CAPACITY, language, name=called)
    return _occupancy(level, people, places, called, language, is_least=numbers.get("basis") == "at_least")


def people_in_words(count: int, language: str) -> str:
    """So many people."""
    return render_plural("%(n)s person", "%(n)s people", count, language, n=text.number(count, language))


def places_in_words(count: int, language: str) -> str:
    """So many places."""
    return render_plural("%(n)s place", "%(n)s places", count, language, n=text.number(count, language))


def free_in_words(count: int, language: str) -> str:
    """So many free places."""
    return render_plural("%(n)s free place", "%(n)s free places", count, language, n=text.number(count, language))


def share_in_words(people: int, places: int, language: str) -> str:
    """Per cent of the places; below full rounded down, so that 100 % is only ever written for full."""
    return text.percent(people / places, language)


def isolated(name: str, language: str) -> str:
    """A name as it may stand in a sentence that runs the other way, so that neither turns the other around."""
    runs = next((kind for kind in map(bidirectional, name) if kind in ("L", "R", "AL")), None)
    same = runs is None or (runs != "L") == (language in RIGHT_TO_LEFT)
    return name if same else f"{_ISOLATE}{name}{_END_ISOLATE}"


def _occupancy(level: str, people: int, places: int, name: str, language: str, *, is_least: bool) -> str:
    if level == "ok":
        there = {"people": people_in_words(people, language), "places": places_in_words(places, language)}
        return render(_BELOW, language, name=name, **there)
    if places == 0 and people > 0:
        return render(_NO_PLACES, language, name=name, people=people_in_words(people, language))
    if people > places:
        over = people_in_words(people - places, language)
        return render(_OVER_AT_LEAST if is_least else _OVER, language, name=name, people=over)
    if people == places:
        there = {"people": people_in_words(people, language), "places": places_in_words(places, language)}
        return render(_FULL, language, name=name, **there)
    left = free_in_words(places - people, language)
    return render(_LEFT, language, name=name, places=left, share=share_in_words(people, places, language))
