"""The mail about alerts: from plain values to a subject, a text and an HTML part in the reader's language.

Everything said is said here, once, as `Section`s; the templates only lay it out. A brief mail carries rule,
severity, code and link and nothing else, because mail is a postcard.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from babel.dates import format_timedelta
from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from app.alerts.rules import OCCUPANCY, RANK
from app.alerts.sentences import (
    digits_in,
    free_in_words,
    isolated,
    moment_in,
    number_in,
    people_in_words,
    places_in_words,
    sentence,
    share_in_words,
)
from app.core import clock
from app.core.text import RIGHT_TO_LEFT, locale_of, mark, name_in, render, render_plural
from app.counts.scheme import UNKNOWN, Scheme
from app.places.schemas import Frame
from app.planning.schemas import Nearby
from app.population.schemas import ShelterFigure

IN_FULL = 5  # alerts told in full in one mail; the others follow with their sentence
ADULT_FROM = 18
_TEMPLATES = Path(__file__).parent.parent / "templates"
_TONES = {"critical": "risk", "warning": "attention", "ok": "calm"}
_RULES = {OCCUPANCY: mark("occupancy")}
_ACCESS = {"open": mark("road open"), "difficult": mark("road difficult"), "cut_off": mark("cut off")}
_DAY = "d MMMM y"
_inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Evidence:
    """What a counted figure stands on: the headcount followed, and who came and left since."""

    people: int
    came: int
    left: int


@dataclass(frozen=True)
class Told:
    """One alert to tell one person of. `areas` are the names it lies in, the nearest first; `figure` is None where
    the operation keeps its mails brief; `nearby` is None where nobody asked (an end, no position)."""

    alert_id: UUID
    rule: str
    level: str
    since: datetime
    learned_at: datetime
    acknowledged_at: datetime | None
    numbers: Mapping[str, Any]
    shelter: str
    name: dict[str, str]
    areas: list[dict[str, str]]
    frame: Frame
    figure: ShelterFigure | None = None
    evidence: Evidence | None = None
    nearby: list[Nearby] | None = None

    @property
    def is_brief(self) -> bool:
        return self.frame.mail_detail == "brief"


@dataclass(frozen=True)
class Reader:
    """Whom a mail is for: language, and what they coordinate (names of areas, of the operation where it is all)."""

    language: str
    follows: list[dict[str, str]]


@dataclass(frozen=True)
class Written:
    """A mail ready to be put into the outbox."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Room:
    """A shelter with free places, as a row."""

    name: str
    detail: str
    free: str
    distance: str


@dataclass(frozen=True)
class Ages:
    """Who is there, as a table: rows are sexes, columns ages (or people, where the brackets of the scheme do not
    part children from adults)."""

    caption: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]
    not_known: str


@dataclass(frozen=True)
class Section:
    """One alert, said. Empty parts are left out by the templates."""

    tone: str
    severity: str
    headline: str
    link: str
    where: str = ""
    people: tuple[str, str, str] = ("", "", "")
    range: str = ""
    places: str = ""
    when: tuple[str, ...] = ()
    rooms: tuple[Room, ...] = ()
    rooms_note: str = ""
    sure: tuple[str, ...] = ()
    ages: Ages | None = None


def compose(reader: Reader, alerts: Sequence[Told], *, base_url: str) -> Written:
    """The mail that tells a person of these alerts, the most severe first."""
    language = reader.language
    ordered = sorted(alerts, key=lambda told: (-RANK[told.level], told.since, told.alert_id))
    sections = [
        _section(told, language, base_url, is_short=position >= IN_FULL) for position, told in enumerate(ordered)
    ]
    first = render(
        mark("%(severity)s: %(sentence)s"), language, severity=sections[0].severity, sentence=sections[0].headline
    )
    count = number_in(len(sections), language)
    title = (
        first if len(sections) == 1 else render_plural("%(n)s alert", "%(n)s alerts", len(sections), language, n=count)
    )
    view = {
        "title": title,
        "first": first,
        "sections": sections,
        "why": _why(reader, any(told.is_brief for told in ordered)),
        "language": language,
        "is_right_to_left": language in RIGHT_TO_LEFT,
    }
    layout = _layout(language)
    return Written(
        subject=first if len(sections) == 1 else f"{title}: {first}",
        text=layout.get_template("alerts/notice.txt").render(view),
        html=_inliner.inline(layout.get_template("alerts/notice.html").render(view)),
    )


def halves(scheme: Scheme, cells: Mapping[str, int]) -> tuple[dict[str, tuple[int, int]], int] | None:
    """Children and adults by sex, and how many are of unknown sex or age; None where a bracket holds both."""
    is_child = {age: _is_child(age) for age in scheme.ages if age != UNKNOWN}
    if None in is_child.values():
        return None
    by_sex = {}
    for sex in scheme.sexes:
        if sex != UNKNOWN:
            of = {age: cells.get(f"{sex}:{age}", 0) for age in is_child}
            children = sum(count for age, count in of.items() if is_child[age])
            by_sex[sex] = (children, sum(of.values()) - children)
    return by_sex, sum(cells.values()) - sum(map(sum, by_sex.values()))


