"""Charts: the grammar holds, and what is drawn says what was counted."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.charts import Bar, PyramidWords, occupancy_bar, occupancy_class, pyramid, scale_of

WORDS = PyramidWords(left="Female 9", right="Male 4", unknown="not known 3", summary='Ages: <women> & "men"')


def shapes(svg: str) -> list[dict[str, str]]:
    return [dict(element.attrib) for element in ElementTree.fromstring(svg) if element.tag == "rect"]


def reach(shape: dict[str, str]) -> float:
    return float(shape["x"].rstrip("%")) + float(shape["width"].rstrip("%"))


@pytest.mark.parametrize(
    ("occupancy", "shape"),
    [
        (0, "room-free"),
        (0.849, "room-free"),
        (0.85, "room-near"),
        (0.999, "room-near"),
        (1, "room-over"),
        (3, "room-over"),
    ],
)
def test_it_draws_each_share_of_the_places_by_the_grammar(occupancy: float, shape: str) -> None:
    assert occupancy_class(occupancy) == shape


@given(st.lists(st.one_of(st.none(), st.floats(0, 50)), max_size=20))
def test_no_bar_is_clipped_on_the_scale_of_its_table(occupancies: list[float | None]) -> None:
    scale = scale_of(occupancies)
    for occupancy in occupancies:
        assert all(reach(shape) <= 100.01 for shape in shapes(occupancy_bar(occupancy, scale=scale, is_counted=True)))


def test_it_draws_what_is_not_known_as_an_outline_and_never_as_nothing() -> None:
    (shape,) = shapes(occupancy_bar(None, scale=1.1, is_counted=True))
    assert shape["class"] == "unknown-shape"
    assert float(shape["width"].rstrip("%")) > 0


def test_it_hatches_at_least_inside_the_outline() -> None:
    classes = [shape["class"] for shape in shapes(occupancy_bar(0.4, scale=1.1, is_counted=False))]
    assert classes == ["unknown-shape", "atleast"]


def test_it_mirrors_bars_where_the_page_runs_right_to_left() -> None:
    (shape,) = shapes(occupancy_bar(0.5, scale=1.25, is_counted=True, right_to_left=True))
    assert (shape["x"], shape["width"]) == ("60.0%", "40.0%")


def test_it_puts_the_first_sex_on_the_reading_side() -> None:
    bars = [Bar("0–4", 9, 4)]
    to_the_left = shapes(pyramid(bars, 0, words=WORDS, write=str))[0]
    to_the_right = shapes(pyramid(bars, 0, words=WORDS, write=str, right_to_left=True))[0]
    assert reach(to_the_left) == 43
    assert to_the_right["x"] == "57.0%"


def test_it_shows_those_not_known_only_if_there_are_any() -> None:
    bars = [Bar("0–4", 9, 4), Bar("60+", 0, 1)]
    assert "not known 3" in pyramid(bars, 3, words=WORDS, write=str)
    assert "not known 3" not in pyramid(bars, 0, words=WORDS, write=str)


def test_it_keeps_texts_from_breaking_the_picture() -> None:
    svg = ElementTree.fromstring(pyramid([Bar("<b>&", 1, 2)], 0, words=WORDS, write=str))
    assert svg.attrib["aria-label"] == WORDS.summary
    assert "<b>&" in [element.text for element in svg]


def test_it_carries_no_inline_style() -> None:
    drawn = pyramid([Bar("0–4", 9, 4)], 3, words=WORDS, write=str) + occupancy_bar(1.2, scale=1.3, is_counted=True)
    assert "style" not in drawn
    assert "<script" not in drawn
