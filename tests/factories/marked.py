"""Texts that show where they came from: those of the catalogue stand in brackets, what does not was never marked."""

import csv
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from babel import Locale
from babel.support import NullTranslations
from flask_babel import Domain

from app.core import text
from app.intake.cli import SEEDS

OPEN, CLOSE = "⟦", "⟧"
SAID = ("title", "aria-label", "alt", "placeholder", "label", "data-text")  # attributes people read or hear
UNSEEN = frozenset({"script", "style", "template", "symbol", "pattern"})
# Typed by somebody, or the same in every language.
DATA = frozenset({"bdi", "code", "q", "pre", "textarea"})
ENDONYMS = frozenset({"English", "العربية", "Français"})
MONTHS = "|".join(name for width in ("wide", "abbreviated") for name in Locale("en").months["format"][width].values())
SHAPES = re.compile(
    rf"(?:\d+ )?(?:{MONTHS}) \d+(?:, \d+:\d\d)?|\d+ (?:{MONTHS})\b|"  # moments, as Babel writes them
    r"\S+@\S+|https?://\S+"
    r"|\b[A-Z]{1,3}-?\d[\w-]*|\b[A-Z]{2,}(?:-[A-Z\d]+)+"  # codes of areas, groups, shelters
    r"|[0-9a-f]{8}-[0-9a-f-]{27}"  # names of requests
    r"|(?:in )?\d+ (?:second|minute|hour|day|week|month|year)s?(?: ago)?|yesterday|last (?:week|month|year)"  # CLDR's
    r"|\d+(?::\d\d)+|\d+(?:[.,]\d+)*"
)
UNMARKED = re.compile(r"[^\W\d_]{2,}|[:;,]")  # a word, or a sign that other languages write otherwise


class Marked(NullTranslations):
    """Every text as it stands, between brackets."""

    def ugettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        return f"{OPEN}{singular if num == 1 else plural}{CLOSE}"


def mark_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process say nothing but marked texts. To be called before anything is drawn."""
    marked = Marked()
    monkeypatch.setattr(text, "catalogue", lambda _language: marked)
    monkeypatch.setattr(Domain, "get_translations", lambda _domain: marked)


def unmarked(page: str) -> list[str]:
    """What stands on a page for people to read and is neither a text of the catalogue nor data."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found, depth = [], 0
    for piece in _pieces(tree):
        outside, depth = _outside(piece, depth)
        if UNMARKED.search(_without_data(outside)):
            found.append(f"“{' '.join(outside.split())}” in “{' '.join(piece.split())[:120]}”")
    assert depth == 0, "a text is cut in two"
    for element in tree.iter():
        for name in SAID:
            outside, _ = _outside(element.get(name, ""), 0)
            if UNMARKED.search(_without_data(outside)):
                found.append(f"{name}=“{outside}”")
    return found


def _pieces(element: Element) -> Iterator[str]:
    """Texts in the order in which they stand."""
    if element.tag not in UNSEEN | DATA and isinstance(element.tag, str) and element.get("translate") != "no":
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
            yield child.tail or ""


def _outside(piece: str, depth: int) -> tuple[str, int]:
    """What of a piece stands outside all brackets, and how many are open after it."""
    kept = []
    for sign in piece:
        depth += (sign == OPEN) - (sign == CLOSE)
        if depth == 0:
            kept.append(" " if sign == CLOSE else sign)
    return "".join(kept), depth


def _without_data(words: str) -> str:
    return SHAPES.sub(" ", _names().sub(" ", words)) if words.strip() and words.strip() not in ENDONYMS else ""


@cache
def _names() -> re.Pattern[str]:
    """Whatever the demonstration calls something."""
    found = set(_strings(json.loads((SEEDS / "syria-coast-2025" / "reports.json").read_text(encoding="utf-8"))))
    found |= set(_strings(json.loads((SEEDS / "syria-coast-2025" / "operation.json").read_text(encoding="utf-8"))))
    with (SEEDS / "reference" / "areas.csv").open(encoding="utf-8") as file:
        found |= {row[name] for row in csv.DictReader(file) for name in ("code", "name_en", "name_ar", "name_fr")}
    longest_first = sorted((one for one in found if len(one) > 1), key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(one)}(?!\w)" for one in longest_first))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(one)
