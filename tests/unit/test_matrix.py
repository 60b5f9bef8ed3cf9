"""Homes against places: whatever is told together as others, rows, columns and the whole agree."""

from collections import Counter
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from app.counts.matrix import NOT_KNOWN, OTHERS, Head, matrix_of
from app.dashboard.policy import lifted
from app.formats.streams import HEAD, TALL, End, Words, streams

CODES = [f"A{number:02}" for number in range(12)]
FLOWS = st.lists(
    st.tuples(st.one_of(st.none(), st.sampled_from(CODES)), st.sampled_from(CODES), st.integers(-500, 5000)),
    max_size=60,
)
WORDS = Words(starts="Their home", ends="Now at", summary='From <home> to "where they are"')


@given(FLOWS, st.integers(1, 14), st.integers(1, 14))
def test_rows_columns_and_the_whole_agree(flows: list[tuple[str | None, str, int]], homes: int, places: int) -> None:
    made = matrix_of(flows, most_homes=homes, most_places=places)
    assert made.whole == sum(people for _, _, people in flows)
    assert sum(one.people for one in made.homes) == sum(one.people for one in made.places) == made.whole
    for home in made.homes:
        assert sum(made.people(home.key, place.key) or 0 for place in made.places) == home.people
    for place in made.places:
        assert sum(made.people(home.key, place.key) or 0 for home in made.homes) == place.people


@given(FLOWS, st.integers(1, 14), st.integers(1, 14))
def test_an_area_that_is_named_has_what_was_said_of_it_and_others_are_no_larger(
    flows: list[tuple[str | None, str, int]], most: int, places: int
) -> None:
    made = matrix_of(flows, most_homes=most, most_places=places)
    said: Counter[str | None] = Counter()
    for home, _, people in flows:
        said[home] += people
    named = {one.key: one.people for one in made.homes if one.key != OTHERS}
    assert named == {home: said[home] for home in named}
    folded = [said[home] for home in said if home not in named]
    assert all(people <= min(named[home] for home in named if home is not NOT_KNOWN) for people in folded)
    assert [one.folded for one in made.homes if one.key == OTHERS] == ([len(folded)] if folded else [])
    assert len(made.homes) <= most + 2


def test_what_is_not_known_comes_last_and_one_area_is_never_called_others() -> None:
    made = matrix_of([("A", "X", 5), ("B", "X", 3), (None, "X", 9), ("C", "Y", -1)], most_homes=2, most_places=1)
    assert made.homes == [Head("A", 5), Head("B", 3), Head("C", -1), Head(NOT_KNOWN, 9)]
    assert made.places == [Head("X", 17), Head("Y", -1)]
    assert made.below_zero == [("C", "Y", -1)]
    folded = matrix_of([("A", "X", 5), ("B", "X", 3), ("C", "Y", -1)], most_homes=1, most_places=9)
    assert folded.homes == [Head("A", 5), Head(OTHERS, 2, folded=2)]


def test_an_area_is_told_as_the_one_above_it_and_never_as_one_of_which_only_a_part_is_seen() -> None:
    path = ["SY", "SY06", "SY0602", "SY060200"]
    assert [lifted(path, level) for level in range(6)] == [*path, "SY060200", "SY060200"]
    assert lifted(path[:2], 2) == "SY06"
    assert [lifted(path, level, frozenset({"SY0602"})) for level in range(4)] == ["SY0602"] * 3 + ["SY060200"]
    assert lifted(path, 0, frozenset({"SY10"})) == "SY"


@given(st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(1, 10**6), min_size=1))
def test_streams_are_drawn_to_one_scale_within_the_picture(flows: dict[tuple[int, int], int]) -> None:
    ends = [End(f"{number}", "") for number in range(6)]
    drawn = ElementTree.fromstring(streams(ends, ends, flows, words=WORDS))
    height = float(drawn.attrib["height"])
    bars = [one for one in drawn.iter("rect") if float(one.attrib["x"]) == 0]
    whole = sum(flows.values())
    for number, bar in enumerate(bars):
        people = [count for (start, _), count in flows.items() if start == number]
        assert abs(float(bar.attrib["height"]) - sum(people) * TALL / whole) <= 1.6 * len(people)
        assert float(bar.attrib["y"]) > HEAD
        assert float(bar.attrib["y"]) + float(bar.attrib["height"]) <= height
    assert len(list(drawn.iter("path"))) == len(flows)


def test_a_home_not_known_is_a_dashed_outline_and_what_is_written_is_escaped() -> None:
    starts = [End("Jablah <b>", "12"), End("not known", "3", is_known=False)]
    drawn = streams(starts, [End("Lattakia", "15")], {(0, 0): 12, (1, 0): 3}, words=WORDS)
    root = ElementTree.fromstring(drawn)
    assert [path.attrib["class"] for path in root.iter("path")] == ["stream", "stream not-known odd"]
    assert "Jablah <b> 12" in ["".join(one.itertext()) for one in root.iter("text")]
    assert root.attrib["aria-label"] == WORDS.summary


def test_it_reads_from_right_to_left_where_the_page_does() -> None:
    ends = [End("one", "1")]
    left, right = (
        ElementTree.fromstring(streams(ends, ends, {(0, 0): 1}, words=WORDS, right_to_left=mirrored))
        for mirrored in (False, True)
    )
    heads = [{one.text: one.attrib["x"] for one in root.iter("text")} for root in (left, right)]
    assert (heads[0]["Their home"], heads[0]["Now at"]) == ("0%", "100%")
    assert (heads[1]["Their home"], heads[1]["Now at"]) == ("100%", "0%")
