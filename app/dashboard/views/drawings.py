"""Pictures of figures, with their words in the reader's language."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from flask_babel import gettext, ngettext
from markupsafe import Markup

from app.core.templating import day_short, digits, direction, named, number
from app.counts.matrix import NOT_KNOWN, OTHERS, Head, Matrix
from app.counts.scheme import UNKNOWN, Scheme
from app.formats import charts
from app.formats import streams as bands
from app.formats import trend as lines
from app.places.models import Area
from app.population.schemas import DayFigure, Shown

TREND_DAYS = 30
SAID, LONGEST_LABEL = 3, 20  # flows that are put into words; letters that half a phone has room for
LABELS = 3  # parts the days below a trend are told apart by


def pyramid(people: Shown, scheme: Scheme) -> Markup | None:
    """Ages of both sexes; everything not known of sex or age in one outline below. None if nothing is known."""
    cells, ages = people.cells, [age for age in scheme.ages if age != UNKNOWN]
    bars = [
        charts.Bar(digits(age.replace("-", "\u2013")), cells.get(f"female:{age}", 0), cells.get(f"male:{age}", 0))
        for age in ages
    ]
    female, male = sum(bar.left for bar in bars), sum(bar.right for bar in bars)
    if not female + male:
        return None
    rest = sum(cells.values()) - female - male
    words = charts.PyramidWords(
        left=gettext("Female %(number)s", number=number(female)),
        right=gettext("Male %(number)s", number=number(male)),
        unknown=gettext("sex or age not known %(number)s", number=number(rest)),
        summary=gettext(
            "Ages: women and girls %(female)s, men and boys %(male)s, sex or age not known %(rest)s",
            female=number(female),
            male=number(male),
            rest=number(rest),
        ),
    )
    drawn = charts.pyramid(bars, rest, words=words, write=number, right_to_left=direction() == "rtl")
    return Markup(drawn)  # noqa: S704  # charts escape every text


def youngest(people: Shown, scheme: Scheme) -> str | None:
    """How many are of the youngest age, and how many that may be at most. None if nothing is known."""
    by_age = {age: sum(people.cells.get(f"{sex}:{age}", 0) for sex in scheme.sexes) for age in scheme.ages}
    age, unknown = scheme.ages[0], by_age.get(UNKNOWN, 0)
    if sum(by_age.values()) == unknown:
        return None
    words = {
        "age": digits(age.replace("-", "\u2013")),
        "known": number(by_age[age]),
        "most": number(by_age[age] + unknown),
    }
    if not unknown:
        return str(gettext("Aged %(age)s: %(known)s.", **words))
    return str(gettext("Aged %(age)s: %(known)s, up to %(most)s if all whose age is not known are.", **words))


def share_known(people: Shown) -> float | None:
    """For which share of the people both sex and age are known."""
    cells = people.cells
    everyone = sum(cells.values())
    known = sum(count for key, count in cells.items() if UNKNOWN not in key.split(":"))
    return known / everyone if everyone else None


def trend(days: Sequence[DayFigure], *, last: date, places: int | None = None) -> Markup | None:
    """People at the end of each of the last thirty days up to `last`, with every headcount among them. None where
    nothing was known on any of them. `days`: in order; a day that is not among them is as the one before."""
    first = last - timedelta(days=TREND_DAYS - 1)
    shown: list[tuple[date, DayFigure]] = []
    earlier = [one for one in days if one.day < first]
    standing, by_day = earlier[-1] if earlier else None, {one.day: one for one in days}
    for number_ in range(TREND_DAYS):
        day = first + timedelta(days=number_)
        standing = by_day.get(day, standing)
        if standing is not None:
            shown.append((day, standing))
    if not any(_best(one) is not None for _, one in shown):
        return None
    drawn = lines.trend(
        [_point(_along(day, first), one) for day, one in shown],
        marks=[_mark(_along(day, first), one) for day, one in shown if one.found is not None and one.day == day],
        days=[
            (part / LABELS, day_short(first + timedelta(days=round(part * (TREND_DAYS - 1) / LABELS))))
            for part in range(LABELS + 1)
        ],
        limit=None if places is None else lines.Limit(places, _places(places)),
        summary=gettext(
            "People from %(first)s to %(last)s: first %(before)s, then %(now)s",
            first=day_short(first),
            last=day_short(last),
            before=_in_words(shown[0][1]),
            now=_in_words(shown[-1][1]),
        ),
        write=number,
        right_to_left=direction() == "rtl",
    )
    return Markup(drawn)  # noqa: S704  # trend escapes every text


def streams(matrix: Matrix, areas: Mapping[str, Area]) -> Markup | None:
    """From homes to where people are: what is above zero, which alone can be drawn. None if there is nothing."""
    drawn = {pair: people for pair, people in matrix.cells.items() if people > 0}
    homes = [one for one in matrix.homes if any(home == one.key for home, _ in drawn)]
    places = [one for one in matrix.places if any(place == one.key for _, place in drawn)]
    if not drawn:
        return None
    starts = [bands.End(_short(called(one, areas)), signed(one.people), one.key is not NOT_KNOWN) for one in homes]
    ends = [bands.End(_short(called(one, areas)), signed(one.people)) for one in places]
    row, column = ({one.key: number_ for number_, one in enumerate(side)} for side in (homes, places))
    names = [{one.key: called(one, areas) for one in side} for side in (homes, places)]
    largest = sorted(drawn.items(), key=lambda one: -one[1])[:SAID]
    said = [
        gettext("%(home)s to %(place)s %(number)s", home=names[0][home], place=names[1][place], number=number(people))
        for (home, place), people in largest
    ]
    words = bands.Words(
        starts=gettext("Their home"),
        ends=gettext("Now at"),
        summary=gettext("From their home to where they are, the largest: %(flows)s", flows=" · ".join(said)),
    )
    flows = {(row[home], column[place]): people for (home, place), people in drawn.items()}
    return Markup(bands.streams(starts, ends, flows, words=words, right_to_left=direction() == "rtl"))  # noqa: S704  # streams escapes every text


def called(head: Head, areas: Mapping[str, Area]) -> str:
    """What a row or a column of a matrix is called."""
    if head.key is NOT_KNOWN:
        return str(gettext("Home not known"))
    if head.key == OTHERS:
        return str(ngettext("%(n)s other area", "%(n)s other areas", head.folded, n=number(head.folded)))
    return named(areas[head.key].name) if head.key in areas else head.key


def signed(people: int) -> str:
    """So many, below zero as the books say it."""
    return f"\u2212{number(-people)}" if people < 0 else number(people)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1].rstrip() + "\u2026"


def _along(day: date, first: date) -> float:
    return (day - first).days / (TREND_DAYS - 1)


def _best(one: DayFigure) -> int | None:
    return None if one.basis == "unknown" else one.people.total


def _point(at: float, one: DayFigure) -> lines.Point:
    return lines.Point(at, _best(one), one.people.low, one.people.high, one.basis == "counted")


def _mark(at: float, one: DayFigure) -> lines.Mark:
    found = one.found or 0
    return lines.Mark(at, found, None if one.discrepancy is None else found - one.discrepancy)


def _in_words(one: DayFigure) -> str:
    best = _best(one)
    if best is None:
        return str(gettext("not known"))
    return number(best) if one.basis == "counted" else str(gettext("at least %(number)s", number=number(best)))


def _places(count: int) -> str:
    return str(ngettext("%(n)s place", "%(n)s places", count, n=number(count)))
