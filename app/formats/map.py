"""A map of shelters as SVG, drawn on the server: ground with its borders, circles upon it, and words beside them.

Places lie in per cent of the picture while circles and letters keep their size, so what does not touch on the narrowest
screen touches on none. Nothing is mirrored in any language. Shapes carry classes; no colour and no style is inline.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import sqrt

from app.formats.ground import GRID, Ground, lands
from app.formats.labels import Labels
from app.formats.view import HEIGHT, TARGET, WIDTH, View

LARGEST, SMALLEST, SMALLEST_CLUSTER = 22.0, 4.0, 10.0  # radius of a circle: the largest lies within its target
A_SIGN = 4.2  # half of how wide one of the signs in a circle is
APART = (1.02 * TARGET / WIDTH, 1.02 * TARGET / HEIGHT)  # circles, in parts of the picture


@dataclass(frozen=True)
class Circle:
    """A shelter, or a cluster of them. `at`: in parts of the picture from its upper left corner. `shape`: how it is
    filled. `name` is what a screen reader says of it, `inside` what stands in it, and the first of `labels` for which
    there is room stands beside it."""

    at: tuple[float, float]
    radius: float
    shape: str
    href: str
    name: str
    labels: Sequence[str] = ()
    inside: str = ""
    is_uncertain: bool = False
    is_over: bool = False
    is_shut: bool = False
    has_dot: bool = False


def radius_of(people: int, most: int, *, least: float = SMALLEST) -> float:
    """Area says how many people; the smallest are drawn larger than they are, so that they are seen."""
    return max(least, LARGEST * sqrt(people / most)) if most else least


def around(count: str) -> float:
    """How large a circle is at least with a number in it."""
    return min(LARGEST, max(SMALLEST_CLUSTER, A_SIGN * len(count)))


def drawn(
    view: View,
    *,
    ground: Sequence[Ground],
    circles: Sequence[Circle],
    summary: str,
    distance: Callable[[int], str],
    right_to_left: bool = False,
) -> str:
    """The picture. `circles`: the largest first, so that smaller ones lie above; none may be nearer than `APART` to
    another. `distance` writes kilometres."""
    labels = Labels(WIDTH, HEIGHT, right_to_left)
    for circle in circles:
        labels.keep_free(*_pixels(circle.at), circle.radius)
    bar = _scale(view, distance, labels)
    beside = [labels.beside(*_pixels(one.at), one.radius, one.labels, _shade(one)) for one in circles]
    outlines, names = lands(view, ground, labels)
    rings = "".join(_circle(one) for one in circles)
    return (
        f'<svg class="map" role="group" aria-label="{escape(summary, quote=True)}">'
        f'<svg viewBox="0 0 {GRID[0]} {GRID[1]}" preserveAspectRatio="none">{outlines}</svg>'
        f'{names}{rings}<g aria-hidden="true" class="beside">{"".join(beside)}</g>{bar}</svg>'
    )


def _pixels(at: tuple[float, float]) -> tuple[float, float]:
    return at[0] * WIDTH, at[1] * HEIGHT


def _shade(circle: Circle) -> str:
    return "strong risk" if circle.is_over else ""


def _circle(one: Circle) -> str:
    x, y = one.at
    edge = f' class="{one.shape}{" uncertain" if one.is_uncertain else ""}" r="{one.radius:.1f}"'
    inner = f'<circle class="p-base" r="{one.radius + 1.5:.1f}"/><circle{edge}/>'
    if one.has_dot:
        inner += '<circle class="counted" r="2.5"/>'
    if one.is_shut:
        inner += f'<path class="shut" d="M{-one.radius:.1f} {one.radius:.1f}L{one.radius:.1f} {-one.radius:.1f}"/>'
    if one.inside:
        inner += f'<text class="inside" y="4" text-anchor="middle">{escape(one.inside)}</text>'
    if one.is_over and one.inside:
        off = 0.71 * one.radius + 1
        inner += f'<circle class="room-over" cx="{off:.1f}" cy="{-off:.1f}" r="5"/>'
    name, half = escape(one.name, quote=True), TARGET // 2
    href = escape(one.href, quote=True)
    return (
        f'<svg class="at" x="{100 * x:.1f}%" y="{100 * y:.1f}%"><a href="{href}" aria-label="{name}">'
        f'<title>{name}</title><rect class="hit" x="-{half}" y="-{half}" width="{TARGET}" height="{TARGET}" rx="6"/>'
        f"{inner}</a></svg>"
    )


def _scale(view: View, distance: Callable[[int], str], labels: Labels) -> str:
    """How far a kilometre is: a bar of at most a quarter of the picture."""
    power = 1
    while power * 10 * 4 <= view.km:
        power *= 10
    km = next(power * part for part in (5, 2, 1) if part == 1 or power * part * 4 <= view.km)
    end = 3 + 100 * km / view.km
    words = escape(distance(km))
    labels.keep_box(0, HEIGHT - 30, 0.25 * WIDTH + 20, HEIGHT)
    turned = labels.turned
    return (
        f'<g aria-hidden="true"><line class="scale" x1="3%" x2="{end:.1f}%" y1="97%" y2="97%"/>'
        f'<text x="3%" y="97%" dy="-5"{turned} text-anchor="{"end" if turned else "start"}">{words}</text></g>'
    )
