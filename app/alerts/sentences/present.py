"""Who came, who was heard of, what a headcount found, who is there that should not be."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.alerts.sentences.words import children_in_words, people_in_words, share_in_words
from app.core import text
from app.core.text import mark

# Of each rule: what is so, and what its end says.
SAID = {
    "inflow": (
        mark("%(name)s took in %(people)s in one day, which is %(share)s of its places"),
        mark("%(name)s takes in fewer people again"),
    ),
    "silence": (
        mark("Nothing was heard of %(name)s since %(moment)s"),
        mark("%(name)s was heard of again"),
    ),
    "discrepancy": (
        mark("A count at %(name)s found %(people)s; by the reports before it there were %(books)s"),
        mark("The last count at %(name)s agrees with the reports before it"),
    ),
    "shortfall": (
        mark("By the reports, %(people)s more left %(name)s than were there"),
        mark("At %(name)s arrivals, departures and counts add up again"),
    ),
    "unaccompanied_children": (
        mark("%(children)s at %(name)s have nobody who looks after them"),
        mark("No children without somebody who looks after them are known at %(name)s"),
    ),
    "people_in_closed_shelter": (
        mark("%(name)s is closed, and %(people)s are there"),
        mark("%(name)s is no longer closed with people in it"),
    ),
    "admission": (
        mark("%(people)s are at %(name)s whom it does not take in"),
        mark("Nobody is known to be at %(name)s whom it does not take in"),
    ),
}
_CAME_NO_PLACES = mark("%(name)s took in %(people)s in one day and has no places")


def said_of(rule: str, level: str, numbers: Mapping[str, Any]) -> str:
    """The sentence of one of these rules, to be rendered with `words_of` and the name of the place."""
    stands, ends = SAID[rule]
    if level == "ok":
        return ends
    return _CAME_NO_PLACES if numbers.get("places") == 0 else stands


def words_of(numbers: Mapping[str, Any], language: str, zone: ZoneInfo | None) -> dict[str, str]:
    """The numbers behind a rule, as they stand in its sentence."""
    words: dict[str, str] = {}
    if "people" in numbers:
        words["people"] = people_in_words(numbers["people"], language)
        words["children"] = children_in_words(numbers["people"], language)
    if "books" in numbers:
        words["books"] = people_in_words(max(0, numbers["books"]), language)
    if numbers.get("places"):
        words["share"] = share_in_words(numbers["people"], numbers["places"], language)
    if "heard_at" in numbers:
        words["moment"] = text.dated(datetime.fromisoformat(numbers["heard_at"]), language, zone)
    return words
