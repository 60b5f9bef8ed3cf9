"""Numbers and names as they stand in sentences. Pure."""

from unicodedata import bidirectional

from app.core import text
from app.core.text import RIGHT_TO_LEFT, render_plural

_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


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


def children_in_words(count: int, language: str) -> str:
    """So many children."""
    return render_plural("%(n)s child", "%(n)s children", count, language, n=text.number(count, language))
