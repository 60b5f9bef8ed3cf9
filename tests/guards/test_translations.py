"""Every text people read stands in every language, and no catalogue keeps what nobody says any more."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.core.text import LANGUAGES
from app.field.views.words import SAID
from tests.guards.project import nothing

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "render_plural": (1, 2), **SAID}
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def said() -> set[str]:
    """Texts marked in the program, its pages and scripts; of two forms the first."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as cfg:
        methods, options = parse_mapping_cfg(cfg)
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def translations(language: str) -> dict[str, str | tuple[str, ...]]:
    path = ROOT / "app" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file, locale=language)
    return {m.id if isinstance(m.id, str) else m.id[0]: m.string for m in catalogue if m.id}


def unfinished(wanted: Iterable[str], there: Mapping[str, str | tuple[str, ...]], language: str) -> list[str]:
    """Texts without words in a language, and words for texts that are gone."""
    empty = [text for text in wanted if not all([there.get(text), *_forms(there.get(text, ""))])]
    gone = there.keys() - set(wanted)
    return [f"{language} lacks: {text}" for text in sorted(empty)] + [
        f"{language} keeps: {text}" for text in sorted(gone)
    ]


def _forms(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return words if isinstance(words, tuple) else (words,)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_stands_in_every_language(language: str) -> None:
    nothing(unfinished(said(), translations(language), language))


def test_it_finds_a_planted_text() -> None:
    there = {"Save": "Enregistrer", "%(n)s person": ("une", ""), "Old": "Vieux"}
    assert unfinished({"Save", "New", "%(n)s person"}, there, "fr") == [
        "fr lacks: %(n)s person",
        "fr lacks: New",
        "fr keeps: Old",
    ]
