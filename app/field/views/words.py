"""What the scripts of the field say, in the language of whoever asks: they are offline later."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from flask import Response, current_app, json

from app.core.forms import language
from app.core.http import requires
from app.core.text import catalogue, locale_of
from app.field.views.desk import pages

SAID = {"say": None, "sayMany": (1, 2)}
"""How scripts mark their texts (static/field/words.js)."""

COUNTED_UPTO = 1_000  # every form of our languages is that of a smaller count


@pages.get("/words")
@requires("report")
def words() -> Response:
    """The texts of the scripts, by their English; of those that depend on a count the forms by their CLDR category."""
    spoken = language()
    said = {} if spoken == "en" else translated(scripts_say(str(current_app.static_folder)), spoken)
    return Response(json.dumps({"language": spoken, "words": said}), content_type="application/json")


@lru_cache(maxsize=1)
def scripts_say(folder: str) -> frozenset[str | tuple[str, str]]:
    """What the scripts in a folder say; of texts that depend on a count both English forms. Read once."""
    found: set[str | tuple[str, str]] = set()
    for path in Path(folder).rglob("*.js"):
        with path.open("rb") as script:
            for _line, message, *_more in extract("javascript", script, keywords=SAID, options={"encoding": "utf-8"}):
                found.add((message[0], message[1]) if isinstance(message, tuple) else message)
    return frozenset(found)


def translated(messages: frozenset[str | tuple[str, str]], spoken: str) -> dict[str, Any]:
    known = catalogue(spoken)
    return {
        **{one: known.ugettext(one) for one in messages if isinstance(one, str)},
        **{one[0]: _forms(*one, spoken) for one in messages if isinstance(one, tuple)},
    }


def _forms(singular: str, plural: str, spoken: str) -> dict[str, str]:
    """Catalogues order their forms by a rule of their own, browsers name theirs: each by the smallest count it has."""
    form_of = locale_of(spoken).plural_form
    smallest = {form_of(count): count for count in range(COUNTED_UPTO, -1, -1)}
    return {form: catalogue(spoken).ungettext(singular, plural, count) for form, count in smallest.items()}
