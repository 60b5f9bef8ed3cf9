"""The daily digest: what is open, what is over, and which standards are not met."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from app.alerts.emails.layout import text_and_html, word
from app.alerts.emails.schemas import Line, Written
from app.alerts.emails.sections import TONES, how_many_more, list_of
from app.alerts.policy import PROTECTED
from app.alerts.rules import Standard
from app.alerts.schemas import AlertRow
from app.alerts.sentences import isolated, limit_in_words, standard_in_words
from app.core import text
from app.core.text import mark, name_in, render, render_plural
from app.places.schemas import Frame

MOST_LINES, MOST_GAPS = 30, 40  # of each in one mail; the rest is on the pages


@dataclass(frozen=True)
class Missed:
    """A standard that is not met at a shelter."""

    code: str
    shelter: dict[str, str]
    standard: Standard


@dataclass(frozen=True)
class Gap:
    """A row of the table of standards."""

    shelter: str
    standard: str
    here: str
    limit: str


@dataclass(frozen=True)
class Digest:
    """Everything a digest says. Empty parts are said to be so by the templates."""

    tone: str
    title: str
    where: str
    summary: str
    open: list[Line]
    more: str
    ended: list[Line]
    gaps: list[Gap]
    more_gaps: str
    link: str


def write_digest(
    language: str,
    *,
    frame: Frame,
    day: date,
    follows: Sequence[dict[str, str]],
    alerts: Sequence[AlertRow],
    ended: Sequence[AlertRow],
    missed: Sequence[Missed],
    base_url: str,
) -> Written:
    """The digest of a day for somebody who follows these areas: alerts with the worst first."""
    base = base_url.rstrip("/")
    names = list_of([name_in(one, language) for one in follows], language)
    said_day = text.moment(datetime.combine(day, time(12), frame.zone), language, frame.zone, "d MMMM y")
    title = render(mark("Alerts on %(day)s"), language, day=said_day)
    worst = "critical" if any(one.severity == "critical" for one in alerts) else "warning" if alerts else "ok"
    digest = Digest(
        tone=TONES[worst],
        title=title,
        where="" if frame.mail_detail == "brief" else names or name_in(frame.name, language),
        summary=_summary(alerts, ended, language),
        open=[_line(one, language, base, frame) for one in alerts[:MOST_LINES]],
        more=how_many_more(len(alerts) - MOST_LINES, language),
        ended=[_over(one, language, base, frame) for one in ended[:MOST_LINES]],
        gaps=[_gap(one, language, frame) for one in missed[:MOST_GAPS]],
        more_gaps=how_many_more(len(missed) - MOST_GAPS, language),
        link=f"{base}/dashboard",
    )
    why = render(mark("You get this once a day because you asked for it in Mawa."), language)
    plain, html = text_and_html(language, template="digest", digest=digest, why=why)
    return Written(subject=f"{title}{render(mark(':'), language)} {digest.summary}", text=plain, html=html)


def _summary(alerts: Sequence[AlertRow], ended: Sequence[AlertRow], language: str) -> str:
    if not alerts and not ended:
        return render(mark("nothing is open"), language)
    critical = sum(one.severity == "critical" for one in alerts)
    parts = []
    if critical:
        n = text.number(critical, language)
        parts.append(render_plural("%(n)s critical", "%(n)s critical", critical, language, n=n))
    if rest := len(alerts) - critical:
        n = text.number(rest, language)
        parts.append(render_plural("%(n)s warning", "%(n)s warnings", rest, language, n=n))
    if ended:
        n = text.number(len(ended), language)
        parts.append(render_plural("%(n)s over", "%(n)s over", len(ended), language, n=n))
    return f"{render(mark(','), language)} ".join(parts)


def _said(alert: AlertRow, language: str, frame: Frame) -> str:
    """Its sentence; where mails are kept brief, and always of children who are alone, the rule and the code alone."""
    if frame.mail_detail != "brief" and alert.rule != PROTECTED:
        return alert.sentence
    return f"{word('rule', alert.rule, language)}{render(mark(','), language)} {isolated(alert.shelter, language)}"


def _line(alert: AlertRow, language: str, base: str, frame: Frame) -> Line:
    since = text.moment(alert.since, language, frame.zone)
    detail = [render(mark("since %(time)s"), language, time=since)]
    if alert.status == "acknowledged":
        detail.append(render(mark("taken on"), language))
    severity = word("severity", alert.severity, language)
    said = _said(alert, language, frame)
    return Line(TONES[alert.severity], severity, said, " · ".join(detail), f"{base}/alerts/{alert.id}")


def _over(alert: AlertRow, language: str, base: str, frame: Frame) -> Line:
    return Line("calm", "", _said(alert, language, frame), "", f"{base}/alerts/{alert.id}")


def _gap(missed: Missed, language: str, frame: Frame) -> Gap:
    """Where mails are kept brief, the standard and the code alone: what there is would tell how many people are."""
    standard, is_brief = missed.standard, frame.mail_detail == "brief"
    value = None if standard.value is None else text.number(round(standard.value, 1), language)
    return Gap(
        shelter=missed.code if is_brief else name_in(missed.shelter, language),
        standard=standard_in_words(standard.name, language),
        here="" if is_brief else value or render(mark("none"), language),
        limit=limit_in_words(standard.name, standard.limit, language),
    )
