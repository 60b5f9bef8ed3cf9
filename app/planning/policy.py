"""Which shelter is offered to whom, where people can go, and when a shelter will be full. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from math import ceil
from statistics import median
from typing import Any

from app.places.policy import km_between
from app.planning.schemas import Asking, Filling, Part, Placement, Placing, Reach, Reason, Room, Site
from app.shelters.policy import POSITION, SPHERE, Standards, admits, binding_of, places_for_people, rounded

MOST_OFFERED = 3  # more are not read at a gate


def admits_all(rule: Mapping[str, Any] | None, cells: Iterable[str]) -> bool:
    """Whether an admission rule lets in everyone of these cells."""
    return all(admits(rule, cell) for cell in cells)


def whole_km(one: Mapping[str, Any], other: Mapping[str, Any]) -> int | None:
    """Kilometres between two shelters as everybody may know them, 1 at least: of exact positions three distances would
    tell a fourth. None where the position of either is not known."""
    if None in (one.get("lat"), one.get("lon"), other.get("lat"), other.get("lon")):
        return None
    here, there = rounded(one), rounded(other)
    return max(1, round(km_between(here["lat"], here["lon"], there["lat"], there["lon"])))


def offered(rooms: Iterable[Room], people: int) -> list[Room]:
    """Of shelters with free places the few to name to so many people: first those that have a place for each, the
    nearest first; a shelter without a position is no nearer than its area says."""
    able = [room for room in rooms if room.free > 0]
    able.sort(key=lambda room: (room.free < people, room.tier, room.km or 0, -room.free, room.shelter))
    return able[:MOST_OFFERED]


# How people at a shelter go on: half as fast as the middle of the slopes between its last three headcounts (Theil-Sen,
# damped). On four real situations that errs 0.50, 0.79, 0.81 and 0.97 times as much as saying that nothing changes;
# without the damping one is worse than that (ARCHITECTURE 134).
TREND_OF, DAMPED_BY = 3, 0.5
COUNTED_WITHIN = timedelta(days=60)  # earlier counts say nothing of now
COUNTED_LATELY = timedelta(days=14)  # the last of them at least
# And at the fastest: half as fast again as between any two of the last five.
FASTEST_OF, FASTER_BY = 5, 1.5
FARTHEST_DAYS = 90


def pace(counts: Sequence[tuple[date, int]]) -> tuple[float, float] | None:
    """People a day by which a shelter fills, and at the fastest, of headcounts with the oldest first; None: too few."""
    last = [one for one in counts if counts[-1][0] - one[0] <= COUNTED_WITHIN] if counts else []
    if len(last) < TREND_OF:
        return None
    fastest = max(_slopes(last[-FASTEST_OF:]))
    return DAMPED_BY * median(_slopes(last[-TREND_OF:])), FASTER_BY * fastest


def filling(counts: Sequence[tuple[date, int]], *, people: int, places: int, today: date) -> Filling | None:
    """When a shelter with so many people, not full yet, will be: by its headcounts, one a day, the oldest first. None:
    nobody can say, for there are too few of them, or the last is old."""
    found = pace(counts)
    if found is None or today - counts[-1][0] > COUNTED_LATELY:
        return None
    about, fastest = (_days(places - people, a_day) for a_day in found)
    return Filling(about, fastest)


def _slopes(counts: Sequence[tuple[date, int]]) -> list[float]:
    return [(later - one) / (then - day).days for (day, one), (then, later) in combinations(counts, 2)]


def _days(free: int, a_day: float) -> int | None:
    """Days until so many places are taken; None: not within sight."""
    if a_day <= 0:
        return None
    days = ceil(free / a_day)
    return days if days <= FARTHEST_DAYS else None


# Why a shelter is not offered: it cannot take them; or nobody knows whether it can, so that somebody must ask. In the
# order they are told: of a shelter that is too far nothing else is, of one that cannot take them no doubts.
REFUSALS = (
    "full",
    "says_full",
    "closed",
    "cut_off",
    "not_admitted",
    "not_accessible",
    "no_health_post",
    "too_far",
)
DOUBTS = (
    "never_counted",
    "at_least",
    "places_unknown",
    "too_old",
    "disputed",
    "status_unknown",
    "restricted",
    "own_rule",
    "who_unknown",
    "accessible_unknown",
    "health_post_unknown",
    "position_unknown",
)
ByRule = Callable[[tuple[str, ...], str | None], tuple[Reason, ...]]  # what an admission rule says of those who ask
_OF_STATUS = {None: "status_unknown", "restricted": "restricted", "full": "says_full", "open": None}


def placed(sites: Iterable[Site], asking: Asking, reach: Reach, limits: Standards = SPHERE) -> Placement:
    """Where these people can go. Offered are first the shelters with room for all of them, the nearest first; where
    there is none, `parts` says how they can be split. What is not known is never offered."""
    offered: list[Placing] = []
    unsure: list[Placing] = []
    refused: list[Placing] = []

    @cache  # thousands of shelters have a few rules
    def by_rule(patterns: tuple[str, ...], words: str | None) -> tuple[Reason, ...]:
        return tuple(_of_people(patterns, words, asking.cells))

    for site in sites:
        one = _placing(site, asking, reach, limits, by_rule)
        codes = {reason.code for reason in one.reasons}
        (refused if codes.intersection(REFUSALS) else unsure if codes else offered).append(one)
    offered.sort(key=lambda one: (not _takes(one, asking.people), one.km or 0, -(one.room or 0), one.site.shelter))
    unsure.sort(key=lambda one: (not _takes(one, asking.people), not _takes(one, 1), *_nearness(one)))
    refused.sort(key=lambda one: (REFUSALS.index(one.reasons[0].code), *_nearness(one)))
    is_for_all = bool(offered) and _takes(offered[0], asking.people)
    parts = [] if is_for_all else split(offered, asking.people)
    without = 0 if is_for_all else asking.people - sum(part.people for part in parts)
    return Placement(offered, unsure, refused, parts, without)


def split(offered: Sequence[Placing], people: int) -> list[Part]:
    """So many people over the first of these that have room for them together, as many in each as it has room for.
    The smallest of those are left out without which it goes too: nobody is sent away alone who need not be."""
    chosen: list[Placing] = []
    room = 0
    for one in offered:
        if room >= people:
            break
        chosen.append(one)
        room += one.room or 0
    not_needed: set[str] = set()
    for one in sorted(chosen, key=lambda one: (one.room or 0, -(one.km or 0), one.site.shelter)):
        if room - (one.room or 0) >= people:
            not_needed.add(one.site.shelter)
            room -= one.room or 0
    parts: list[Part] = []
    waiting = people
    for one in chosen:
        if one.site.shelter not in not_needed:
            parts.append(Part(one, min(one.room or 0, waiting)))
            waiting -= parts[-1].people
    return parts


def _takes(one: Placing, people: int) -> bool:
    return one.room is not None and one.room >= people


def _nearness(one: Placing) -> tuple[bool, int, str]:
    return one.km is None, one.km or 0, one.site.shelter


def _placing(site: Site, asking: Asking, reach: Reach, limits: Standards, by_rule: ByRule) -> Placing:
    state = site.state
    km = whole_km({"lat": reach.lat, "lon": reach.lon}, {name: state.get(name) for name in POSITION})
    places = places_for_people(state)
    resource, enough = _enough(state, places, asking, limits)
    is_known = site.basis == "counted" and places is not None and enough is not None
    room = enough - (site.people or 0) if is_known and enough is not None else None
    one = Placing(site, km, resource, enough, room)
    if km is not None and km > reach.within_km:
        return replace(one, reasons=(Reason("too_far"),))
    rule = state.get("admits") or {}
    found = [*_of_room(one, places, reach), *_of_site(site, km), *_of_needs(state, asking)]
    found += by_rule(tuple(rule.get("cells") or ()), rule.get("text"))
    refusals = [reason for reason in found if reason.code in REFUSALS]
    order = (*REFUSALS, *DOUBTS).index
    return replace(one, reasons=tuple(sorted(refusals or found, key=lambda reason: order(reason.code))))


def _enough(
    state: Mapping[str, Any], places: int | None, asking: Asking, limits: Standards
) -> tuple[str | None, int | None]:
    if not asking.by_places:
        return binding_of(state, limits) or (None, None)
    if places is None:
        return None, None
    return "covered_area_m2" if state.get("capacity") is None else "places", places


def _of_room(one: Placing, places: int | None, reach: Reach) -> Iterator[Reason]:
    site, there = one.site, one.site.people or 0
    if one.enough is not None and there >= one.enough:
        yield Reason("full", {"resource": one.resource, "enough": one.enough, "people": there})
    elif site.basis != "counted":
        yield Reason("at_least", {"people": there}) if site.basis == "at_least" else Reason("never_counted")
    if places is None:
        yield Reason("places_unknown")
    if site.basis == "counted" and site.counted_at is not None and site.counted_at < reach.counted_since:
        yield Reason("too_old", {"counted_at": site.counted_at})
    if site.basis == "counted" and site.is_disputed:
        yield Reason("disputed")


def _of_site(site: Site, km: int | None) -> Iterator[Reason]:
    status = site.state.get("status")
    code = _OF_STATUS.get(status, "closed")
    if code is not None:
        yield Reason(code, {"status": status})
    if site.state.get("access") == "cut_off":
        yield Reason("cut_off")
    if km is None:
        yield Reason("position_unknown")


def _of_people(patterns: tuple[str, ...], words: str | None, cells: Mapping[str, int]) -> Iterator[Reason]:
    """Who would be turned away, and of whom nobody can say: those whose sex or age is not known, or by a rule that is
    only written."""
    if not patterns:
        if words:
            yield Reason("own_rule", {"text": words})
        return
    rule = {"cells": patterns}
    present = {cell: count for cell, count in cells.items() if count > 0}
    turned_away = {cell: count for cell, count in present.items() if not admits(rule, cell)}
    if turned_away:
        yield Reason("not_admitted", {"cells": turned_away, "text": words})
    unsure = sum(count for cell, count in present.items() if cell not in turned_away and not _surely(patterns, cell))
    if unsure:
        yield Reason("who_unknown", {"people": unsure, "text": words})


def _surely(patterns: Iterable[str], cell: str) -> bool:
    """Whether people of a cell are let in whoever is in it."""
    return any(
        all(wanted in ("*", known) for wanted, known in zip(pattern.split(":"), cell.split(":"), strict=True))
        for pattern in patterns
    )


def _of_needs(state: Mapping[str, Any], asking: Asking) -> Iterator[Reason]:
    if asking.wheelchairs:
        accessible = 0 if state.get("toilets") == 0 else state.get("toilets_accessible")
        if not accessible:
            yield Reason("accessible_unknown" if accessible is None else "not_accessible")
    if asking.needs_health_post and not state.get("health_post"):
        yield Reason("health_post_unknown" if state.get("health_post") is None else "no_health_post")
