"""People over time as SVG, drawn on the server: a line, its band from low to high, and each headcount as a circle.

The grammar is that of charts.py. A stretch of the line that is only known as "at least" is dashed, and the edge of a
band that may reach higher is dashed too; days on which nothing is known are a gap, never zero. Time runs in reading
direction. Text keeps its size while the lines stretch with the page.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import ceil, log10

TOP, HEIGHT, FOOT = 14, 250, 26  # of the picture, in pixels: above the lines, the lines, and the days below them
MOST_STEPS = 5
RADIUS = 4
NEAR_THE_END, NEAR_THE_START = 0.88, 0.12  # a label that would run out of the picture is set inwards


@dataclass(frozen=True)
class Point:
    """How many people at a moment `at`, from 0 to 1 of the time shown. `best` None: nothing is known. `high` None: it
    may be any number more. `is_counted` False: at least so many."""

    at: float
    best: int | None
    low: int | None
    high: int | None
    is_counted: bool


@dataclass(frozen=True)
class Mark:
    """A headcount: what it found, and what the books said just before (None: nothing to compare with)."""

    at: float
    found: int
    booked: int | None = None


@dataclass(frozen=True)
class Limit:
    """A level that people are compared with, and what it is called."""

    value: int
    label: str


def trend(
    points: Sequence[Point],
    *,
    days: Sequence[tuple[float, str]],
    summary: str,
    write: Callable[[int], str],
    marks: Sequence[Mark] = (),
    limit: Limit | None = None,
    right_to_left: bool = False,
) -> str:
    """The picture. `days` are labels below it; `summary` is what a screen reader says instead of it."""
    most = max([*_reached(points, marks), limit.value if limit else 0])
    step = step_of(most)
    scale = _Scale(step * max(1, ceil(most / step)), right_to_left)
    levels = range(0, scale.top + 1, step)
    lines = [f'<line class="axis" x1="0" x2="100" y1="{scale.y(level)}" y2="{scale.y(level)}"/>' for level in levels]
    shapes = [*lines, *_bands(points, scale), *_lines(points, scale)]
    if limit:
        shapes.append(f'<line class="limit" x1="0" x2="100" y1="{scale.y(limit.value)}" y2="{scale.y(limit.value)}"/>')
    texts = [scale.text(0, scale.pixel(level) - 4, write(level), anchor="start") for level in levels if level]
    if limit:
        texts.append(scale.text(0.22, scale.pixel(limit.value) - 5, limit.label, anchor="start", strong=True))
    texts += [scale.text(at, TOP + HEIGHT + 18, label, anchor=_anchor(at)) for at, label in days]
    circles = [shape for mark in marks for shape in _circle(mark, scale)]
    inner = f'<svg y="{TOP}" width="100%" height="{HEIGHT}" viewBox="0 0 100 100" preserveAspectRatio="none">'
    return (
        f'<svg class="chart" height="{TOP + HEIGHT + FOOT}" role="img" aria-label="{escape(summary, quote=True)}">'
        f"{inner}{''.join(shapes)}</svg>{''.join(circles)}{''.join(texts)}</svg>"
    )


def step_of(most: int) -> int:
    """How far apart the lines are that levels are read from: 1, 2 or 5 of a power of ten, `MOST_STEPS` at most."""
    if most <= MOST_STEPS:
        return 1
    power: int = 10 ** int(log10(most / MOST_STEPS))
    return next(power * part for part in (1, 2, 5, 10) if power * part * MOST_STEPS >= most)


@dataclass(frozen=True)
class _Scale:
    """Where a number of people lies: `top` at the upper edge."""

    top: int
    right_to_left: bool

    def x(self, at: float) -> str:
        return f"{100 * self.along(at):.1f}"

    def along(self, at: float) -> float:
        return 1 - at if self.right_to_left else at

    def y(self, value: int) -> str:
        return f"{100 * (1 - value / self.top):.1f}"

    def pixel(self, value: int) -> int:
        return TOP + round(HEIGHT * (1 - value / self.top))

    def text(self, at: float, y: int, words: str, *, anchor: str, strong: bool = False) -> str:
        turned = {"start": "end", "end": "start"}.get(anchor, anchor) if self.right_to_left else anchor
        shade = ' class="strong"' if strong else ""
        return f'<text{shade} x="{self.x(at)}%" y="{y}" text-anchor="{turned}">{escape(words)}</text>'


def _reached(points: Sequence[Point], marks: Sequence[Mark]) -> list[int]:
    return [
        1,
        *(value for point in points for value in (point.best, point.high) if value is not None),
        *(value for mark in marks for value in (mark.found, mark.booked) if value is not None),
    ]


def _known(points: Sequence[Point]) -> Iterator[list[Point]]:
    """The stretches of time of which anything is known."""
    for is_known, stretch in groupby(points, key=lambda point: point.best is not None):
        if is_known:
            yield list(stretch)


def _bands(points: Sequence[Point], scale: _Scale) -> list[str]:
    shapes: list[str] = []
    for stretch in _known(points):
        upper = [(point.at, _upper(point)) for point in stretch]
        lower = [(point.at, point.low if point.low is not None else point.best or 0) for point in stretch]
        shapes.append(f'<path class="band" d="{_path([*upper, *reversed(lower)], scale)}Z"/>')
        shapes += [
            f'<path class="band-edge" d="{_path([(point.at, _upper(point)) for point in part], scale)}"/>'
            for part in _parts(stretch, lambda point: point.high is None)
        ]
    return shapes


def _lines(points: Sequence[Point], scale: _Scale) -> list[str]:
    return [
        f'<path class="{shade}" d="{_path([(point.at, point.best or 0) for point in part], scale)}"/>'
        for stretch in _known(points)
        for shade, is_meant in (("line", _is_counted), ("line uncertain", _is_at_least))
        for part in _parts(stretch, is_meant)
    ]


def _is_counted(point: Point) -> bool:
    return point.is_counted


def _is_at_least(point: Point) -> bool:
    return not point.is_counted


def _parts(stretch: Sequence[Point], is_meant: Callable[[Point], bool]) -> list[list[Point]]:
    """The runs of points that are meant, each with the point before it, from which its line comes."""
    runs: list[list[Point]] = []
    for number, point in enumerate(stretch):
        if not is_meant(point):
            continue
        if number and is_meant(stretch[number - 1]):
            runs[-1].append(point)
        else:
            runs.append([*stretch[max(0, number - 1) : number], point])
    return runs


def _upper(point: Point) -> int:
    return point.high if point.high is not None else point.best or 0


def _path(places: Sequence[tuple[float, int]], scale: _Scale) -> str:
    moves = [f"{scale.x(at)} {scale.y(value)}" for at, value in places]
    return "M" + "L".join(moves if len(moves) > 1 else moves * 2)


def _circle(mark: Mark, scale: _Scale) -> Iterator[str]:
    """A headcount, with a stem to what the books said."""
    x, y = f"{scale.x(mark.at)}%", scale.pixel(mark.found)
    if mark.booked is not None and mark.booked != mark.found:
        yield f'<line class="stem" x1="{x}" x2="{x}" y1="{scale.pixel(mark.booked)}" y2="{y}"/>'
    yield f'<circle class="mark" cx="{x}" cy="{y}" r="{RADIUS}"/>'


def _anchor(at: float) -> str:
    return "start" if at < NEAR_THE_START else "end" if at > NEAR_THE_END else "middle"
