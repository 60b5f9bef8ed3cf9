"""Templates outside of a request, and the words of the field's lists as the pages write them."""

from collections.abc import Callable
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from app.alerts.emails.schemas import Section
from app.alerts.sentences import people_in_words
from app.core import clock, text
from app.core.text import LANGUAGES, RIGHT_TO_LEFT, render

_TEMPLATES = Path(__file__).parents[2] / "templates"
_inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def warm_up() -> None:
    """Draw an empty mail in every language, before there is anything to tell: the first one would wait for its
    templates, its texts and how its language writes numbers and moments."""
    nothing = Section(tone="calm", severity="", headline="", link="")
    for language in LANGUAGES:
        empty: dict[str, Any] = {"title": "", "first": "", "lines": [], "more": "", "all_of_them": ""}
        text_and_html(language, sections=[nothing], why=word("severity", "critical", language), **empty)
        people_in_words(1_000, language)
        text.percent(0.5, language)
        text.moment(clock.now(), language, UTC)


def text_and_html(language: str, template: str = "notice", **view: Any) -> tuple[str, str]:
    """Both parts of a mail; the style sheet of the HTML is written into its elements."""
    layout = _layout(language)
    view |= {"language": language, "is_right_to_left": language in RIGHT_TO_LEFT}
    html = layout.get_template(f"alerts/mails/{template}.html").render(view)
    return layout.get_template(f"alerts/mails/{template}.txt").render(view), _inliner.inline(html)


def word(kind: str, code: str | None, language: str) -> str:
    """A word of the field's lists, as the pages write it."""
    words: Any = _layout(language).get_template("words.html").module
    macro: Callable[[str], Markup] = getattr(words, kind)
    return str(macro(code or "").striptags()).strip()


@lru_cache(maxsize=len(LANGUAGES))
def _layout(language: str) -> Environment:
    """Templates outside of a request, for one language."""
    layout = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"], default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    layout.globals["_"] = lambda message, **values: render(message, language, **values)
    layout.filters["digits"] = lambda words: text.digits(words, language)
    return layout
