"""What lies too close together on a picture to be told apart or touched is drawn as one. Pure."""

from collections import defaultdict
from collections.abc import Sequence

Point = tuple[float, float]


def clusters(points: Sequence[Point], apart: Point) -> list[list[int]]:
    """Points by their number, in clusters: each point is in exactly one, and the first of each is where it is drawn.

    In the order they come (the largest first, say), each point joins the nearest first of a cluster that is less than
    `apart` away from it both across and down; where there is none, it is the first of a new one. So any two clusters
    are `apart` across or down, whatever is touched there.
    """
    across, down = apart
    around: dict[tuple[int, int], list[tuple[float, float, list[int]]]] = defaultdict(list)  # firsts within one cell
    found: list[list[int]] = []
    for number, (part_x, part_y) in enumerate(points):
        x, y = part_x / across, part_y / down
        nearest, least = None, 1.0
        for its_x, its_y, members in around[int(x), int(y)]:
            off_x, off_y = abs(x - its_x), abs(y - its_y)
            off = off_x if off_x > off_y else off_y
            if off < least:
                nearest, least = members, off
        if nearest is not None:
            nearest.append(number)
            continue
        found.append(first := [number])
        for beside in (-1, 0, 1):
            for below in (-1, 0, 1):
                around[int(x) + beside, int(y) + below].append((x, y, first))
    return found
