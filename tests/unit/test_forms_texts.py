"""Catalogues: a translation names the same numbers as the sentence it translates, in all of its plural forms."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from flask import Flask, render_template_string, request
from flask_babel import Babel

from app.core import templating

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


def test_numbers_in_templates_are_written_for_each_reader_anew() -> None:
    application = Flask(__name__)
    Babel(application, locale_selector=lambda: request.args["lang"])
    templating.register(application)
    for language, written in (("en", "1,234 85%"), ("ar", "١٬٢٣٤ ٨٥٪"), ("en", "1,234 85%")):
        with application.test_request_context(f"/?lang={language}"):
            assert render_template_string("{{ 1234|number }} {{ 0.85|percent }}") == written


@pytest.mark.parametrize(("share", "written"), [(0.999, "99%"), (0.8499, "84%"), (1.0, "100%"), (1.239, "124%")])
def test_full_is_only_said_of_what_is_full(share: float, written: str) -> None:
    application = Flask(__name__)
    Babel(application, locale_selector=lambda: "en")
    with application.test_request_context():
        assert templating.percent(share) == written


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2024, 3, 16, 22, tzinfo=UTC), "17 Mar 2024"),
        (datetime(2024, 3, 17, 21, 59, 59, 999_999, tzinfo=UTC), "17 Mar 2024"),
        (datetime(2024, 3, 16, 22, 1, tzinfo=UTC), "17 Mar 2024, 00:01"),
    ],
)
def test_no_hour_is_made_up_for_what_was_given_as_a_day(at: datetime, written: str) -> None:
    application = Flask(__name__)
    Babel(application, locale_selector=lambda: "en")
    with application.test_request_context():
        templating.use_zone(ZoneInfo("Asia/Beirut"))
        assert templating.as_dated(at) == written
