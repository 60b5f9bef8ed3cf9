"""What a mail says of one alert."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from babel.dates import format_timedelta

from app.alerts.emails.ages import ages_of
from app.alerts.emails.layout import word
from app.alerts.emails.schemas import Evidence, Line, Room, Section, Told
from app.alerts.policy import PROTECTED
from app.alerts.rules import OCCUPANCY
from app.alerts.sentences import (
    free_in_words,
    isolated,
    people_in_words,
    places_in_words,
    sentence,
    share_in_words,
)
from app.core import clock, text
from app.core.text import locale_of, mark, name_in, render, render_plural
from app.planning.schemas import Nearby
from app.population.schemas import ShelterFigure

TONES = {"critical": "risk", "warning": "attention", "ok": "calm"}
_ACCESS = {"open": mark("road open"), "difficult": mark("road difficult"), "cut_off": mark("cut off")}


def section_of(told: Told, language: str, base_url: str) -> Section:
    """All that is told of it."""
    tone, severity, headline, link = _head(told, language, base_url)
    figure, needs_sign_in = told.figure, _is_closed(told)
    if told.is_brief:
        return Section(tone, severity, headline, link, needs_sign_in)
    where = _where(told, language)
    if figure is None or figure.people.total is None:
        return Section(tone, severity, headline, link, needs_sign_in, where, when=_when(told, language))
    return Section(
        tone,
        severity,
        headline,
        link,
        needs_sign_in,
        where,
        people=_people(figure, language),
        range=_range(figure, language),
        places=_places(figure, language),
        when=_when(told, language),
        rooms=tuple(_room(near, language) for near in told.nearby or ()),
        rooms_note=_rooms_note(told, figure, language),
        sure=_sure(told, figure, language),
        ages=ages_of(told.frame, figure, language) if told.level != "ok" else None,
    )


def line_of(told: Told, language: str, base_url: str) -> Line:
    """That it is so, and where more is said."""
    tone, severity, headline, link = _head(told, language, base_url)
    return Line(tone, severity, headline, _where(told, language), link)


def _head(told: Told, language: str, base_url: str) -> tuple[str, str, str, str]:
    """Tone, severity, what is so, and the link."""
    severity = word("severity", told.level, language) if told.level != "ok" else render(mark("Ended"), language)
    base = base_url.rstrip("/")
    link = f"{base}/a/{placeholder(told.transition_id)}?lang={language}"
    if _is_closed(told):
        link = f"{base}/alerts/{told.alert_id}"
    if told.is_brief:
        rule, comma = word("rule", told.rule, language), render(mark(","), language)
        return TONES[told.level], severity, f"{rule}{comma} {isolated(told.shelter, language)}", link
    numbers = {**told.numbers, **({"basis": told.figure.basis} if told.figure else {})}
    said = "withdrawn" if told.kind == "withdrawn" else told.level
    headline = sentence(told.rule, said, numbers, name_in(told.name, language), language, zone=told.frame.zone)
    return TONES[told.level], severity, headline, link


def _is_closed(told: Told) -> bool:
    """Whether only who signs in sees it."""
    return told.level == "ok" or told.rule == PROTECTED


def _where(told: Told, language: str) -> str:
    return list_of([name_in(area, language) for area in told.areas], language)


def how_many_more(count: int, language: str) -> str:
    """So many more than a mail tells; empty where it tells all."""
    if count <= 0:
        return ""
    return render_plural("%(n)s more in Mawa.", "%(n)s more in Mawa.", count, language, n=text.number(count, language))


def placeholder(transition_id: UUID) -> str:
    """What stands in the place of each reader's own link, so that many can be written the same mail."""
    return f"link-{transition_id.hex}"


def list_of(names: Sequence[str], language: str) -> str:
    comma = render(mark(","), language)
    return f"{comma} ".join(isolated(name, language) for name in dict.fromkeys(names))


