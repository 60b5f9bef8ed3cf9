"""What scripts say is found where they say it, and given to them in each form a language has."""

from pathlib import Path

import pytest

from app.core.text import LANGUAGES, catalogue, locale_of
from app.field.views.words import scripts_say, translated

MANY = ("%(n)s report", "%(n)s reports")

SCRIPT = r"""import { say, sayMany } from "./words.js";
const dashes = /["'`\u2010-\u2015]/g; // say("nothing")
export const told = (n) => [say("Choose the day."), sayMany("%(n)s report", "%(n)s reports", n)];
export const more = say("More than %(largest)s. "
  + "Check the digits.", { largest: 7 });
"""


def test_texts_are_found_in_every_folder(tmp_path: Path) -> None:
    (tmp_path / "field").mkdir()
    (tmp_path / "field" / "told.js").write_text(SCRIPT, encoding="utf-8")
    assert scripts_say(str(tmp_path)) == {"Choose the day.", MANY, "More than %(largest)s. Check the digits."}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_form_is_that_of_its_category(language: str) -> None:
    known = catalogue(language)
    singular, plural = "%(n)s alert", "%(n)s alerts"
    forms = translated(frozenset({(singular, plural)}), language)[singular]
    for count in range(1_100):
        assert forms[locale_of(language).plural_form(count)] == known.ungettext(singular, plural, count)
