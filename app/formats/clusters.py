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
    on_one_spot: dict[Point, list[int]] = {}
    for number, point in enumerate(points):
        members = on_one_spot.get(point)
        if members is None:
            x, y = point[0] / across, point[1] / down
            column, row = int(x), int(y)
            least = 1.0
            for its_x, its_y, others in around[column, row]:
                off_x, off_y = abs(x - its_x), abs(y - its_y)
                off = off_x if off_x > off_y else off_y
                if off < least:
                    least, members = off, others
            if members is None:
                members = []
                found.append(members)
                for beside in (column - 1, column, column + 1):
                    for below in (row - 1, row, row + 1):
                        around[beside, below].append((x, y, members))
            on_one_spot[point] = members
        members.append(number)
    return found
