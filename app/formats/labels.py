"""Where words on a picture stand: beside what they name, upon nothing else. Pure.

Reckoned in pixels of the narrowest screen and placed in per cent; how wide words are is not known here, and guessed
rather too wide. What finds no place is left out: a picture of names upon names tells nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

LETTER, LINE, GAP = 6.6, 15.0, 4.0  # pixels: a letter of 12, a line of them, and between a circle and its label

_Box = tuple[float, float, float, float]  # left, top, right, bottom


class _Place(NamedTuple):
    """Where a text hangs on its point, in pixels from there."""

    anchor: str
    dx: float = 0.0
    dy: float = 4.0


@dataclass
class Labels:
    """Words on a picture of this size. Its sides are never mirrored, but words run as the reader's do."""

    width: float
    height: float
    right_to_left: bool
    taken: list[_Box] = field(default_factory=list)

    @property
    def turned(self) -> str:
        """What a text that runs right to left says of itself; its start is then at its right end."""
        return ' direction="rtl"' if self.right_to_left else ""

    def keep_free(self, x: float, y: float, radius: float) -> None:
        self.keep_box(x - radius, y - radius, x + radius, y + radius)

    def keep_box(self, left: float, top: float, right: float, bottom: float) -> None:
        self.taken.append((left, top, right, bottom))

    def beside(self, x: float, y: float, radius: float, words: Sequence[str], shade: str) -> str:
        """The first of these words for which there is room right of a circle, left of it, below or above. Empty where
        there is none for any."""
        off = radius + GAP
        for said in words:
            wide = LETTER * len(said)
            for left, top, place in (
                (x + off, y - LINE / 2, _Place("start", off)),
                (x - off - wide, y - LINE / 2, _Place("end", -off)),
                (x - wide / 2, y + radius, _Place("middle", dy=radius + 12)),
                (x - wide / 2, y - radius - LINE, _Place("middle", dy=-radius - 4)),
            ):
                if self._is_free(left, top, wide):
                    return self._text((x, y), said, place, shade)
        return ""

    def upon(self, x: float, y: float, words: str, shade: str) -> str:
        """In the middle of an area, or a line or two away from there."""
        wide = LETTER * len(words)
        for off in (0, LINE, -LINE, 2 * LINE, -2 * LINE, 3 * LINE, -3 * LINE):
            if self._is_free(x - wide / 2, y + off - LINE / 2, wide):
                return self._text((x, y + off), words, _Place("middle"), shade)
        return ""

    def _is_free(self, left: float, top: float, wide: float) -> bool:
        right, bottom = left + wide, top + LINE
        if left < 0 or top < 0 or right > self.width or bottom > self.height:
            return False
        if any(left < its[2] and its[0] < right and top < its[3] and its[1] < bottom for its in self.taken):
            return False
        self.keep_box(left, top, right, bottom)
        return True

    def _text(self, at: tuple[float, float], words: str, place: _Place, shade: str) -> str:
        sides = {"start": "end", "end": "start"} if self.right_to_left else {}
        shaded = f' class="{shade}"' if shade else ""
        x, y = 100 * at[0] / self.width, 100 * at[1] / self.height
        return (
            f'<text{shaded} x="{x:.1f}%" y="{y:.1f}%" dx="{place.dx:.0f}" dy="{place.dy:.0f}"{self.turned}'
            f' text-anchor="{sides.get(place.anchor, place.anchor)}">{escape(words)}</text>'
        )
