"""Putting together what several of the coordinator's pages show."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.policy import Actor, Scope
from app.core.text import LONGEST_NAME
from app.counts.matrix import NOT_KNOWN, matrix_of
from app.dashboard.policy import lifted
from app.dashboard.schemas import Called, Crossing, FromHome, Homes, Standing, Start, StartMeant
from app.intake.queries import as_reference, find_places
from app.places.models import Area
from app.places.policy import meant_by, plain
from app.places.queries import areas_of
from app.places.schemas import Candidate
from app.planning.schemas import Site
from app.population import queries as population
from app.population.past import Past
from app.population.queries import figures_of
from app.population.queries.flows import Flow, flows, largest
from app.population.queries.groups import called_of
from app.population.queries.journeys import called_groups
from app.population.queries.listing import Wanted, listed, room_of
from app.population.queries.present import Brief, briefs_now, fullest_of, names_now
from app.population.queries.reasons import Step
from app.shelters.queries import ShelterRow, list_shelters

LISTED = 12  # places of one origin
SUGGESTED = 5
USUAL_LEVEL = 2  # districts
TABLE, PICTURE = (15, 8), (7, 7)  # most homes and most areas told apart
_IN_BRACKETS = re.compile(r"\(([A-Za-z0-9-]{1,32})\)\s*$")


def names_in(session: Session, actor: Actor, steps: Iterable[Step]) -> dict[str, Called]:
    """What the other ends of movements are called: shelters by the word used for them, areas and homes by P-code."""
    ends = [end for step in steps for end in (step.said.get("from"), step.said.get("to")) if end]
    shelters = {str(end["shelter"]) for end in ends if end.get("shelter")}
    codes = {str(end["area"]) for end in ends if end.get("area")}
    codes |= {str(step.said["origin"]) for step in steps if step.said.get("origin")}
    operation_id = actor.scope.operation_id
    names: dict[str, Called] = {}
    if shelters:
        found = find_places(session, operation_id, shelters=shelters, areas=())
        called = called_of(session, actor, {place.id for place in found.values()})
        for word in shelters:
            place = found.get(as_reference(word))
            if place is not None and place.id in called:
                names[word] = Called(called[place.id][0], called[place.id][2])
    if codes:
        areas = areas_of(session, operation_id, sorted(codes))
        names |= {f"area:{code}": Called(None, area.name) for code, area in areas.items()}
    return names


def groups_here(session: Session, people: Mapping[UUID, int]) -> list[tuple[str, str | None, int]]:
    """Groups with people at a place, so many of each: code, label, people; the largest first."""
    called = called_groups(session, people) if people else {}
    listed = [(*called[group], count) for group, count in people.items() if group in called]
    return sorted(listed, key=lambda one: (-one[2], one[0]))


def homes(session: Session, *, scope: Scope, past: Past) -> Homes:
    """Everybody in scope by the area their home lies in; origins with most people first."""
    found, _ = flows(session, scope=scope, past=past)
    by_origin: dict[str | None, list[Flow]] = defaultdict(list)
    for flow in found:
        by_origin[flow.origin].append(flow)
    names = areas_of(session, scope.operation_id, [origin for origin in by_origin if origin])
    rows = [
        _from_home(origin, _named(origin, names) or {}, places)
        for origin, places in by_origin.items()
        if origin is not None
    ]
    rows.sort(key=lambda row: (-row.people, row.origin or ""))
    not_known = _from_home(None, {}, by_origin[None]) if None in by_origin else None
    return Homes(rows, not_known, sum(flow.people for flow in found), found)


def crossing(
    session: Session, flows: Sequence[Flow], *, scope: Scope, levels: tuple[int | None, int | None]
) -> Crossing:
    """These flows by area, of homes and of where people are; `levels`: those asked for, None: districts."""
    known = areas_of(
        session, scope.operation_id, sorted({code for one in flows for code in (one.origin, one.area) if code})
    )
    above = {code for area in known.values() for code in area.path} - known.keys()
    areas = known | areas_of(session, scope.operation_id, sorted(above))
    paths = {code: area.path for code, area in known.items()}
    deepest = [
        max((len(paths[code]) - 1 for code in codes if code in paths), default=0)
        for codes in ({one.origin or "" for one in flows}, {one.area for one in flows})
    ]
    home_level, place_level = (
        min(USUAL_LEVEL, most) if asked is None else min(max(0, asked), most)
        for asked, most in zip(levels, deepest, strict=True)
    )
    told = [
        (
            lifted(paths.get(one.origin, [one.origin]), home_level) if one.origin else NOT_KNOWN,
            lifted(paths.get(one.area, [one.area]), place_level, scope.areas),
            one.people,
        )
        for one in flows
    ]
    return Crossing(
        table=matrix_of(told, most_homes=TABLE[0], most_places=TABLE[1]),
        picture=matrix_of(told, most_homes=PICTURE[0], most_places=PICTURE[1]),
        areas=areas,
        levels=(list(range(deepest[0] + 1)), list(range(deepest[1] + 1))),
        home_level=home_level,
        place_level=place_level,
    )


def largest_flows(session: Session, *, scope: Scope, past: Past, most: int) -> list[tuple[dict[str, str] | None, Flow]]:
    """The largest flows to places in scope, each with the name of the home (None: not known)."""
    found = largest(session, scope=scope, past=past, most=most)
    names = areas_of(session, scope.operation_id, sorted({flow.origin for flow in found if flow.origin}))
    return [(_named(flow.origin, names), flow) for flow in found]


def _named(origin: str | None, names: Mapping[str, Area]) -> dict[str, str] | None:
    if origin is None:
        return None
    return names[origin].name if origin in names else {"en": origin}


def standing(session: Session, *, scope: Scope, past: Past, most: int, kind: str | None = None) -> Standing:
    """All shelters in scope (of a kind, as `past` is): where there is room, the fullest of them, each in brief."""
    if past.is_present:
        briefs = briefs_now(session, scope=scope, kind=kind)
        fullest = figures_of(session, past.frame, fullest_of(briefs, most))
        return Standing(room_of(briefs), fullest, briefs, partial(names_now, session))
    described = population.shelters_described(session, scope=scope, past=past)
    wanted = Wanted(sort="occupancy", is_descending=True)
    figures = listed([(one.figure, one.state) for one in described], wanted)
    names = {one.place_id: one.name for one in figures}
    briefs = [Brief.of(one) for one in figures]
    return Standing(room_of(figures), figures[:most], briefs, lambda ids: {id_: names[id_] for id_ in ids})


def _from_home(origin: str | None, name: dict[str, str], places: list[Flow]) -> FromHome:
    ordered = sorted(places, key=lambda flow: (-abs(flow.people), flow.shelter or flow.area))
    people = sum(flow.people for flow in places)
    return FromHome(origin, name, people, ordered[:LISTED], max(0, len(ordered) - LISTED))


def shelters_called(
    session: Session, *, scope: Scope, typed: str, but: str
) -> tuple[list[ShelterRow], list[ShelterRow]]:
    """Shelters in scope of this code or name, and (if there is none) some whose names hold it; `but` is left out."""
    if len(typed) > LONGEST_NAME:
        return [], []
    others = [row for row in list_shelters(session, scope=scope) if row.code != but]
    wanted = _plain(typed)
    of_code = [row for row in others if _plain(row.code) == wanted]
    if of_code:
        return of_code, []
    same = [row for row in others if any(_plain(name) == wanted for name in _names(row.state))]
    near = [row for row in others if any(wanted in _plain(name) for name in _names(row.state))] if wanted else []
    return same[:SUGGESTED], near[:SUGGESTED]


def start_meant(areas: Mapping[str, Area], sites: Sequence[Site], *, typed: str, picked: str = "") -> StartMeant:
    """The shelter or area that is meant by a name in any script, or by its code. `picked` is the key of one that was
    chosen of several."""
    shelters = {f"shelter:{site.shelter}": site for site in sites}

    def found(key: str) -> Start | None:
        kind, _, code = key.partition(":")
        if key in shelters:
            site = shelters[key]
            return _start(key, site.state["name"], site.state, areas, site.area)
        if kind != "area" or code not in areas:
            return None
        area = areas[code]
        return _start(key, area.name, {"lat": area.lat, "lon": area.lon}, areas, area.parent, level=area.level)

    in_brackets = _IN_BRACKETS.search(typed)
    code = (in_brackets[1] if in_brackets else typed).strip().upper()
    for key in (picked, f"shelter:{code}", f"area:{code}"):
        start = found(key)
        if start is not None:
            return StartMeant(start)
    called = [Candidate(key, (site.shelter, *_names(site.state))) for key, site in shelters.items()]
    called += [Candidate(f"area:{area.code}", (area.code, *area.name.values())) for area in areas.values()]
    meant = meant_by(typed, called)
    if meant.one is not None:
        return StartMeant(found(meant.one.key))
    maybe = tuple(start for one in meant.maybe if (start := found(one.key)) is not None)
    return StartMeant(None, maybe, any(plain(name) == plain(typed) for one in meant.maybe for name in one.names))


def _start(
    key: str,
    name: dict[str, str],
    said: Mapping[str, Any],
    areas: Mapping[str, Area],
    above: str | None,
    *,
    level: int | None = None,
) -> Start:
    """A place with its own position, else with that of the smallest area around it which has one. A country has none
    that tells what is near."""
    if None not in (said.get("lat"), said.get("lon")):
        return Start(key, name, said["lat"], said["lon"], level)
    area = areas.get(above or "")
    while area is not None and area.level:
        if area.lat is not None and area.lon is not None:
            return Start(key, name, area.lat, area.lon, level, area.name)
        area = areas.get(area.parent or "")
    return Start(key, name, None, None, level)


def _names(state: Mapping[str, Any]) -> list[Any]:
    return [*state["name"].values(), *(state.get("aliases") or ())]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
