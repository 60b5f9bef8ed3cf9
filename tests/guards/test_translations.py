"""Every text people read stands in every language, and no catalogue keeps what nobody says any more."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.core.text import LANGUAGES, catalogue
from app.field.views.words import SAID
from tests.guards.project import nothing

ROOT = Path(__file__).parents[2]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "render_plural": (1, 2), **SAID}
TRANSLATED = [language for language in LANGUAGES if language != "en"]
PLURALS = {"ar": 6, "fr": 2}
# Of the forms, those that speak of one count alone, which the words may say without a number: none, one and two.
OF_ONE_COUNT = {"ar": {0, 1, 2}, "fr": set[int]()}
HOLE = re.compile(r"%\((\w+)\)s")
SAME = {
    "ar": set[str](),
    "fr": {
        *("Cause", "Code", "Contact", "Distance", "E-mail", "Latitude", "Longitude", "Mawa", "Menu", "Nutrition"),
        *("P-code", "Pages", "Places", "Position", "Protection", "Sexes", "Situation", "Source", "Total", "district"),
        *("%(n)s place", "%(number)s km"),
    },
}


def said() -> set[str]:
    """Texts marked in the program, its pages and scripts; of two forms the first."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as cfg:
        methods, options = parse_mapping_cfg(cfg)
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def read(language: str) -> Catalog:
    path = ROOT / "app" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file, locale=language)
    return catalogue


def translations(language: str) -> dict[str, str | tuple[str, ...]]:
    return {_forms(m.id)[0]: m.string for m in read(language) if m.id}


def unfinished(wanted: Iterable[str], there: Mapping[str, str | tuple[str, ...]], language: str) -> list[str]:
    """Texts without words in a language, and words for texts that are gone."""
    empty = [text for text in wanted if not all([there.get(text), *_forms(there.get(text, ""))])]
    gone = there.keys() - set(wanted)
    return [f"{language} lacks: {text}" for text in sorted(empty)] + [
        f"{language} keeps: {text}" for text in sorted(gone)
    ]


def doubtful(message: Message, language: str) -> list[str]:
    """What is wrong with the words of one text: guessed, English, or without the places for numbers and names."""
    english, forms, found = _forms(message.id), _forms(message.string), []
    if message.fuzzy:
        found.append("was guessed and not looked at")
    if english[0] == forms[0] and any(map(str.isalpha, HOLE.sub("", english[0]))) and english[0] not in SAME[language]:
        found.append("stands in English")
    if isinstance(message.id, tuple) and len(forms) != PLURALS[language]:
        found.append(f"has {len(forms)} forms for counts")
    holes = set(HOLE.findall(english[-1]))
    for number, form in enumerate(forms):
        spared = {"n", "count"} if len(forms) > 1 and number in OF_ONE_COUNT[language] else set()
        spared |= (
            holes - set(HOLE.findall(english[0])) if number == 0 else set()
        )  # "One thing": English does not either
        there = set(HOLE.findall(form))
        if there - holes or holes - there - spared or "%" in HOLE.sub("", form).replace("%%", ""):
            found.append(f"does not keep its places for values: {form}")
    return [f"{language}: {english[0]} … {what}" for what in found]


def leftovers(catalogue: Iterable[Message], language: str) -> list[str]:
    """English sentences within the words of a language."""
    messages = [m for m in catalogue if m.id]
    sentences = [one for m in messages for one in _forms(m.id) if one.count(" ") > 2 and any(map(str.isalpha, one))]
    return [
        f"{language}: {_forms(m.id)[0]} … keeps: {sentence}"
        for m in messages
        for sentence in sentences
        if any(sentence in form for form in _forms(m.string))
    ]


def _forms(words: str | tuple[str, ...]) -> tuple[str, ...]:
    return words if isinstance(words, tuple) else (words,)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_stands_in_every_language(language: str) -> None:
    nothing(unfinished(said(), translations(language), language))


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_guessed_in_english_or_without_its_numbers(language: str) -> None:
    catalogue = read(language)
    assert (catalogue.num_plurals, catalogue.fuzzy) == (PLURALS[language], False)
    nothing([wrong for message in catalogue if message.id for wrong in doubtful(message, language)])
    nothing(leftovers(catalogue, language))


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_may_be_as_in_english_is_so(language: str) -> None:
    there = translations(language)
    nothing([f"{language}: {text}" for text in SAME[language] if _forms(there.get(text, ""))[0] != text])


def test_no_line_begins_with_a_colon_in_french() -> None:
    assert catalogue("fr").ugettext(":") == "\u00a0:"
    assert (
        catalogue("fr").ugettext("What changed at %(shelter)s?") == "Qu’est-ce qui a changé\u00a0: %(shelter)s\u00a0?"
    )
    assert catalogue("en").ugettext(":") == ":"


@pytest.mark.parametrize(
    ("message", "language", "wrong"),
    [
        (Message("Save", "Save"), "fr", "in English"),
        (Message("Save", "Sauver", flags=["fuzzy"]), "fr", "guessed"),
        (Message("At %(place)s", "À %(lieu)s"), "fr", "places for values"),
        (Message("At %(place)s", "À 5 % de %(place)s"), "fr", "places for values"),
        (Message(("%(n)s bed", "%(n)s beds"), ("%(n)s lit",)), "fr", "1 forms"),
        (Message(("%(n)s bed", "%(n)s beds"), ("un lit", "%(n)s lits")), "fr", "places for values"),
        (Message(("%(n)s bed", "%(n)s beds"), ("لا", "سرير", "سريران", "أسرّة", "%(n)s", "%(n)s")), "ar", "أسرّة"),
    ],
)
def test_it_finds_planted_words(message: Message, language: str, wrong: str) -> None:
    (found,) = doubtful(message, language)
    assert wrong in found


def test_it_finds_a_planted_sentence() -> None:
    joined = [Message("It is full now.", "C’est plein.Look at it again."), Message("Look at it again.", "Regardez.")]
    assert leftovers(joined, "fr") == ["fr: It is full now. … keeps: Look at it again."]


def test_it_finds_a_planted_text() -> None:
    there = {"Save": "Enregistrer", "%(n)s person": ("une", ""), "Old": "Vieux"}
    assert unfinished({"Save", "New", "%(n)s person"}, there, "fr") == [
        "fr lacks: %(n)s person",
        "fr lacks: New",
        "fr keeps: Old",
    ]
