"""Points for what agrees and differs: the same whichever report came first, and none where two cannot be one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.counts.people import People
from app.duplicates.policy import POSSIBLE_FROM, WITHIN, End, Pair, Position, Told, likeness, most_likely, part_of
from app.duplicates.policy.comparing import Where, Who, where, who
from app.duplicates.policy.scoring import POINTS, SAID

AT = datetime(2025, 3, 16, 11, 5, tzinfo=UTC)
JABLEH, TARTOUS = ("SY", "SY06", "SY0602"), ("SY", "SY10", "SY1000")
STADIUM = End(UUID(int=1), ("Jableh stadium", "ملعب جبلة"), JABLEH, Position(35.3640, 35.9270))
SAME_STADIUM = End(UUID(int=2), ("Stade de Jablé",), JABLEH, Position(35.3645, 35.9275))
HALL = End(UUID(int=3), ("Tartous sports hall",), TARTOUS, Position(34.8890, 35.8860))
SCHOOL_2 = End(UUID(int=4), ("Al-Andalus School 2",), JABLEH, Position(35.3660, 35.9300))
SCHOOL_3 = End(UUID(int=5), ("مدرسة الأندلس ٣",), JABLEH, Position(35.3668, 35.9315))
TRUCK = Told(AT, AT, People(52), to=STADIUM, home=JABLEH)


def points(one: Told, other: Told) -> float | None:
    alike = likeness(one, other, household_size=5.0)
    return None if alike is None else alike.points


def codes(one: Told, other: Told) -> set[str]:
    alike = likeness(one, other, household_size=5.0)
    return set() if alike is None else {reason.code for reason in alike.reasons}


def test_every_point_has_its_sentence() -> None:
    assert POINTS.keys() == SAID.keys()


def test_one_truck_logged_twice_is_possible_and_says_why() -> None:
    alike = likeness(TRUCK, replace(TRUCK, came_at=AT + timedelta(minutes=20)), household_size=5.0)
    assert alike is not None and alike.is_possible
    assert {reason.code for reason in alike.reasons} == {"place_same", "home_same", "number_same", "time_hour"}
    weights = [abs(reason.points) for reason in alike.reasons]
    assert weights == sorted(weights, reverse=True)


@pytest.mark.parametrize(
    "other",
    [
        replace(TRUCK, to=HALL),
        replace(TRUCK, to=None, from_=STADIUM),
        replace(TRUCK, people=People(66)),
        replace(TRUCK, people=People(households=3)),
        replace(TRUCK, came_at=AT + WITHIN + timedelta(seconds=1)),
    ],
)
def test_of_two_places_numbers_or_days_they_cannot_be_one(other: Told) -> None:
    assert points(TRUCK, other) is None and points(other, TRUCK) is None


def test_a_day_alone_is_anywhen_on_that_day() -> None:
    on_the_day = replace(TRUCK, came_at=AT - timedelta(hours=11), is_day_dated=True)
    assert "time_hour" in codes(TRUCK, on_the_day)
    assert points(replace(TRUCK, came_at=AT + WITHIN + timedelta(hours=12)), on_the_day) is not None


def test_one_site_under_two_codes_and_two_that_are_numbered() -> None:
    assert where(STADIUM, SAME_STADIUM) is Where.ALIAS
    assert where(SCHOOL_2, SCHOOL_3) is Where.NEIGHBOUR
    assert where(STADIUM, SCHOOL_2) is Where.NEAR
    assert where(STADIUM, HALL) is Where.ELSEWHERE
    assert where(replace(STADIUM, position=None), replace(SAME_STADIUM, position=None)) is Where.ALIAS
    assert where(replace(STADIUM, position=None), SCHOOL_3) is Where.AREA


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("Families of Sharifa", "عائلات الشريفة", Who.SAME),
        ("Families from Al-Mukhtariyah", "Familles d'Al-Moukhtariya", Who.SAME),
        ("Snobar village", "Snoabr", Who.SAME),
        ("Bus 3 from Banyas", "باص ٣ من بانياس", Who.SAME),
        ("families of Al Sharifa (blue bus)", "Sharifa", Who.PART),
        ("Qal'at Burzuy", "قلعة برزويه", Who.SAME),
        ("Maarrat Misrin", "معرة مصرين", Who.SAME),
        ("Beit Ana", "بيت عانا", Who.SAME),
        ("Bus 1 from Banyas", "Bus 2 from Banyas", Who.OTHER),
        ("الدفعة الأولى من جبلة", "second batch from Jableh", Who.OTHER),
        ("Sharifa, lower quarter", "Sharifa, upper quarter", Who.OTHER),
        ("Families of Barmaya", "Families of Barmana", Who.OTHER),
        ("أهالي بيت عانا", "أهالي بيت ياشوط", Who.OTHER),
        ("Workers of the port", "عمال المرفأ", Who.OTHER_SCRIPT),
        ("displaced families", "Families of Sharifa", Who.UNSAID),
        (None, "Sharifa", Who.UNSAID),
    ],
)
def test_what_groups_are_called(one: str | None, other: str | None, verdict: Who) -> None:
    assert who(one, other) is verdict and who(other, one) is verdict


def test_households_may_be_so_many_people() -> None:
    assert "number_estimated" in codes(TRUCK, replace(TRUCK, people=People(households=10)))
    assert {"households_same"} <= codes(
        replace(TRUCK, people=People(households=9)), replace(TRUCK, people=People(60, households=9))
    )


def test_sex_and_age_that_differ_count_against_it() -> None:
    men, children = replace(TRUCK, people=People(52, cells=(52, 0))), replace(TRUCK, people=People(52, cells=(0, 52)))
    assert "cells_other" in codes(men, children) and "cells_same" in codes(men, men)


def test_whoever_sits_at_one_desk_knows_what_they_entered() -> None:
    mine = replace(TRUCK, by=("me", "phone"))
    later = replace(mine, came_at=AT + timedelta(minutes=30))
    assert "same_reporter" in codes(mine, later)
    assert "saved_twice" in codes(mine, mine)
    assert not {"same_reporter", "saved_twice"} & codes(mine, replace(later, by=("colleague", "phone")))


ends = st.sampled_from([None, STADIUM, SAME_STADIUM, HALL, SCHOOL_2, SCHOOL_3])
peoples = st.builds(People, st.integers(1, 200), households=st.none() | st.integers(1, 40)) | st.builds(
    People, households=st.integers(1, 40)
)


@st.composite
def tolds(draw: st.DrawFn) -> Told:
    at = AT + draw(st.timedeltas(-timedelta(days=3), timedelta(days=3)))
    said: dict[str, Any] = {
        "to": draw(ends),
        "from_": draw(ends),
        "is_day_dated": draw(st.booleans()),
        "label": draw(st.sampled_from([None, "Sharifa", "عائلات الشريفة", "Bus 2", "Families of Barmaya"])),
        "home": draw(st.sampled_from([(), JABLEH, TARTOUS])),
        "by": draw(st.sampled_from([None, ("me",), ("colleague",)])),
    }
    return Told(at, at, draw(peoples), **said)


@given(one=tolds(), other=tolds())
def test_it_does_not_matter_which_was_told_first(one: Told, other: Told) -> None:
    assert points(one, other) == points(other, one)


@pytest.mark.parametrize(
    ("earlier", "later", "part"),
    [
        ({"from_": SCHOOL_2, "seen": "from"}, {"to": STADIUM, "seen": "to"}, "arrival"),
        ({"from_": SCHOOL_2, "to": STADIUM}, {"to": STADIUM}, "arrival"),
        ({"to": STADIUM}, {"from_": SCHOOL_2, "to": STADIUM}, "departure"),
        ({"from_": SCHOOL_2, "to": STADIUM, "seen": "to"}, {"from_": SCHOOL_2, "to": STADIUM}, "departure"),
        ({"from_": SCHOOL_2, "to": STADIUM}, {"from_": SCHOOL_2, "to": STADIUM}, "arrival"),
        ({"to": STADIUM}, {"to": STADIUM}, None),
        ({"from_": SCHOOL_2, "to": STADIUM, "seen": "to"}, {"to": STADIUM}, None),
    ],
)
def test_which_part_of_a_journey_the_later_one_is(
    earlier: dict[str, Any], later: dict[str, Any], part: str | None
) -> None:
    assert part_of(Told(AT, AT, People(52), **later), Told(AT, AT, People(52), **earlier)) == part


def test_of_several_the_likeliest_partner_alone() -> None:
    first, again, by_chance = (uuid4() for _ in range(3))
    near, far = (likeness(TRUCK, replace(TRUCK, came_at=AT + after), household_size=5.0) for after in HOURS)
    assert near is not None and far is not None and near.points > far.points >= POSSIBLE_FROM
    pairs = [Pair(first, by_chance, far), Pair(first, again, near), Pair(by_chance, again, far)]
    assert most_likely(pairs) == [pairs[1]]
    assert most_likely([pairs[0]]) == [pairs[0]]


HOURS = (timedelta(0), timedelta(hours=7))