def _people(figure: ShelterFigure, language: str) -> tuple[str, str, str]:
    """So many people, in three parts: what stands before the number, the number, what stands after it."""
    total = figure.people.total or 0
    words = people_in_words(total, language)
    if figure.basis == "at_least":
        words = render(mark("at least %(number)s"), language, number=words)
    return _around(words, text.number(total, language))


def _range(figure: ShelterFigure, language: str) -> str:
    people = figure.people
    if people.low is None or people.low == people.high or figure.basis == "at_least":
        return ""
    low = text.number(people.low, language)
    if people.high is None:
        return render(mark("%(low)s or more"), language, low=low)
    return f"{low}–{text.number(people.high, language)}"


def _places(figure: ShelterFigure, language: str) -> tuple[str, str, str]:
    """In so many places, with the per cent that is as the middle of three parts."""
    places, people = figure.capacity, figure.people.total or 0
    if places is None:
        return render(mark("in a number of places not known"), language), "", ""
    words = places_in_words(places, language)
    if not places:
        return render(mark("in %(places)s"), language, places=words), "", ""
    share = share_in_words(people, places, language)
    return _around(render(mark("in %(places)s: %(share)s"), language, places=words, share=share), share)


def _around(words: str, part: str) -> tuple[str, str, str]:
    """A text parted at what is to stand out; all of it where a language says it in other words (one, two)."""
    before, found, after = words.partition(part)
    return (before, found, after) if found else ("", words, "")


def _when(told: Told, language: str) -> tuple[str, ...]:
    zone = told.frame.zone
    since, learned = text.dated(told.since, language, zone), text.dated(told.learned_at, language, zone)
    if told.frame.day_of(told.since) == told.frame.day_of(told.learned_at):
        learned = text.moment(told.learned_at, language, zone, "HH:mm")
    said = [render(mark("Since %(since)s. Learned %(learned)s."), language, since=since, learned=learned)]
    figure, numbers = told.figure, told.numbers
    if (
        told.rule == OCCUPANCY
        and numbers.get("people") is not None
        and figure
        and (figure.people.total, figure.capacity) != (numbers["people"], numbers["places"])
    ):
        then = {
            "people": people_in_words(numbers["people"], language),
            "places": places_in_words(numbers["places"], language),
        }
        said.append(
            render(mark("The figures are those of now; by then it was %(people)s in %(places)s."), language, **then)
        )
    if told.kind == "escalated":
        said.append(render(mark("Nobody has taken this on yet."), language))
    if told.acknowledged_at:
        at = text.dated(told.acknowledged_at, language, zone)
        said.append(render(mark("Somebody is on it since %(moment)s."), language, moment=at))
    return tuple(said)


def _room(near: Nearby, language: str) -> Room:
    detail = [_counted(near.counted_at, language)] if near.counted_at else []
    if near.access in _ACCESS:
        detail.append(render(_ACCESS[near.access], language))
    if near.admission:
        detail.append(isolated(near.admission, language))
    km = text.number(round(near.km) if near.km >= 10 else round(near.km, 1), language)
    return Room(
        name=name_in(near.name, language),
        detail=" · ".join(detail),
        free=text.number(near.free, language),
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
        at, method = (
            text.dated(figure.counted_at, language, told.frame.zone),
            word("method_short", figure.method, language),
        )
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
        others = text.number(figure.competing, language)
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
    came, left = people_in_words(evidence.came, language), people_in_words(evidence.left, language)
    if evidence.came and evidence.left:
        return render(mark("Since then %(came)s came and %(left)s left."), language, came=came, left=left)
    if evidence.came:
        return render(mark("Since then %(came)s came."), language, came=came)
    if evidence.left:
        return render(mark("Since then %(left)s left."), language, left=left)
    return render(mark("Nobody was reported to come or leave since."), language)


def _counted(at: datetime, language: str) -> str:
    elapsed = clock.now() - at
    if elapsed.total_seconds() < 60:
        return render(mark("just counted"), language)
    ago = format_timedelta(-elapsed, threshold=1.2, add_direction=True, locale=locale_of(language))
    return render(mark("counted %(ago)s"), language, ago=text.digits(ago, language))
