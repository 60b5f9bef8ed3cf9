"""What a rule says, as one sentence in the reader's language: for pages, the API and mails alike. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.alerts.sentences.gaps import STANDARDS, gap, limit_in_words, standard_in_words
from app.alerts.sentences.occupancy import occupancy
from app.alerts.sentences.present import said_of, words_of
from app.alerts.sentences.words import (
    free_in_words,
    isolated,
    people_in_words,
    places_in_words,
    share_in_words,
)
from app.core import text
from app.core.text import mark, render

__all__ = [
    "free_in_words",
    "isolated",
    "limit_in_words",
    "people_in_words",
    "places_in_words",
    "sentence",
    "share_in_words",
    "standard_in_words",
]

_WITHDRAWN = mark("%(name)s: what this alert rested on has changed, so it is withdrawn")
_CORRECTED = mark("%(name)s: this alert is withdrawn, for the figure was corrected from %(was)s to %(people)s")
_UNKNOWN_SINCE = mark("%(name)s cannot be checked since %(moment)s")


def sentence(
    rule: str,
    level: str,
    numbers: Mapping[str, Any],
    name: str,
    language: str,
    *,
    unknown_since: datetime | None = None,
    zone: ZoneInfo | None = None,
) -> str:
    """What `rule` says of the place called `name`, with the numbers behind it (and {"basis"}, of occupancy).

    `level` is a severity, "ok" for an end, or "withdrawn". `unknown_since` (told in `zone`) goes before all else.
    """
    called = isolated(name, language)
    if unknown_since is not None:
        return render(_UNKNOWN_SINCE, language, name=called, moment=text.moment(unknown_since, language, zone))
    if level == "withdrawn":
        return _withdrawn(rule, numbers, called, language)
    if rule == "occupancy":
        return occupancy(level, numbers, called, language)
    if rule in STANDARDS:
        return gap(rule, level, numbers, called, language)
    return render(said_of(rule, level, numbers), language, name=called, **words_of(numbers, language, zone))


def _withdrawn(rule: str, numbers: Mapping[str, Any], name: str, language: str) -> str:
    was, people = numbers.get("was"), numbers.get("people")
    if rule != "occupancy" or was is None or people is None or was == people:
        return render(_WITHDRAWN, language, name=name)
    words = {"was": people_in_words(was, language), "people": people_in_words(people, language)}
    return render(_CORRECTED, language, name=name, **words)
