"""Where people can go: everybody at most once, nobody where there is no room, each shelter once with its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.planning.policy import DOUBTS, REFUSALS, placed, split
from app.planning.schemas import Asking, Placement, Placing, Reach, Site
from app.shelters.policy import Standards

NOW = datetime(2025, 3, 16, 20, tzinfo=UTC)
HERE = {"lat": 35.40, "lon": 35.95}
REACH = Reach(**HERE, within_km=50, counted_since=NOW - timedelta(days=7))
WOMEN = {"text": "women and children only", "cells": ["female:*", "*:0-4", "*:5-11", "*:12-17"]}
OPEN = {"status": "open", "capacity": 200, **HERE}


def a_site(code: str = "HALL", people: int | None = 50, *, basis: str = "counted", **state: Any) -> Site:
    counted_at = state.pop("counted_at", NOW if basis == "counted" else None)
    is_disputed = state.pop("is_disputed", False)
    return Site(code, "SY0602", OPEN | state, people, basis, counted_at, "full_count", is_disputed)  # type: ignore[arg-type]


def asking(people: int = 100, cells: dict[str, int] | None = None, **more: Any) -> Asking:
    return Asking(people, {"unknown:unknown": people} if cells is None else cells, **more)


def answer(*sites: Site, limits: Standards | None = None, reach: Reach = REACH, **more: Any) -> Placement:
    return placed(sites, asking(**more), reach, limits or Standards())


def only(found: Placement) -> Placing:
    (one,) = [*found.offered, *found.unsure, *found.refused]
    return one


def codes(one: Placing) -> list[str]:
    return [reason.code for reason in one.reasons]


def test_the_nearest_with_room_for_all_comes_first_and_nobody_is_split() -> None:
    found = answer(
        a_site("NEAR", 150, lat=35.41),
        a_site("MID", 20, lat=35.5),
        a_site("FAR", 20, lat=35.7),
        people=120,
    )
    assert [one.site.shelter for one in found.offered] == ["MID", "FAR", "NEAR"]
    assert [(one.km, one.room) for one in found.offered] == [(11, 180), (33, 180), (1, 50)]
    assert (found.parts, found.without) == ([], 0)


def test_where_none_has_room_for_all_they_are_split_over_the_nearest_that_together_have() -> None:
    found = answer(
        a_site("A", 140, lat=35.41),
        a_site("B", 130, lat=35.5),
        a_site("C", 120, lat=35.6),
        people=120,
    )
    assert [(part.to.site.shelter, part.people) for part in found.parts] == [("A", 60), ("B", 60)]
    assert found.without == 0


def test_nobody_is_sent_to_a_small_one_that_is_not_needed() -> None:
    found = answer(a_site("TINY", 198, lat=35.41), a_site("B", 130, lat=35.5), a_site("C", 120, lat=35.6), people=120)
    assert [(part.to.site.shelter, part.people) for part in found.parts] == [("B", 70), ("C", 50)]


def test_for_whom_there_is_no_room_is_said() -> None:
    found = answer(a_site("A", 170), a_site("B", 190), people=120)
    assert [part.people for part in found.parts] == [30, 10]
    assert found.without == 80
    nowhere = answer(a_site("A", 200), people=120)
    assert (nowhere.offered, nowhere.parts, nowhere.without) == ([], [], 120)


# Each reason, on both sides of where it begins: what makes it hold, and what is just short of it.
BOTH_SIDES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "full": ({"people": 200}, {"people": 199}, {}),
    "says_full": ({"status": "full"}, {"status": "open"}, {}),
    "closed": ({"status": "closing"}, {"status": "open"}, {}),
    "cut_off": ({"access": "cut_off"}, {"access": "difficult"}, {}),
    "not_admitted": (
        {"admits": WOMEN},
        {"admits": {"cells": ["female:*", "male:18-59"]}},
        {"cells": {"female:18-59": 60, "male:18-59": 40}},
    ),
    "not_accessible": ({"toilets_accessible": 0}, {"toilets_accessible": 1}, {"wheelchairs": 1}),
    "no_health_post": ({"health_post": False}, {"health_post": True}, {"needs_health_post": True}),
    "too_far": ({"lat": 35.86}, {"lat": 35.85}, {}),  # 51 and 50 km
    "never_counted": ({"people": None, "basis": "unknown"}, {"people": 0}, {}),
    "at_least": ({"people": 10, "basis": "at_least"}, {"people": 10}, {}),
    "places_unknown": ({"capacity": None}, {"capacity": None, "covered_area_m2": 700.0}, {}),
    "too_old": ({"counted_at": NOW - timedelta(days=7, seconds=1)}, {"counted_at": NOW - timedelta(days=7)}, {}),
    "disputed": ({"is_disputed": True}, {"is_disputed": False}, {}),
    "status_unknown": ({"status": None}, {"status": "open"}, {}),
    "restricted": ({"status": "restricted"}, {"status": "open"}, {}),
    "own_rule": ({"admits": {"text": "families"}}, {"admits": {"text": None, "cells": None}}, {}),
    "who_unknown": ({"admits": WOMEN}, {"admits": WOMEN}, {}),
    "accessible_unknown": ({"toilets_accessible": None}, {"toilets_accessible": 2}, {"wheelchairs": 6}),
    "health_post_unknown": ({"health_post": None}, {"health_post": True}, {"needs_health_post": True}),
    "position_unknown": ({"lat": None}, {"lat": 35.4}, {}),
}


@pytest.mark.parametrize("code", [*REFUSALS, *DOUBTS])
def test_each_reason_begins_where_it_should(code: str) -> None:
    holds, short, who = BOTH_SIDES[code]
    found = answer(a_site(**holds), **who)
    assert codes(only(found)) == [code]
    assert only(found) in (found.refused if code in REFUSALS else found.unsure)
    short_of = {"cells": {"female:unknown": 100}} if code == "who_unknown" else who
    assert codes(only(answer(a_site(**short), **short_of))) == []


def test_full_names_the_resource_that_runs_short_and_how_many_are_there() -> None:
    site = a_site(people=120, toilets=6, water_litres_per_day=3000.0, covered_area_m2=700.0)
    (reason,) = only(answer(site)).reasons
    assert (reason.code, reason.said) == ("full", {"resource": "toilets", "enough": 120, "people": 120})
    eased = only(answer(site, limits=Standards(toilets=50)))
    assert (eased.resource, eased.enough, eased.room, eased.reasons) == ("places", 200, 80, ())


def test_for_one_night_places_alone_may_count() -> None:
    site = a_site(people=120, toilets=6)
    assert only(answer(site)).reasons[0].code == "full"
    one = only(answer(site, by_places=True))
    assert (one.resource, one.room, one.reasons) == ("places", 80, ())
    assert only(answer(a_site(capacity=None, covered_area_m2=350.0), by_places=True)).resource == "covered_area_m2"
    assert codes(only(answer(a_site(capacity=None), by_places=True))) == ["places_unknown"]


def test_at_least_so_many_may_be_too_many_but_never_few_enough() -> None:
    assert codes(only(answer(a_site(people=200, basis="at_least")))) == ["full"]
    one = only(answer(a_site(people=3, basis="at_least")))
    assert (codes(one), one.room) == (["at_least"], None)


def test_who_would_be_turned_away_is_named() -> None:
    cells = {"female:18-59": 60, "male:18-59": 38, "male:60+": 2, "male:0-4": 5, "male:12-17": 0}
    (reason,) = only(answer(a_site(admits=WOMEN), people=105, cells=cells)).reasons
    assert reason.said == {"cells": {"male:18-59": 38, "male:60+": 2}, "text": "women and children only"}
    some = only(answer(a_site(admits=WOMEN), people=12, cells={"male:unknown": 4, "unknown:0-4": 3, "female:60+": 5}))
    assert [(reason.code, reason.said["people"]) for reason in some.reasons] == [("who_unknown", 4)]


def test_no_working_toilet_is_none_for_a_wheelchair() -> None:
    assert "not_accessible" in codes(only(answer(a_site(toilets=0), wheelchairs=1)))


def test_every_reason_is_told_but_no_doubt_where_it_is_refused_and_nothing_else_where_it_is_too_far() -> None:
    unknown = {"people": None, "basis": "unknown"}
    assert codes(only(answer(a_site(**unknown), wheelchairs=6))) == ["never_counted", "accessible_unknown"]
    bad = {**unknown, "status": "closed", "access": "cut_off"}
    assert codes(only(answer(a_site(**bad), wheelchairs=6))) == ["closed", "cut_off"]
    assert codes(only(answer(a_site(**bad, lat=36.9), wheelchairs=6))) == ["too_far"]


def test_who_is_asked_first_are_those_with_room_as_last_counted() -> None:
    old = NOW - timedelta(days=30)
    found = answer(
        a_site("NEVER", None, basis="unknown", lat=35.5),
        a_site("OLD", 20, counted_at=old, lat=35.6),
        a_site("SMALL", 190, counted_at=old, lat=35.55),
        a_site("NOWHERE", 20, lat=None),
    )
    assert [one.site.shelter for one in found.unsure] == ["OLD", "NOWHERE", "SMALL", "NEVER"]


def test_distances_are_those_between_rounded_positions() -> None:
    """Moving a shelter by some hundred metres changes nothing: an exact position cannot be found by asking."""
    asked = [only(answer(a_site(lat=35.4951 + step / 10_000))).km for step in range(98)]
    assert set(asked) == {11}


anything: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "people": st.none() | st.integers(0, 260),
        "basis": st.sampled_from(["counted", "counted", "at_least", "unknown"]),
        "capacity": st.none() | st.integers(0, 300),
        "toilets": st.none() | st.integers(0, 12),
        "toilets_accessible": st.none() | st.integers(0, 2),
        "status": st.sampled_from(["open", "open", "open", "closed", "full", None]),
        "admits": st.sampled_from([None, None, WOMEN]),
        "lat": st.none() | st.floats(35, 36),
        "counted_at": st.sampled_from([NOW, NOW, NOW - timedelta(days=20)]),
    }
)


@given(
    st.lists(anything, max_size=12),
    st.integers(1, 600),
    st.integers(0, 6),
    st.sampled_from(["unknown:unknown", "female:5-11", "male:18-59"]),
)
def test_whatever_is_asked_nobody_is_placed_twice_or_where_there_is_no_room(
    drawn: list[Any], people: int, wheelchairs: int, cell: str
) -> None:
    sites = [a_site(f"S{number}", **(one | _known(one))) for number, one in enumerate(drawn)]
    found = answer(*sites, people=people, cells={cell: people}, wheelchairs=wheelchairs)

    told = [one.site.shelter for one in (*found.offered, *found.unsure, *found.refused)]
    assert sorted(told) == sorted(site.shelter for site in sites), "each shelter once"
    assert not any(one.reasons for one in found.offered)
    assert all({reason.code for reason in one.reasons} <= set(DOUBTS) and one.reasons for one in found.unsure)
    assert all({reason.code for reason in one.reasons} & set(REFUSALS) for one in found.refused)

    for one in found.offered:
        assert one.room is not None
        assert one.km is not None
        assert 0 < one.room == (one.enough or 0) - (one.site.people or 0)
        assert one.site.basis == "counted"
    order = [((one.room or 0) < people, one.km) for one in found.offered]
    assert order == sorted(order), "room for all first, then by distance"

    if found.offered and (found.offered[0].room or 0) >= people:
        assert (found.parts, found.without) == ([], 0)
    else:
        sent = sum(part.people for part in found.parts)
        assert all(0 < part.people <= (part.to.room or 0) for part in found.parts)
        assert len({part.to.site.shelter for part in found.parts}) == len(found.parts)
        assert sent == min(people, sum(one.room or 0 for one in found.offered))
        assert found.without == people - sent
    assert placed(reversed(sites), asking(people, {cell: people}, wheelchairs=wheelchairs), REACH) == found


def _known(one: dict[str, Any]) -> dict[str, Any]:
    """What the fold would say: people are known where there is a basis for them."""
    is_unknown = one["basis"] == "unknown"
    return {"people": None if is_unknown else one["people"] or 0, "counted_at": one["counted_at"]}


@given(st.lists(st.integers(1, 80), min_size=1, max_size=10), st.integers(1, 500))
def test_a_split_uses_no_shelter_it_could_do_without(rooms: list[int], people: int) -> None:
    offered = [Placing(a_site(f"S{n:02}"), n + 1, "places", 200, room) for n, room in enumerate(rooms)]
    parts = split(offered, people)
    room = sum(part.to.room or 0 for part in parts)
    assert sum(part.people for part in parts) == min(people, sum(rooms))
    if room > people:
        assert all(room - (part.to.room or 0) < people for part in parts)
