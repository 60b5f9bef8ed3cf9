"""Which two reports look like one; how many agree in nothing but their number, and are not asked about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.policy import FEW, Told, look_alike, may_have_alike
from app.intake.policy.alike import (
    COUNTED_AGAIN_AFTER,
    FEW_WITHIN,
    LIKE_NUMBER_WITHIN,
    SAME_NUMBER_WITHIN,
    is_near,
)
from app.intake.policy.registered import are_one_group, is_one_name

AT = datetime(2025, 3, 16, 11, 5, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
ME, COLLEAGUE = (uuid4(), "phone 1"), (uuid4(), "phone 2")
FAMILY = (1, 2, 2, 0)


def told(number: int | None = 52, kind: str = "arrival", after: timedelta = timedelta(), **more: object) -> Told:
    said = {"is_day_dated": False, "by": ME, **more}
    return Told(kind, AT + after, (AT + after).date(), number=number, **said)  # type: ignore[arg-type]  # any of its fields


TRUCK = told()
ONE_FAMILY = told(5, home="SY1002", cells=FAMILY)
AGAIN = replace(ONE_FAMILY, by=COLLEAGUE)


@pytest.mark.parametrize(
    "other",
    [
        TRUCK,
        told(by=COLLEAGUE),
        told(after=SAME_NUMBER_WITHIN),
        told(after=-SAME_NUMBER_WITHIN),
        told(50, after=LIKE_NUMBER_WITHIN),
        told(54),
        told(is_day_dated=True, after=timedelta(hours=-11)),
        told(home="SY1002", group=uuid4()),
    ],
)
def test_a_truck_two_people_log_is_asked_about(other: Told) -> None:
    assert look_alike(TRUCK, other) and look_alike(other, TRUCK)


@pytest.mark.parametrize(
    "other",
    [
        told(after=SAME_NUMBER_WITHIN + MOMENT),
        told(50, after=LIKE_NUMBER_WITHIN + MOMENT),
        told(56),
        told(520),
        told(5),
        told(None),
        told(kind="departure"),
        told(kind="headcount"),
        told(in_households=True),
        told(54, is_day_dated=True),
        told(is_day_dated=True, after=timedelta(days=-1)),
    ],
)
def test_another_number_or_time_or_end_is_another(other: Told) -> None:
    assert not look_alike(TRUCK, other)


@pytest.mark.parametrize("part", ["home", "group", "other_end"])
def test_who_says_that_they_are_others_is_believed(part: str) -> None:
    one, other = (replace(TRUCK, **{part: value}) for value in (UUID(int=1), UUID(int=2)))
    assert not look_alike(one, other)
    assert look_alike(one, TRUCK) and look_alike(one, one)


def test_round_numbers_are_guesses_and_agree_for_an_hour() -> None:
    bus = told(50)
    assert look_alike(bus, told(50, after=LIKE_NUMBER_WITHIN))
    assert not look_alike(bus, told(50, after=LIKE_NUMBER_WITHIN + MOMENT))
    assert look_alike(told(50, cells=FAMILY), told(50, cells=FAMILY, after=SAME_NUMBER_WITHIN))
    assert not look_alike(bus, told(50, is_day_dated=True))
    assert look_alike(told(50, home="SY1002"), told(50, home="SY1002", is_day_dated=True))


def test_a_family_is_asked_about_where_another_says_all_the_same_of_it() -> None:
    assert look_alike(ONE_FAMILY, AGAIN)
    assert look_alike(ONE_FAMILY, replace(AGAIN, at=AT + FEW_WITHIN))
    assert look_alike(ONE_FAMILY, replace(AGAIN, by=(ME[0], "another phone")))


@pytest.mark.parametrize(
    "other",
    [
        ONE_FAMILY,  # whoever sits at a desk enters family after family
        replace(AGAIN, at=AT + FEW_WITHIN + MOMENT),
        replace(AGAIN, cells=(1, 2, 1, 1)),
        replace(AGAIN, cells=None),
        replace(AGAIN, home=None),
        replace(AGAIN, home="SY0602"),
        replace(AGAIN, is_day_dated=True),
    ],
)
def test_families_of_five_come_all_day(other: Told) -> None:
    assert not look_alike(ONE_FAMILY, other)


@given(number=st.integers(1, FEW - 1), minutes=st.integers(-300, 300))
def test_few_people_with_nothing_but_their_number_are_never_asked_about(number: int, minutes: int) -> None:
    assert not look_alike(told(number), told(number, by=COLLEAGUE, after=timedelta(minutes=minutes)))


def test_a_count_is_asked_about_for_an_hour_and_only_by_the_same_method() -> None:
    count = told(kind="headcount", method="full_count")
    assert look_alike(count, replace(count, at=AT + COUNTED_AGAIN_AFTER))
    assert not look_alike(count, replace(count, at=AT + COUNTED_AGAIN_AFTER + MOMENT))
    assert not look_alike(count, replace(count, method="registration"))
    assert not look_alike(count, replace(count, number=53))


tolds = st.builds(
    told,
    st.none() | st.integers(0, 70),
    st.sampled_from(["arrival", "departure", "headcount"]),
    st.timedeltas(-timedelta(hours=4), timedelta(hours=4)),
    home=st.sampled_from([None, "SY1002", "SY0602"]),
    cells=st.sampled_from([None, FAMILY, (5, 0, 0, 0)]),
    is_day_dated=st.booleans(),
    by=st.sampled_from([ME, COLLEAGUE]),
    method=st.sampled_from([None, "full_count"]),
)


@given(one=tolds, other=tolds)
def test_it_does_not_matter_which_came_first(one: Told, other: Told) -> None:
    assert look_alike(one, other) == look_alike(other, one)


@given(one=tolds, other=tolds)
def test_what_looks_alike_is_of_one_kind_and_nearly_one_number(one: Told, other: Told) -> None:
    if look_alike(one, other):
        assert one.kind == other.kind
        assert is_near(one.number or 0, other.number or 0)


@given(one=tolds, other=tolds)
def test_what_cannot_have_one_alike_is_like_nothing(one: Told, other: Told) -> None:
    may = may_have_alike(
        number=one.number,
        in_households=one.in_households,
        is_count=one.kind == "headcount",
        says_cells=one.cells is not None,
        says_home=one.home is not None or one.group is not None,
    )
    assert may or not look_alike(one, other)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_numbers_near_each_other_differ_by_a_twentieth(one: int, other: int) -> None:
    assert is_near(one, other) == is_near(other, one) == (abs(one - other) <= max(one, other) / 20)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Khmeimim air base", "Hmeimim Airbase"),
        ("حميميم", "Hmeimim"),
        ("Al-Andalus School 2", "al andalus school (2)"),
        ("Jableh stadium", "Jableh Stadion"),
    ],
)
def test_one_site_under_two_spellings_is_asked_about(one: str, other: str) -> None:
    assert is_one_name(one, other) and is_one_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("School 2", "School 3"),
        ("Hall A", "Hall B"),
        ("Camp East", "Camp West"),
        ("Jableh North School", "Jableh South School"),
        ("مدرسة البنات جبلة", "مدرسة البنين جبلة"),
        ("Jableh", "Jableh secondary school for girls"),
        ("Shelter KHM", "Shelter JAB"),
        ("مدرسة ١", "مدرسة ٢"),
        ("", ""),
    ],
)
def test_neighbours_are_not_one_site(one: str, other: str) -> None:
    assert not is_one_name(one, other)


def test_groups_are_one_by_name_or_by_day_and_number() -> None:
    fled = {"displaced_on": "2025-03-07", "people": {"total": 52}}
    assert are_one_group(fled, fled)
    assert are_one_group({"label": "Families of Banyas"}, {"label": "families of Baniyas", **fled})
    assert are_one_group({**fled, "people": None, "households": 12}, {**fled, "people": None, "households": 12})
    assert not are_one_group(fled, {**fled, "displaced_on": "2025-03-08"})
    assert not are_one_group(fled, {"people": {"total": 52}})
    assert not are_one_group({**fled, "people": {"total": 5}}, {**fled, "people": {"total": 5}})
    assert not are_one_group({"label": "X families", **fled}, {"label": "X families", "people": {"total": 90}})
