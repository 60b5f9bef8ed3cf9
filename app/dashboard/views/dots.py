"""Shelters as a map shows them: circles, and clusters of them, with their words in the reader's language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext, ngettext

from app.core.templating import named, number, percent
from app.dashboard.schemas import Names, Naming
from app.formats import map as picture
from app.formats.charts import FULL, occupancy_class
from app.formats.clusters import clusters
from app.formats.view import Box, View
from app.population.queries.present import Brief


def largest_first(briefs: Iterable[Brief]) -> list[Brief]:
    """Those with unknown people come last."""
    return sorted(briefs, key=lambda one: (-1 if one.people is None else one.people, one.code), reverse=True)


def box_of(placed: Sequence[Brief]) -> Box:
    lons, lats = [one.lon for one in placed if one.lon is not None], [one.lat for one in placed if one.lat is not None]
    return min(lons), min(lats), max(lons), max(lats)


class Links:
    """Where what is drawn leads, with what the page is asked about."""

    def __init__(self, page: str, kept: dict[str, Any]) -> None:
        self.page = page
        self.kept = kept
        self.behind_shelter = _query(kept)

    def to(self, view: View | None, part: str = "map") -> str:
        return f"{self.page}{_query(self.kept | ({'map': str(view)} if view else {}))}#{part}"

    def everywhere(self) -> str:
        kept = {name: value for name, value in self.kept.items() if name != "area"}
        return f"{self.page}{_query(kept)}#map"

    def shelter(self, code: str) -> str:
        return f"/shelters/{code}{self.behind_shelter}"

    def area(self, code: str) -> str:
        return f"{self.page}{_query(self.kept | {'area': code})}#map"


def _query(kept: dict[str, Any]) -> str:
    return f"?{urlencode(kept, safe=',')}" if kept else ""


def circles_of(view: View, seen: Sequence[Brief], links: Links, called: Naming) -> list[picture.Circle]:
    """Shelters within a view (the largest first) as circles that touch nowhere, what is near together as one."""
    places = view.at([(one.lat or 0.0, one.lon or 0.0) for one in seen])
    found = [
        _Cluster.of(places[members[0]], [seen[one] for one in members]) for members in clusters(places, picture.APART)
    ]
    found.sort(key=lambda one: -one.people)
    most = max((one.people for one in found), default=0)
    names = called([one.dots[0].id for one in found if len(one.dots) == 1])
    return [_several(view, one, most, links) if len(one.dots) > 1 else _alone(one, most, links, names) for one in found]


@dataclass(frozen=True)
class _Cluster:
    """Shelters drawn as one. `people`: of those of which it is known; `unknown`: shelters of which it is not."""

    at: tuple[float, float]
    dots: Sequence[Brief]
    people: int
    unknown: int
    at_least: int
    over: int

    @classmethod
    def of(cls, at: tuple[float, float], dots: Sequence[Brief]) -> "_Cluster":
        people = unknown = at_least = over = 0
        for one in dots:
            if one.people is None:
                unknown += 1
            else:
                people += one.people
            at_least += one.basis == "at_least"
            over += one.is_over
        return cls(at, dots, people, unknown, at_least, over)


def _several(view: View, one: _Cluster, most: int, links: Links) -> picture.Circle:
    """A cluster: a way to look closer, and where that shows no more, to the list of what is in it."""
    box = box_of(one.dots)
    closer = View.of(box)
    is_one_spot = box[:2] == box[2:] or closer.km >= view.km
    count = number(len(one.dots))
    over = str(ngettext("%(n)s full or over", "%(n)s full or over", one.over, n=number(one.over))) if one.over else ""
    said = [ngettext("%(n)s shelter", "%(n)s shelters", len(one.dots), n=count), _people(one)]
    if one.unknown and one.unknown < len(one.dots):
        said.append(ngettext("%(n)s not known", "%(n)s not known", one.unknown, n=number(one.unknown)))
    return picture.Circle(
        one.at,
        picture.radius_of(one.people, most, least=picture.around(count)),
        "cluster",
        links.to(closer, "on-map" if is_one_spot else "map"),
        _listed([*said, over]),
        labels=(over,) if over else (),
        inside=count,
        is_uncertain=bool(one.unknown or one.at_least),
        is_over=bool(one.over),
    )


def _alone(one: _Cluster, most: int, links: Links, names: Names) -> picture.Circle:
    dot = one.dots[0]
    name, taken = named(names[dot.id]), _taken(dot)
    is_shut = dot.status == "closed"
    said = [f"{name}{gettext(':')} {_people(one)}", taken or gettext("capacity not known")]
    return picture.Circle(
        one.at,
        picture.radius_of(one.people, most),
        _shape(dot),
        links.shelter(dot.code),
        _listed([*said, gettext("closed") if is_shut else ""]),
        labels=(f"{name} {taken}", taken) if taken else (name,),
        is_over=dot.is_over,
        is_shut=is_shut,
        has_dot=dot.basis == "counted" and dot.occupancy is None and not dot.has_no_places,
    )


def _shape(dot: Brief) -> str:
    if dot.is_over:
        return occupancy_class(FULL)
    if dot.basis == "at_least":
        return "atleast"
    return "unknown-shape" if dot.occupancy is None else occupancy_class(dot.occupancy)


def _taken(dot: Brief) -> str:
    """What share of its places is taken; empty where that is not known."""
    if dot.occupancy is None:
        return str(gettext("no places")) if dot.has_no_places else ""
    return percent(dot.occupancy) if dot.basis == "counted" else f"≥ {percent(dot.occupancy)}"


def _people(one: _Cluster) -> str:
    if one.unknown == len(one.dots):
        return str(gettext("people not known"))
    people = number(one.people)
    if one.unknown or one.at_least:
        return str(ngettext("at least %(n)s person", "at least %(n)s people", one.people, n=people))
    return str(ngettext("%(n)s person", "%(n)s people", one.people, n=people))


def _listed(said: Sequence[str]) -> str:
    return f"{gettext(',')} ".join(one for one in said if one)
