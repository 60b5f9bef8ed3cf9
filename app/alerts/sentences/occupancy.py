"""How full a shelter is."""

from collections.abc import Mapping
from typing import Any

from app.alerts.sentences.words import free_in_words, people_in_words, places_in_words, share_in_words
from app.core.text import mark, render

_OVER = mark("%(name)s is %(people)s over its places")
_OVER_AT_LEAST = mark("%(name)s is at least %(people)s over its places")
_NO_PLACES = mark("%(name)s has no places, and %(people)s are there")
_FULL = mark("%(name)s is full: %(people)s in %(places)s")
_LEFT = mark("%(name)s has %(places)s left (%(share)s)")
_BELOW = mark("%(name)s is below its places again: %(people)s in %(places)s")
_NO_PEOPLE = mark("%(name)s cannot be checked: it is not known how many people are there")
_NO_CAPACITY = mark("%(name)s cannot be checked: it is not known how many places it has")


def occupancy(level: str, numbers: Mapping[str, Any], name: str, language: str) -> str:
    people, places = numbers.get("people"), numbers.get("places")
    if people is None or places is None:
        return render(_NO_PEOPLE if people is None else _NO_CAPACITY, language, name=name)
    there = {"people": people_in_words(people, language), "places": places_in_words(places, language)}
    if level == "ok":
        return render(_BELOW, language, name=name, **there)
    if places == 0 and people > 0:
        return render(_NO_PLACES, language, name=name, people=there["people"])
    if people > places:
        over = people_in_words(people - places, language)
        is_least = numbers.get("basis") == "at_least"
        return render(_OVER_AT_LEAST if is_least else _OVER, language, name=name, people=over)
    if people == places:
        return render(_FULL, language, name=name, **there)
    left = free_in_words(places - people, language)
    return render(_LEFT, language, name=name, places=left, share=share_in_words(people, places, language))
