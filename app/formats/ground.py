"""The ground of a map: outlines of areas, cut to what is seen of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.formats.labels import Labels
from app.formats.outlines import STEPS, Ring
from app.formats.view import HEIGHT, TARGET, WIDTH, View

GRID = (1000, 1200)  # that ground is drawn on

_Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Ground:
    """An outline. `name` and `href`: of an area that can be picked; None for what lies around."""

    rings: Sequence[Ring]
    name: str | None = None
    href: str | None = None


def lands(view: View, ground: Sequence[Ground], labels: Labels) -> tuple[str, str]:
    """Outlines, each a link where an area can be picked and is large enough to be touched; and their names, where
    there is room for them."""
    paths, names = [], []
    for one in ground:
        seen = [kept for ring in one.rings if len(kept := _clipped(_on_grid(view, ring))) > 2]
        if not seen:
            continue
        path = f'<path class="ground" d="{"".join(map(_path, seen))}"/>'
        largest = max(seen, key=_size)
        if one.href is None or one.name is None or not _can_be_touched(largest):
            paths.append(path)
            continue
        name = escape(one.name, quote=True)
        paths.append(f'<a class="area" href="{escape(one.href, quote=True)}" aria-label="{name}">{path}</a>')
        x, y = _middle(largest)
        names.append(labels.upon(x / GRID[0] * WIDTH, y / GRID[1] * HEIGHT, one.name, "region"))
    return "".join(paths), f'<g aria-hidden="true" class="beside">{"".join(names)}</g>'


def _on_grid(view: View, ring: Ring) -> _Line:
    west, south, east, north = view.box
    wide, high = GRID[0] / (east - west), GRID[1] / (north - south)
    return [
        ((lon / STEPS - west) * wide, (north - lat / STEPS) * high)
        for lon, lat in zip(ring[::2], ring[1::2], strict=True)
    ]


def _clipped(line: _Line) -> _Line:
    """What of a ring lies within the picture (Sutherland and Hodgman 1974): nothing of it can be touched elsewhere."""
    for axis in (0, 1):
        for bound, sign in ((0, 1), (GRID[axis], -1)):
            if line and any((point[axis] - bound) * sign < 0 for point in line):
                line = _cut(line, axis, bound, sign)
    return line


def _cut(line: _Line, axis: int, bound: float, sign: int) -> _Line:
    kept: _Line = []
    before = line[-1]
    for point in line:
        was, now = (before[axis] - bound) * sign, (point[axis] - bound) * sign
        if (was < 0) != (now < 0):
            part = was / (was - now)
            kept.append((before[0] + part * (point[0] - before[0]), before[1] + part * (point[1] - before[1])))
        if now >= 0:
            kept.append(point)
        before = point
    return kept


def _path(line: _Line) -> str:
    steps = [f"{x:.0f} {y:.0f}" for x, y in line]
    return "M" + "L".join(step for step, before in zip(steps, ["", *steps], strict=False) if step != before) + "Z"


def _extent(line: _Line) -> tuple[float, float]:
    xs, ys = [x for x, _ in line], [y for _, y in line]
    return max(xs) - min(xs), max(ys) - min(ys)


def _size(line: _Line) -> float:
    across, down = _extent(line)
    return across * down


def _can_be_touched(line: _Line) -> bool:
    across, down = _extent(line)
    return across * WIDTH / GRID[0] >= TARGET and down * HEIGHT / GRID[1] >= TARGET


def _middle(line: _Line) -> tuple[float, float]:
    """The centre of gravity of what a ring holds."""
    doubled = moment_x = moment_y = 0.0
    for (x, y), (to_x, to_y) in zip(line, [*line[1:], line[0]], strict=True):
        part = x * to_y - to_x * y
        doubled += part
        moment_x, moment_y = moment_x + (x + to_x) * part, moment_y + (y + to_y) * part
    if abs(doubled) < 1:
        return line[0]
    return moment_x / doubled / 3, moment_y / doubled / 3
