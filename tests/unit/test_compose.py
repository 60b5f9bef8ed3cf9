"""What is shown of a place: never negative, adding up, and as near to what was observed as can be."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.counts.compose import compose
from app.counts.scheme import UNHCR
from tests.naive import model

signed = st.lists(st.integers(-40, 60), min_size=UNHCR.size, max_size=UNHCR.size).map(tuple)
sparse = st.dictionaries(st.sampled_from(UNHCR.keys), st.integers(-30, 30), max_size=4).map(UNHCR.vector)


def shown(cells: dict[str, int], total: int) -> dict[str, int]:
    return UNHCR.named(compose(UNHCR, cells=UNHCR.vector(cells), total=total).cells)


@given(signed | sparse, st.integers(-50, 2_000))
@settings(max_examples=300)
def test_what_is_shown_is_never_negative_and_adds_up(cells: tuple[int, ...], total: int) -> None:
    composition = compose(UNHCR, cells=cells, total=total)
    assert min(composition.cells) >= 0
    assert sum(composition.cells) == composition.total == max(0, total)
    assert composition.total - composition.shortfall == total
    assert composition.shortfall >= 0


@given(st.lists(st.integers(0, 60), min_size=UNHCR.size, max_size=UNHCR.size).map(tuple))
def test_what_agrees_is_shown_as_it_is(cells: tuple[int, ...]) -> None:
    assert compose(UNHCR, cells=cells, total=sum(cells)).cells == cells


@given(signed | sparse, st.integers(-50, 2_000))
@settings(max_examples=300)
def test_what_is_shown_stays_when_it_is_composed_again(cells: tuple[int, ...], total: int) -> None:
    once = compose(UNHCR, cells=cells, total=total)
    assert compose(UNHCR, cells=once.cells, total=once.total).cells == once.cells


@given(signed | sparse, st.integers(-50, 2_000))
@settings(max_examples=300)
def test_it_says_what_the_naive_model_says(cells: tuple[int, ...], total: int) -> None:
    expected = model.compose(dict(zip(UNHCR.keys, cells, strict=True)), max(0, total))
    assert dict(zip(UNHCR.keys, compose(UNHCR, cells=cells, total=total).cells, strict=True)) == expected


def test_the_example_of_the_design() -> None:
    stored = {"female:18-59": 5 - 8, "unknown:unknown": 10}
    assert shown(stored, total=7) == {"unknown:unknown": 7}


def test_a_shortage_is_covered_from_the_same_sex_then_the_same_age_then_nobody_then_all() -> None:
    known = {"female:unknown": 2, "unknown:18-59": 2, "unknown:unknown": 2, "male:0-4": 4}
    for missing, left in (
        (1, {"female:unknown": 1, "unknown:18-59": 2, "unknown:unknown": 2, "male:0-4": 4}),
        (3, {"unknown:18-59": 1, "unknown:unknown": 2, "male:0-4": 4}),
        (5, {"unknown:unknown": 1, "male:0-4": 4}),
        (7, {"male:0-4": 3}),
    ):
        assert shown({**known, "female:18-59": -missing}, total=10 - missing) == left


def test_a_total_above_the_cells_is_unknown_and_one_below_takes_the_unknown_first() -> None:
    assert shown({"female:0-4": 3}, total=5) == {"female:0-4": 3, "unknown:unknown": 2}
    assert shown({"female:0-4": 3, "unknown:unknown": 4}, total=5) == {"female:0-4": 3, "unknown:unknown": 2}


def test_the_largest_remainder_gives_one_more_and_the_first_of_the_scheme_where_they_are_equal() -> None:
    # 2 of 6 are too many: shares 0.33, 0.67, 1; the larger fraction gives the second.
    assert shown({"female:0-4": 1, "male:0-4": 2, "male:60+": 3}, total=4) == {
        "female:0-4": 1,
        "male:0-4": 1,
        "male:60+": 2,
    }
    assert shown({"female:0-4": 1, "male:0-4": 1, "male:60+": 1}, total=2) == {"male:0-4": 1, "male:60+": 1}


def test_a_negative_total_is_shown_as_nobody_with_its_shortfall() -> None:
    composition = compose(UNHCR, cells=UNHCR.vector({"female:0-4": 3}), total=-4)
    assert (composition.total, sum(composition.cells), composition.shortfall) == (0, 0, 4)
