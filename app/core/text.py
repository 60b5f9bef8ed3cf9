"""Texts in the reader's language, in and outside of a request.

A message is its English sentence, marked with `mark` where it is written and rendered here with its
numbers. Catalogues lie in app/translations; a language without one falls back to English.
"""

import re
from datetime import datetime, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

from app.core import clock

LANGUAGES = ("en", "ar", "fr")
RIGHT_TO_LEFT = frozenset({"ar"})
LONGEST_NAME = 200  # typed; to compose or decompose a long text takes as long as its length squared
_LOCALES = {"en": "en_GB", "ar": "ar_SY", "fr": "fr_FR"}
_DIGITS = {"ar": {ord("0") + value: chr(0x0660 + value) for value in range(10)}}
_LOOSE = re.compile(r" (?=[:;?!»])|(?<=«) ")
_FOLDER = Path(__file__).parent.parent / "translations"


def mark(message: str) -> str:
    """Marks a sentence for translation where it is written; gives it back unchanged."""
    return message


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The texts of one language. In French a colon or semicolon has a space before it, where no line may end: the next
    would begin with it. Who translates types a space like any other."""
    found = Translations.load(str(_FOLDER), [language])
    return _French(found) if language == "fr" else found


class _French(NullTranslations):
    """French texts with what belongs together kept on one line."""

    def __init__(self, texts: NullTranslations) -> None:
        super().__init__()
        self._texts = texts

    def ugettext(self, message: str) -> str:
        return _LOOSE.sub("\u00a0", self._texts.ugettext(message))

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        return _LOOSE.sub("\u00a0", self._texts.ungettext(singular, plural, num))


@lru_cache(maxsize=len(LANGUAGES))
def locale_of(language: str) -> Locale:
    """How numbers and dates are written in a language (Arabic as in Syria, with its own digits)."""
    return Locale.parse(_LOCALES.get(language, "en_GB"))


def render(message: str, language: str, **numbers: Any) -> str:
    """A marked message in one language; whole numbers are written as that language writes them."""
    return _fill(catalogue(language).ugettext(message), language, numbers)


def render_plural(singular: str, plural: str, count: int, language: str, **numbers: Any) -> str:
    """A marked message that depends on a count, available to it as %(count)s."""
    chosen = catalogue(language).ungettext(singular, plural, count)
    return _fill(chosen, language, {"count": count, **numbers})


def name_in(names: dict[str, str], language: str) -> str:
    """The name of a place in the reader's language, else in English, else in whichever there is."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def digits(words: str, language: str) -> str:
    """A text with its digits as a language writes them: Babel does the separators and leaves the digits."""
    return words.translate(_DIGITS.get(language, {}))


def number(value: float, language: str) -> str:
    """A number with the digits and separators of a language."""
    return digits(format_decimal(value, locale=locale_of(language), numbering_system="default"), language)


def percent(share: float, language: str) -> str:
    """A share as whole per cent; below 1 rounded down, so that 100 % is only ever written for full."""
    whole = int(share * 100 + 1e-9) if share < 1 else round(share * 100)
    said = format_percent(whole / 100, locale=locale_of(language), numbering_system="default")
    return digits(said.replace("%", "٪") if language == "ar" else said, language)


def moment(value: datetime, language: str, zone: tzinfo | None, pattern: str = "d MMMM y, HH:mm") -> str:
    """An instant as people in a zone read it."""
    said = format_datetime(value, pattern, tzinfo=zone, locale=locale_of(language))
    return digits(said.replace(",", "،") if language == "ar" else said, language)


def dated(value: datetime, language: str, zone: ZoneInfo | None) -> str:
    """An instant in the books: where a day was given, no hour is made up."""
    is_a_day = zone is not None and clock.is_of_a_day(value, zone)
    return moment(value, language, zone, "d MMMM y" if is_a_day else "d MMMM y, HH:mm")


def _fill(sentence: str, language: str, numbers: dict[str, Any]) -> str:
    if not numbers:
        return sentence
    shown = {
        name: number(value, language) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in numbers.items()
    }
    return sentence % shown
