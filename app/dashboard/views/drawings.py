"""Pictures of figures, with their words in the reader's language."""

from flask_babel import gettext
from markupsafe import Markup

from app.core.templating import digits, direction, number
from app.counts.scheme import UNKNOWN, Scheme
from app.formats import charts
from app.population.schemas import Shown


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


def share_known(people: Shown) -> float | None:
    """For which share of the people both sex and age are known."""
    cells = people.cells
    everyone = sum(cells.values())
    known = sum(count for key, count in cells.items() if UNKNOWN not in key.split(":"))
    return known / everyone if everyone else None
