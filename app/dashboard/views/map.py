"""The map of the situation: shelters by how many people they hold and how full they are, on the ground of the areas.

Positions are those everybody may know, to a kilometre, whoever looks: the page stands open all day and is shown in
meetings. So nothing exact is looked at, and nothing is written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import g, request, url_for
from flask_babel import gettext
from markupsafe import Markup

from app.core.http import session
from app.core.templating import direction, named, number
from app.dashboard.schemas import Names, Standing
from app.dashboard.views.dots import Links, box_of, circles_of, largest_first
from app.dashboard.views.moments import Asked
from app.formats import map as picture
from app.formats.ground import Ground
from app.formats.view import CLOSEST, Box, View
from app.places.queries import bounds_of, outlines_in
from app.places.schemas import OutlineShown
from app.population.queries.present import Brief
from app.shelters.policy import ROUNDED_TO

LISTED = 20
ALONE_KM = 20  # what is shown around one shelter
AROUND_KM = 40  # and around an area of which only a point is known


@dataclass(frozen=True)
class Map:
    """A drawn map and what is said beside it. `drawn` None: nobody has said where anything lies. `outside`: shelters
    that lie elsewhere than this view; `unplaced`: of which no position is known. `people`: in all shelters, wherever
    they lie. `names`: of those listed. Addresses by what they lead to."""

    drawn: Markup | None = None
    listed: Sequence[Brief] = ()
    names: Names = field(default_factory=dict)
    on_map: int = 0
    outside: int = 0
    unplaced: int = 0
    people: int = 0
    has_ground: bool = False
    is_closest: bool = False
    ways: dict[str, str] = field(default_factory=dict)


def map_of(asked: Asked, stands: Standing) -> Map:
    """The map of shelters as the address frames it: by `map`, else by the area, else all."""
    dots = largest_first(stands.briefs)
    placed = [one for one in dots if one.lat is not None and one.lon is not None]
    unplaced, people = len(dots) - len(placed), sum(one.people or 0 for one in dots)
    typed = View.read(request.args.get("map", ""))
    view = typed or _whole(asked, placed)
    if view is None:
        return Map(unplaced=unplaced, people=people)
    west, south, east, north = view.inner_box
    seen = [one for one in placed if south <= one.lat <= north and west <= one.lon <= east]  # type: ignore[operator]  # placed
    links = Links(url_for(".situation"), asked.kept)
    outlines = outlines_in(session(), asked.scope.operation_id, view.box)
    drawn = picture.drawn(
        view,
        ground=_ground(outlines, links),
        circles=circles_of(view, seen, links, stands.called),
        summary=gettext("Map of shelters"),
        distance=lambda km: str(gettext("%(number)s km", number=number(km))),
        right_to_left=direction() == "rtl",
    )
    return Map(
        drawn=Markup(drawn),  # noqa: S704  # the map escapes every text
        listed=seen[:LISTED],
        names=stands.called([one.id for one in seen[:LISTED]]),
        on_map=len(seen),
        outside=len(placed) - len(seen),
        unplaced=unplaced,
        people=people,
        has_ground=bool(outlines),
        is_closest=view.km == CLOSEST,
        ways=_ways(view, typed is not None, asked, links),
    )


def _ways(view: View, is_typed: bool, asked: Asked, links: Links) -> dict[str, str]:
    """Where one can go from this view: only where that is another."""
    ways = {
        "closer": (closer := view.closer()) and links.to(closer),
        "wider": (wider := view.wider()) and links.to(wider),
        "whole": links.to(None) if is_typed else None,
        "everywhere": links.everywhere() if asked.area else None,
    }
    return {way: address for way, address in ways.items() if address}


def _whole(asked: Asked, placed: Sequence[Brief]) -> View | None:
    """All of the area that is asked for, with every shelter in it; without one, all shelters; else what is known."""
    bounds: Box | None = None
    if asked.area is not None or not placed:
        bounds = bounds_of(session(), asked.scope.operation_id, asked.scope.areas)
    if placed:
        bounds = _joined(bounds, box_of(placed))
    if bounds is not None:
        return View.of(bounds, least=ALONE_KM)
    area = asked.area
    if area is None or area.lat is None or area.lon is None:
        return None
    return View(round(area.lat, ROUNDED_TO), round(area.lon, ROUNDED_TO), AROUND_KM)


def _joined(one: Box | None, other: Box) -> Box:
    if one is None:
        return other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _ground(outlines: Sequence[OutlineShown], links: Links) -> list[Ground]:
    """Areas of the reader can be picked where no finer ones are drawn in them; all else is ground without a name."""
    parted = {code for one in outlines for code in (one.path or ())[:-1]}
    return [
        Ground(one.rings, named(one.name or {}), links.area(one.area))
        if one.area and one.area not in parted and g.actor.scope.holds(one.path or ())
        else Ground(one.rings)
        for one in outlines
    ]
