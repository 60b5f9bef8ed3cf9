"""From where to where as SVG, drawn on the server: two columns of bars, and between them a stream for each flow, all to
one scale.

The grammar is that of charts.py: what is known is solid, what is not known is a dashed outline. It reads as the page
does, from where people had their homes to where they are. Text keeps its size while the streams stretch with the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

HEAD, LABEL, GAP = 22, 20, 10  # pixels: above the bars, over each bar, between one bar and the next label
TALL = 260  # all bars of a column together
THINNEST = 1.5  # so that the smallest flow is seen; everything else is to scale
BAR = 1.4  # per cent of the width


@dataclass(frozen=True)
class End:
    """One bar: what it is called and how many, as it is written. `is_known` False: their home is not known."""

    name: str
    said: str
    is_known: bool = True


@dataclass(frozen=True)
class Words:
    """Texts of the picture, in the reader's language. `summary` is what a screen reader says instead of it."""

    starts: str
    ends: str
    summary: str


def streams(
    starts: Sequence[End],
    ends: Sequence[End],
    flows: Mapping[tuple[int, int], int],
    *,
    words: Words,
    right_to_left: bool = False,
) -> str:
    """The picture. `flows`: people by the number of the start and of the end; all above zero."""
    scale = TALL / max(1, sum(flows.values()))
    thick = {pair: max(THINNEST, people * scale) for pair, people in flows.items()}
    first = _Column([sum(wide for (start, _), wide in thick.items() if start == n) for n in range(len(starts))])
    last = _Column([sum(wide for (_, end), wide in thick.items() if end == n) for n in range(len(ends))])
    height = max(first.height, last.height)
    page = _Page(right_to_left)
    shapes = [
        *_bands(thick, first, last, starts, page),
        *_bars(first, starts, page, 0),
        *_bars(last, ends, page, 100 - BAR),
    ]
    texts = [page.text(0, 13, words.starts), page.text(100, 13, words.ends)]
    for column, at, told in ((first, 0, starts), (last, 100, ends)):
        texts += [page.text(at, y - 6, one.name, one.said) for y, one in zip(column.tops, told, strict=True)]
    inner = f'<svg width="100%" height="{height}" viewBox="0 0 100 {height}" preserveAspectRatio="none">'
    summary = escape(words.summary, quote=True)
    return (
        f'<svg class="chart" height="{height}" role="img" aria-label="{summary}">'
        f"{inner}{''.join(shapes)}</svg>{''.join(texts)}</svg>"
    )


class _Column:
    """Bars under each other, each with room for its label above it."""

    def __init__(self, thick: Sequence[float]) -> None:
        self.thick = thick
        self.tops: list[float] = []
        y: float = HEAD
        for bar in thick:
            self.tops.append(round(y + LABEL, 1))
            y += LABEL + bar + GAP
        self.height = round(y)


@dataclass(frozen=True)
class _Page:
    right_to_left: bool

    def x(self, at: float) -> float:
        return round(100 - at if self.right_to_left else at, 1)

    def text(self, at: float, y: float, words: str, more: str = "") -> str:
        x = self.x(at)
        anchor = "start" if x == 0 else "end"
        number = f' <tspan class="number-of">{escape(more)}</tspan>' if more else ""
        return f'<text class="strong over" x="{x}%" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}{number}</text>'


def _bars(column: _Column, told: Sequence[End], page: _Page, at: float) -> Iterator[str]:
    x = page.x(at) - (BAR if page.right_to_left else 0)
    for top, thick, one in zip(column.tops, column.thick, told, strict=True):
        kind = "counted" if one.is_known else "unknown-shape thin"
        yield f'<rect class="{kind}" x="{x:.1f}" y="{top}" width="{BAR}" height="{thick:.1f}"/>'


def _bands(
    thick: Mapping[tuple[int, int], float], first: _Column, last: _Column, starts: Sequence[End], page: _Page
) -> Iterator[str]:
    """Each stream leaves its start and enters its end below the one before it, so that few cross."""
    leaves = _stacked(sorted(thick), thick, first.tops, side=0)
    enters = _stacked(sorted(thick, key=lambda pair: (pair[1], pair[0])), thick, last.tops, side=1)
    x, middle, end = page.x(BAR), page.x(50), page.x(100 - BAR)
    for pair, wide in thick.items():
        out, into = leaves[pair], enters[pair]
        kind = "stream" if starts[pair[0]].is_known else "stream not-known"
        yield (
            f'<path class="{kind}{" odd" if pair[0] % 2 else ""}" d="M{x} {out:.1f}C{middle} {out:.1f} {middle} '
            f"{into:.1f} {end} {into:.1f}V{into + wide:.1f}C{middle} {into + wide:.1f} {middle} {out + wide:.1f} "
            f'{x} {out + wide:.1f}Z"/>'
        )


def _stacked(
    order: Sequence[tuple[int, int]], thick: Mapping[tuple[int, int], float], tops: Sequence[float], *, side: int
) -> dict[tuple[int, int], float]:
    at: dict[tuple[int, int], float] = {}
    y = 0.0
    for before, pair in pairwise([None, *order]):
        if pair is None:
            continue
        y = tops[pair[side]] if before is None or before[side] != pair[side] else y + thick[before]
        at[pair] = y
    return at
