"""Catalogues: a translation names the same numbers as the sentence it translates, in all of its plural forms."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parents[2] / "app" / "translations"
CATALOGUES = sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))
PLURAL_FORMS = {"ar": 6, "fr": 2}


def named(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_translations_name_the_same_numbers(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    assert catalogue.num_plurals == PLURAL_FORMS[path.parts[-3]]
    for message in catalogue:
        if not message.id or not message.string:
            continue
        singular, *plurals = message.id if message.pluralizable else (message.id,)
        forms = message.string if message.pluralizable else (message.string,)
        allowed = named(singular).union(*map(named, plurals))
        for form in forms:
            assert named(form) <= allowed, (singular, form)
            assert "%" not in re.sub(r"%\(\w+\)s", "", form), (singular, form)
        if not message.pluralizable:
            assert named(forms[0]) == allowed, (singular, forms[0])