def _section(told: Told, language: str, base_url: str, *, is_short: bool) -> Section:
    severity = _word("severity", told.level, language) if told.level != "ok" else render(mark("Ended"), language)
    link = f"{base_url.rstrip('/')}/alerts#{told.alert_id}"
    tone = _TONES[told.level]
    figure = told.figure
    if told.is_brief:
        rule = render(_RULES.get(told.rule, told.rule), language)
        return Section(tone, severity, f"{rule}, {isolated(told.shelter, language)}", link)
    numbers = {**told.numbers, "basis": figure.basis if figure else "counted"}
    headline = sentence(told.rule, told.level, numbers, name_in(told.name, language), language)
    where = _list([name_in(area, language) for area in told.areas], language)
    if is_short or figure is None or figure.people.total is None:
        return Section(tone, severity, headline, link, where, when=_when(told, language))
    return Section(
        tone,
        severity,
        headline,
        link,
        where,
        people=_people(figure, language),
        range=_range(figure, language),
        places=_places(figure, language),
        when=_when(told, language),
        rooms=tuple(_room(near, language) for near in told.nearby or ()),
        rooms_note=_rooms_note(told, figure, language),
        sure=_sure(told, figure, language),
        ages=_ages(told.frame, figure, language) if told.level != "ok" else None,
    )


def _people(figure: ShelterFigure, language: str) -> tuple[str, str, str]:
    """So many people, in three parts: what stands before the number, the number, what stands after it."""
    total = figure.people.total or 0
    words = people_in_words(total, language)
    if figure.basis == "at_least":
        words = render(mark("at least %(number)s"), language, number=words)
    before, figures, after = words.partition(number_in(total, language))
    return (before, figures, after) if figures else ("", words, "")


def _range(figure: ShelterFigure, language: str) -> str:
    people = figure.people
    if people.low is None or people.low == people.high or figure.basis == "at_least":
        return ""
    low = number_in(people.low, language)
    if people.high is None:
        return render(mark("%(low)s or more"), language, low=low)
    return f"{low}–{number_in(people.high, language)}"


def _places(figure: ShelterFigure, language: str) -> str:
    places, people = figure.capacity, figure.people.total or 0
    if places is None:
        return render(mark("in a number of places not known"), language)
    words = places_in_words(places, language)
    if not places:
        return render(mark("in %(places)s"), language, places=words)
    share = share_in_words(people, places, language)
    return render(mark("in %(places)s: %(share)s"), language, places=words, share=share)


def _when(told: Told, language: str) -> tuple[str, ...]:
    zone = told.frame.zone
    since, learned = _instant(told.since, told.frame, language), _instant(told.learned_at, told.frame, language)
    if told.frame.day_of(told.since) == told.frame.day_of(told.learned_at):
        learned = moment_in(told.learned_at, language, zone, "HH:mm")
    said = [render(mark("Since %(since)s. Learned %(learned)s."), language, since=since, learned=learned)]
    figure, numbers = told.figure, told.numbers
    if figure and (figure.people.total, figure.capacity) != (numbers["people"], numbers["places"]):
        then = {
            "people": people_in_words(numbers["people"], language),
            "places": places_in_words(numbers["places"], language),
        }
        said.append(
            render(mark("The figures are those of now; by then it was %(people)s in %(places)s."), language, **then)
        )
    if told.acknowledged_at:
        at = _instant(told.acknowledged_at, told.frame, language)
        said.append(render(mark("Somebody is on it since %(moment)s."), language, moment=at))
    return tuple(said)


def _room(near: Nearby, language: str) -> Room:
    detail = [_counted(near.counted_at, language)] if near.counted_at else []
    if near.access in _ACCESS:
        detail.append(render(_ACCESS[near.access], language))
    if near.admission:
        detail.append(isolated(near.admission, language))
    km = number_in(round(near.km) if near.km >= 10 else round(near.km, 1), language)
    return Room(
        name=name_in(near.name, language),
        detail=" · ".join(detail),
        free=number_in(near.free, language),
        distance=render(mark("%(number)s km"), language, number=km),
    )


def _rooms_note(told: Told, figure: ShelterFigure, language: str) -> str:
    if told.nearby is None:
        return ""
    if not told.nearby:
        return render(mark("In your areas no counted, open shelter with free places admits these people."), language)
    free = free_in_words(sum(near.free for near in told.nearby), language)
    over = -(figure.free or 0)
    if over <= 0:
        return render(mark("Together %(free)s. Distances are in a straight line."), language, free=free)
    people = people_in_words(over, language)
    return render(
        mark("Together %(free)s, for %(people)s. Distances are in a straight line."), language, free=free, people=people
    )


