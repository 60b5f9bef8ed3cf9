"""Charts as SVG, drawn on the server. Shapes carry classes of the stylesheet; no colour and no style is inline.

The grammar (same in every chart): counted is solid, at least is hatched, not known is a dashed outline and
never zero. Occupancy: below 85 % solid, then diagonal, from 100 % crossed. Bars run past 100 %, never clipped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

NEAR, FULL = 0.85, 1.0


@dataclass(frozen=True)
class Bar:
    """One age of a pyramid: what it is called and how many on each side."""

    label: str
    left: int
    right: int


@dataclass(frozen=True)
class PyramidWords:
    """Texts of a pyramid, in the reader's language. `summary` is what a screen reader says instead of it."""

    left: str
    right: str
    unknown: str
    summary: str


def occupancy_class(occupancy: float) -> str:
    """How a share of the places is drawn."""
    if occupancy >= FULL:
        return "room-over"
    return "room-near" if occupancy >= NEAR else "room-free"


def scale_of(occupancies: Sequence[float | None]) -> float:
    """The share at the end of the bars of one table: the fullest, with a little air, at least 110 %."""
    return max(1.1, 1.05 * max((value for value in occupancies if value is not None), default=1.0))


def occupancy_bar(occupancy: float | None, *, scale: float, is_counted: bool, right_to_left: bool = False) -> str:
    """One bar with a tick at 100 %. Occupancy None: the outline of what is not known.

    Not counted but at least so many: the outline, and in it a hatched part; over the limit it is over, at least.
    """
    limit = 100 * FULL / scale
    if occupancy is None:
        return _bar(_rect("unknown-shape", limit, right_to_left))
    width = 100 * occupancy / scale
    if is_counted or occupancy >= FULL:
        shapes = _rect(occupancy_class(occupancy), width, right_to_left)
    else:
        shapes = _rect("unknown-shape", limit, right_to_left) + _rect("atleast", width, right_to_left)
    at = 100 - limit if right_to_left else limit
    return _bar(f'{shapes}<line class="limit" x1="{at:.1f}%" x2="{at:.1f}%" y1="0" y2="17"/>')


def _bar(shapes: str) -> str:
    return f'<svg class="chart" aria-hidden="true" focusable="false">{shapes}</svg>'


def _rect(shape: str, width: float, right_to_left: bool) -> str:
    start = 100 - width if right_to_left else 0
    return f'<rect class="{shape}" x="{start:.1f}%" y="3" width="{width:.1f}%" height="11"/>'


def pyramid(
    bars: Sequence[Bar], unknown: int, *, words: PyramidWords, write: Callable[[int], str], right_to_left: bool = False
) -> str:
    """Ages from young (below) to old (above), one sex on each side, and below them those not known.

    Text keeps its size while the bars stretch with the page. Mirrored where the page runs right to left.
    """
    widest = max([1, *(max(bar.left, bar.right) for bar in bars)])
    side = _Side(widest, right_to_left)
    parts = [side.heading(words.left, first=True), side.heading(words.right, first=False)]
    for row, bar in enumerate(reversed(bars)):
        parts += [
            side.shape(bar.left, row, first=True, write=write),
            side.shape(bar.right, row, first=False, write=write),
            f'<text x="50%" y="{37 + 26 * row}" text-anchor="middle" class="strong">{escape(bar.label)}</text>',
        ]
    bottom = 24 + 26 * len(bars)
    if unknown:
        parts.append(f'<rect class="unknown-shape" x="9%" y="{bottom + 4}" width="82%" height="22"/>')
        parts.append(f'<text x="50%" y="{bottom + 19}" text-anchor="middle">{escape(words.unknown)}</text>')
    height = bottom + (32 if unknown else 4)
    summary = escape(words.summary, quote=True)
    return f'<svg class="chart" height="{height}" role="img" aria-label="{summary}">{"".join(parts)}</svg>'


@dataclass(frozen=True)
class _Side:
    """Where a side of the pyramid begins and how far its bars reach, in per cent of the width."""

    widest: int
    right_to_left: bool

    def heading(self, text: str, *, first: bool) -> str:
        outwards = self._to_the_right(first)
        at, anchor = (57, "start") if outwards else (43, "end")
        return f'<text x="{at}%" y="12" text-anchor="{anchor}" class="strong">{escape(text)}</text>'

    def shape(self, value: int, row: int, *, first: bool, write: Callable[[int], str]) -> str:
        width, y = 30 * value / self.widest, 24 + 26 * row
        outwards = self._to_the_right(first)
        start = 57 if outwards else 43 - width
        shade = "counted" if first else "counted-2"
        end, anchor, gap = (57 + width, "start", 5) if outwards else (43 - width, "end", -5)
        return (
            f'<rect class="{shade}" x="{start:.1f}%" y="{y}" width="{width:.1f}%" height="18"/>'
            f'<text x="{end:.1f}%" dx="{gap}" y="{y + 13}" text-anchor="{anchor}">{escape(write(value))}</text>'
        )

    def _to_the_right(self, first: bool) -> bool:
        return first is self.right_to_left
