"""Numbers, instants and names in pages, in the reader's language and the operation's zone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta
from babel.support import NullTranslations
from flask import Flask, g, request
from flask_babel import force_locale
from jinja2 import pass_context, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup, escape

from app.core import clock, text
from app.core.forms import language

A_YEAR = timedelta(days=365)


def register(app: Flask) -> None:
    """Gives templates the filters and functions they may use."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for tell in (number, percent, moment, day_and_time, as_dated, day, day_short, ago, age, named, digits):
        app.add_template_filter(_at_request(tell), tell.__name__)
    app.add_template_filter(datetime.fromisoformat, "instant")
    app.add_template_filter(choosing)
    app.add_template_global(_drawn_for_all(), "for_all")
    app.add_template_global(section_of, "section_of")
    app.add_template_global(in_language, "in_language")
    app.add_template_global(this_page, "this_page")
    app.add_template_global(language, "language")
    app.add_template_global(direction, "direction")


def say_texts(app: Flask) -> None:
    """Has templates look their texts up in the catalogue of the request, found once, and without the three calls Jinja
    makes of each: a form has some two hundred. To be called when Flask-Babel is set up."""

    def texts() -> NullTranslations:
        try:
            return cast(NullTranslations, g.texts)
        except AttributeError:
            g.texts = text.catalogue(language())
            return cast(NullTranslations, g.texts)

    @pass_eval_context
    def gettext(page: EvalContext, message: str, **numbers: Any) -> str:
        return _filled(page, texts().ugettext(message), numbers)

    @pass_eval_context
    def ngettext(page: EvalContext, one: str, many: str, count: int, **numbers: Any) -> str:
        return _filled(page, texts().ungettext(one, many, count), {"num": count, **numbers})

    app.jinja_env.globals |= {"_": gettext, "gettext": gettext, "ngettext": ngettext}


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within this, texts are in another language than that of the request: a mail is in that of its reader."""
    kept = ("texts", "spoken")  # found once a request
    before = {name: g.pop(name) for name in kept if name in g}
    try:
        with force_locale(code):
            yield
    finally:
        for name in kept:
            g.pop(name, None)
        for name, value in before.items():
            setattr(g, name, value)


def _filled(page: EvalContext, words: str, numbers: dict[str, Any]) -> str:
    """A text with its numbers, as Jinja fills it in (`newstyle`): on pages, what is put into it is escaped."""
    return (Markup(words) if page.autoescape else words) % numbers  # noqa: S704  # texts are our own


def _drawn_for_all() -> Callable[..., str]:
    """What pages show to everybody who reads their language, drawn once: its name and whatever else it depends on are
    few and known beforehand. Nothing of the operation, a person or a session may be in it."""
    drawn: dict[tuple[str, ...], str] = {}

    def for_all(*name: str, caller: Callable[[], str]) -> str:
        key = (language(), *name)
        if key not in drawn:
            drawn[key] = caller()
        return drawn[key]

    return for_all


def section_of(*sections: str) -> str:
    """Which of these beginnings of an address this page is under; none is the empty one."""
    return next((begins for begins in sections if request.path.startswith(begins)), "")


def _at_request(tell: Callable[[Any], str]) -> Callable[[Context, Any], str]:
    """Keeps Jinja from working out `{{ 5|number }}` when it compiles, in the language of whoever came first."""

    @pass_context
    def told(_context: Context, value: Any) -> str:
        return tell(value)

    return told


def use_zone(zone: ZoneInfo) -> None:
    """Times on the page of this request are told in this zone."""
    g.zone = zone


def zone() -> Any:
    return g.get("zone", UTC)


def direction() -> str:
    """Which way the page runs."""
    return "rtl" if language() in text.RIGHT_TO_LEFT else "ltr"


def in_language(code: str) -> str:
    """This page's address in another language."""
    return f"{quote(request.path)}?{urlencode({**request.args.to_dict(), 'lang': code})}"


def this_page() -> str:
    """This page's address, whatever language it is read in."""
    asked = {name: value for name, value in request.args.items() if name != "lang"}
    return quote(request.path) + (f"?{urlencode(asked)}" if asked else "")


def choosing(options: Markup, value: str | None) -> Markup:
    """Options of a list, drawn as `<option value="…">`, with the one of this value selected."""
    if value is None:
        return options
    option = f'<option value="{escape(value)}"'
    return Markup(str(options).replace(f"{option}>", f"{option} selected>"))  # noqa: S704  # both are markup


def number(value: float) -> str:
    return text.number(value, language())


def percent(value: float) -> str:
    return text.percent(value, language())


def moment(value: datetime) -> str:
    """An instant: the time alone today, day and time otherwise."""
    local = value.astimezone(zone())
    today = clock.now().astimezone(zone()).date()
    pattern = "d MMM, HH:mm" if local.year == today.year else "d MMM y, HH:mm"
    return text.moment(value, language(), zone(), "HH:mm" if local.date() == today else pattern)


def day_and_time(value: datetime) -> str:
    """An instant that is read on another day: on paper, say."""
    return text.moment(value, language(), zone(), "d MMM y, HH:mm")


def as_dated(value: datetime) -> str:
    """An instant in the books: where a day was given, no hour is made up."""
    if not clock.is_of_a_day(value, zone()):
        return moment(value)
    is_this_year = value.astimezone(zone()).year == clock.now().astimezone(zone()).year
    return text.moment(value, language(), zone(), "d MMM" if is_this_year else "d MMM y")


def day(value: date | datetime) -> str:
    """A calendar day."""
    local = value.astimezone(zone()).date() if isinstance(value, datetime) else value
    return digits(format_date(local, "d MMMM y", locale=text.locale_of(language())))


def day_short(value: date) -> str:
    """A calendar day of which the year is clear: 6 Mar."""
    return digits(format_date(value, "d MMM", locale=text.locale_of(language())))


def age(value: datetime) -> str:
    """How old something is: 3 hours."""
    return _span(value, direction=False)


def ago(value: datetime) -> str:
    """How long since: 3 hours ago."""
    return _span(value, direction=True)


def _span(value: datetime, *, direction: bool) -> str:
    elapsed = max(timedelta(minutes=1), clock.now() - value)
    locale = text.locale_of(language())
    threshold = 2 if A_YEAR < elapsed < 2 * A_YEAR else 1.2  # twenty months are not two years
    return digits(format_timedelta(-elapsed, threshold=threshold, add_direction=direction, locale=locale))


def named(names: dict[str, str]) -> str:
    """A name in the reader's language, or the nearest there is."""
    return text.name_in(names, language())


def digits(value: str) -> str:
    """A text with its digits as the reader's language writes them: 18–59."""
    return text.digits(value, language())
