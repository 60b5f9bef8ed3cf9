"""Who is there: women and girls, men and boys, children and adults, as far as the brackets of a scheme part them."""

from collections.abc import Mapping

from app.alerts.emails.layout import word
from app.alerts.emails.schemas import Ages, Bar
from app.core import text
from app.core.text import mark, render
from app.counts.scheme import UNKNOWN, Scheme
from app.places.schemas import Frame
from app.population.schemas import ShelterFigure

ADULT_FROM = 18
LONGEST_BAR = 90  # per cent of its column, so that none touches the next


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


def ages_of(frame: Frame, figure: ShelterFigure, language: str) -> Ages | None:
    """None where nothing is known of sex and age."""
    cells = figure.people.cells
    if not any(count for cell, count in cells.items() if cell != f"{UNKNOWN}:{UNKNOWN}"):
        return None
    at = figure.composition_at
    caption = (
        render(mark("as of %(day)s"), language, day=text.moment(at, language, frame.zone, "d MMMM y")) if at else ""
    )
    split = halves(frame.scheme, cells)
    if split is None:
        by_sex = {sex: (sum(cells.get(f"{sex}:{age}", 0) for age in frame.scheme.ages),) for sex in frame.scheme.sexes}
        (not_known,) = by_sex.pop(UNKNOWN)
        columns = [render(mark("People"), language)]
        rows = {sex: list(counts) for sex, counts in by_sex.items()}
    else:
        rows, not_known = {sex: list(counts) for sex, counts in split[0].items()}, split[1]
        columns = [text.digits(f"0–{ADULT_FROM - 1}", language), render(mark("18 and over"), language)]
    return Ages(
        caption=caption,
        columns=columns,
        rows=[
            (word("sex", sex, language), [text.number(count, language) for count in counts])
            for sex, counts in rows.items()
        ],
        not_known=text.number(not_known, language) if not_known else "",
        bars=_bars(frame.scheme, cells, language),
    )


def _bars(scheme: Scheme, cells: Mapping[str, int], language: str) -> list[tuple[str, list[Bar]]]:
    """The picture of the same, in every bracket of the scheme, made of boxes: a picture would be loaded from somewhere,
    or not shown at all."""
    sexes, ages = ([one for one in of if one != UNKNOWN] for of in (scheme.sexes, scheme.ages))
    longest = max((cells.get(f"{sex}:{age}", 0) for sex in sexes for age in ages), default=0)
    if not longest:
        return []
    return [
        (
            word("age", age, language),
            [_bar(cells.get(f"{sex}:{age}", 0), longest, language) for sex in sexes],
        )
        for age in ages
    ]


def _bar(count: int, longest: int, language: str) -> Bar:
    return Bar(text.number(count, language), max(1, round(LONGEST_BAR * count / longest)) if count else 0)


def _is_child(bracket: str) -> bool | None:
    """Whether an age bracket (`5-11`, `60+`) lies under 18; None where it holds both, or is not a bracket."""
    low, _, high = bracket.rstrip("+").partition("-")
    if not low.isdecimal() or (high and not high.isdecimal()):
        return None
    if int(low) >= ADULT_FROM:
        return False
    last = high or (None if bracket.endswith("+") else low)
    return True if last and int(last) < ADULT_FROM else None