def _sure(told: Told, figure: ShelterFigure, language: str) -> tuple[str, ...]:
    said = []
    if figure.basis == "at_least":
        said.append(
            render(
                mark("Nobody counted here: this is the least there are, by what was reported to come and go."), language
            )
        )
    elif told.evidence and figure.counted_at:
        counted = people_in_words(told.evidence.people, language)
        at, method = _instant(figure.counted_at, told.frame, language), _word("method_short", figure.method, language)
        said.append(
            render(
                mark("Counted %(people)s on %(moment)s (%(method)s)."),
                language,
                people=counted,
                moment=at,
                method=method,
            )
        )
        said.append(_moved(told.evidence, language))
    if figure.shortfall:
        short = people_in_words(figure.shortfall, language)
        said.append(render(mark("By the reports, %(people)s more left than were there."), language, people=short))
    if figure.competing:
        others = number_in(figure.competing, language)
        said.append(
            render_plural(
                "%(n)s other figure is not used.",
                "%(n)s other figures are not used.",
                figure.competing,
                language,
                n=others,
            )
        )
    return tuple(said)


def _moved(evidence: Evidence, language: str) -> str:
    if not evidence.came and not evidence.left:
        return render(mark("Nobody was reported to come or leave since."), language)
    came, left = people_in_words(evidence.came, language), people_in_words(evidence.left, language)
    return render(mark("Since then %(came)s came and %(left)s left."), language, came=came, left=left)


def _ages(frame: Frame, figure: ShelterFigure, language: str) -> Ages | None:
    """None where nothing is known of sex and age."""
    cells = figure.people.cells
    if not any(count for cell, count in cells.items() if cell != f"{UNKNOWN}:{UNKNOWN}"):
        return None
    at = figure.composition_at
    caption = render(mark("as of %(day)s"), language, day=moment_in(at, language, frame.zone, _DAY)) if at else ""
    split = halves(frame.scheme, cells)
    if split is None:
        by_sex = {sex: (sum(cells.get(f"{sex}:{age}", 0) for age in frame.scheme.ages),) for sex in frame.scheme.sexes}
        (not_known,) = by_sex.pop(UNKNOWN)
        columns = [render(mark("People"), language)]
        rows = {sex: list(counts) for sex, counts in by_sex.items()}
    else:
        rows, not_known = {sex: list(counts) for sex, counts in split[0].items()}, split[1]
        columns = [digits_in(f"0–{ADULT_FROM - 1}", language), render(mark("18 and over"), language)]
    return Ages(
        caption=caption,
        columns=columns,
        rows=[
            (_word("sex", sex, language), [number_in(count, language) for count in counts])
            for sex, counts in rows.items()
        ],
        not_known=number_in(not_known, language) if not_known else "",
    )


def _is_child(bracket: str) -> bool | None:
    """Whether an age bracket (`5-11`, `60+`) lies under 18; None where it holds both, or is not a bracket."""
    low, _, high = bracket.rstrip("+").partition("-")
    if not low.isdecimal() or (high and not high.isdecimal()):
        return None
    if int(low) >= ADULT_FROM:
        return False
    last = high or (None if bracket.endswith("+") else low)
    return True if last and int(last) < ADULT_FROM else None


def _instant(value: datetime, frame: Frame, language: str) -> str:
    """An instant in the zone of the operation; what was told of a whole day stands at its end and has no hour."""
    is_a_day = value == clock.end_of(frame.day_of(value), frame.zone)
    return moment_in(value, language, frame.zone, _DAY if is_a_day else f"{_DAY}, HH:mm")


def _counted(at: datetime, language: str) -> str:
    elapsed = clock.now() - at
    if elapsed.total_seconds() < 60:
        return render(mark("just counted"), language)
    ago = format_timedelta(-elapsed, threshold=1.2, add_direction=True, locale=locale_of(language))
    return render(mark("counted %(ago)s"), language, ago=digits_in(ago, language))


def _why(reader: Reader, is_brief: bool) -> str:
    names = _list([name_in(names, reader.language) for names in reader.follows], reader.language)
    if is_brief or not names:
        return render(mark("You get this because you are told of alerts in Mawa."), reader.language)
    return render(mark("You get this because you coordinate %(areas)s."), reader.language, areas=names)


def _list(names: Sequence[str], language: str) -> str:
    return ("، " if language == "ar" else ", ").join(isolated(name, language) for name in dict.fromkeys(names))


def _word(kind: str, code: str | None, language: str) -> str:
    """A word of the field's lists, as the pages write it."""
    words: Any = _layout(language).get_template("words.html").module
    macro: Callable[[str], Markup] = getattr(words, kind)
    return str(macro(code or "").striptags()).strip()


@lru_cache(maxsize=3)
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
    layout.filters["digits"] = lambda words: digits_in(words, language)
    return layout
