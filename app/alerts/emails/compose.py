"""One mail for one person, with everything they are to be told by now."""

from collections.abc import Sequence

from app.alerts.emails.layout import text_and_html
from app.alerts.emails.schemas import Reader, Told, Written
from app.alerts.emails.sections import how_many_more, line_of, list_of, section_of
from app.alerts.rules import RANK
from app.core import text
from app.core.text import mark, name_in, render, render_plural

IN_FULL = 5  # alerts told in full in one mail, the most severe
AT_MOST = 50  # alerts told in one mail, the others by a line; of more only how many there are


def compose(reader: Reader, alerts: Sequence[Told], *, base_url: str) -> Written:
    """The mail that tells a person of these alerts, the most severe first."""
    language = reader.language
    ordered = sorted(alerts, key=lambda told: (-RANK[told.level], told.since, told.alert_id))
    sections = [section_of(told, language, base_url) for told in ordered[:IN_FULL]]
    lines = [line_of(told, language, base_url) for told in ordered[IN_FULL:AT_MOST]]
    first = render(
        mark("%(severity)s: %(sentence)s"), language, severity=sections[0].severity, sentence=sections[0].headline
    )
    count = text.number(len(ordered), language)
    title = (
        first if len(ordered) == 1 else render_plural("%(n)s alert", "%(n)s alerts", len(ordered), language, n=count)
    )
    plain, html = text_and_html(
        language,
        title=title,
        first=first,
        sections=sections,
        lines=lines,
        more=how_many_more(len(ordered) - AT_MOST, language),
        all_of_them=f"{base_url.rstrip('/')}/alerts",
        why=_why(reader, any(told.is_brief for told in ordered)),
    )
    return Written(
        subject=first if len(ordered) == 1 else f"{title}{render(mark(':'), language)} {first}", text=plain, html=html
    )


def _why(reader: Reader, is_brief: bool) -> str:
    names = list_of([name_in(names, reader.language) for names in reader.follows], reader.language)
    if is_brief or not names:
        return render(mark("You get this because you are told of alerts in Mawa."), reader.language)
    return render(mark("You get this because you are told of alerts in %(areas)s."), reader.language, areas=names)
