"""The map: what a view shows, what is drawn as one, and that whatever can be touched lies apart within the picture."""

from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.clusters import clusters
from app.formats.ground import GRID, Ground
from app.formats.labels import LETTER, LINE, Labels
from app.formats.map import APART, LARGEST, Circle, around, drawn, radius_of
from app.formats.outlines import STEPS
from app.formats.view import CLOSEST, HEIGHT, TARGET, WIDEST, WIDTH, View

COAST = View(35.4, 35.9, 100)
part = st.floats(0, 0.999)
points = st.lists(st.tuples(part, part), max_size=150)
lats, lons = st.floats(-70, 70), st.floats(-170, 170)


def square(west: float, south: float, east: float, north: float) -> list[int]:
    corners = ((west, south), (east, south), (east, north), (west, north))
    return [round(value * STEPS) for corner in corners for value in corner]


def picture(**said: object) -> ElementTree.Element:
    asked: dict[str, object] = {"ground": [], "circles": [], "summary": "Map", "distance": lambda km: f"{km} km"}
    return ElementTree.fromstring(drawn(COAST, **(asked | said)))  # type: ignore[arg-type]


def a_circle(at: tuple[float, float] = (0.5, 0.5), **more: object) -> Circle:
    return Circle(at=at, radius=9, shape="room-free", href="/shelters/KHM", name="Hall: 9 people", **more)  # type: ignore[arg-type]


@given(points)
def test_each_point_is_in_exactly_one_cluster(places: list[tuple[float, float]]) -> None:
    found = clusters(places, APART)
    assert sorted(number for members in found for number in members) == list(range(len(places)))


@given(points)
def test_clusters_are_apart_and_their_members_are_not(places: list[tuple[float, float]]) -> None:
    found = clusters(places, APART)
    for one, other in combinations([places[members[0]] for members in found], 2):
        assert max(abs(one[0] - other[0]) / APART[0], abs(one[1] - other[1]) / APART[1]) >= 1
    for first, *others in found:
        for number in others:
            off = (abs(places[number][axis] - places[first][axis]) / APART[axis] for axis in (0, 1))
            assert max(off) < 1
            assert number > first, "the largest, which came first, is where it is drawn"


def test_points_on_one_spot_are_one_cluster_and_distant_ones_are_not() -> None:
    assert clusters([(0.2, 0.2), (0.8, 0.2), (0.2, 0.2), (0.21, 0.2), (0.2, 0.8)], APART) == [[0, 2, 3], [1], [4]]


def test_a_point_joins_the_nearer_of_two() -> None:
    x, y = 0.5, 0.5
    assert clusters([(x, y), (x + 1.2 * APART[0], y), (x + 0.9 * APART[0], y)], APART) == [[0], [1, 2]]


@given(lats, lons, st.integers(CLOSEST, WIDEST))
def test_a_view_is_the_same_after_it_stood_in_an_address(lat: float, lon: float, km: int) -> None:
    view = View.read(f"{lat},{lon},{km}")
    assert view is not None
    assert View.read(str(view)) == view


@pytest.mark.parametrize(
    "said", ["", "35", "35,36", "35,36,x", "91,0,10", "0,181,10", "nan,0,10", "0,0,-5", "1,2,3,4", "0,0,inf"]
)
def test_what_is_no_view_is_none(said: str) -> None:
    view = View.read(said)
    assert view is None or (said == "0,0,inf" and view.km == WIDEST)


@given(lats, lons, st.floats(0, 4), st.floats(0, 4))
def test_all_of_a_box_can_be_touched_in_its_view(lat: float, lon: float, down: float, across: float) -> None:
    box = (lon, lat, lon + across, lat + down)
    west, south, east, north = View.of(box).inner_box
    assert west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north


def test_one_comes_closer_and_goes_wider_up_to_a_bound() -> None:
    assert COAST.closer() == View(35.4, 35.9, 50)
    assert COAST.wider() == View(35.4, 35.9, 200)
    assert View(35.4, 35.9, CLOSEST).closer() is None
    assert View(35.4, 35.9, WIDEST).wider() is None


def test_the_middle_of_a_view_is_the_middle_of_the_picture_and_east_is_right_of_it() -> None:
    middle, east, north = COAST.at([(35.4, 35.9), (35.4, 36.0), (35.5, 35.9)])
    assert middle == pytest.approx((0.5, 0.5))
    assert east[0] > 0.5 and east[1] == pytest.approx(0.5)
    assert north[1] < 0.5


def test_the_area_of_a_circle_says_how_many_people() -> None:
    assert radius_of(400, 400) == LARGEST <= TARGET / 2
    assert radius_of(100, 400) == LARGEST / 2
    assert radius_of(0, 400) > 0, "it is seen all the same"
    assert radius_of(0, 0) > 0


def test_a_circle_is_a_link_with_a_name_that_can_be_touched() -> None:
    [link] = list(picture(circles=[a_circle()]).iter("a"))
    assert (link.get("href"), link.get("aria-label"), link.findtext("title")) == (
        "/shelters/KHM",
        *2 * ["Hall: 9 people"],
    )
    hit = link.find("rect")
    assert hit is not None and (hit.get("width"), hit.get("height")) == (str(TARGET), str(TARGET))


def test_texts_are_escaped() -> None:
    name = '"><script>&'
    circle = Circle((0.5, 0.5), 9, "room-free", f"/?{name}", name, labels=(name,), inside=name)
    root = picture(circles=[circle], ground=[Ground([square(35.5, 35.1, 36.2, 35.7)], name, f"/?{name}")], summary=name)
    assert not list(root.iter("script"))
    assert root.get("aria-label") == name
    assert [link.get("aria-label") for link in root.iter("a")] == [name, name]


@pytest.mark.parametrize("right_to_left", [False, True])
def test_places_stay_where_they_are_in_every_language_and_words_run_as_they_are_read(right_to_left: bool) -> None:
    root = picture(circles=[a_circle((0.25, 0.4), labels=("مأوى",))], right_to_left=right_to_left)
    [at] = [one for one in root.iter("svg") if one.get("class") == "at"]
    assert (at.get("x"), at.get("y")) == ("25.0%", "40.0%")
    [label] = [one for one in root.iter("text") if one.text == "مأوى"]
    assert (label.get("direction"), label.get("text-anchor")) == (("rtl", "end") if right_to_left else (None, "start"))
    assert float(label.get("dx", "0")) > 0, "right of its circle"


def test_areas_that_can_be_picked_are_links_and_ground_is_not() -> None:
    ground = [
        Ground([square(35.4, 35.0, 36.0, 35.9)], "Lattakia", "/dashboard?area=SY06"),
        Ground([square(36.0, 35.0, 36.4, 35.9)]),
        Ground([square(40.0, 35.0, 41.0, 35.9)], "Far away", "/dashboard?area=SY09"),
        Ground([square(35.99, 35.5, 36.01, 35.52)], "Too small to touch", "/dashboard?area=SY0601"),
    ]
    root = picture(ground=ground)
    assert [link.get("aria-label") for link in root.iter("a")] == ["Lattakia"]
    assert len([one for one in root.iter("path") if one.get("class") == "ground"]) == 3
    assert [one.text for one in root.iter("text")] == ["Lattakia", "20 km"]


@given(st.lists(st.tuples(st.floats(34, 37), st.floats(34, 37)), min_size=3, max_size=30))
def test_ground_is_cut_to_the_picture(corners: list[tuple[float, float]]) -> None:
    ring = [round(value * STEPS) for corner in corners for value in corner]
    root = picture(ground=[Ground([ring], "Somewhere", "/")])
    for path in root.iter("path"):
        for step in path.get("d", "").strip("MZ").split("L"):
            x, y = (float(value) for value in step.split())
            assert 0 <= x <= GRID[0] and 0 <= y <= GRID[1]


@given(st.lists(st.tuples(part, part, st.integers(1, 40)), max_size=25))
def test_words_stand_in_the_picture_and_upon_nothing(said: list[tuple[float, float, int]]) -> None:
    labels = Labels(WIDTH, HEIGHT, right_to_left=False)
    for x, y, _ in said:
        labels.keep_free(x * WIDTH, y * HEIGHT, 5)
    circles = len(labels.taken)
    for x, y, letters in said:
        labels.beside(x * WIDTH, y * HEIGHT, 5, ("x" * letters, "y"), "")
        labels.upon(x * WIDTH, y * HEIGHT, "x" * letters, "")
    words = labels.taken[circles:]
    for one in words:
        assert min(one) >= 0 and one[2] <= WIDTH and one[3] <= HEIGHT
        assert one[3] - one[1] == pytest.approx(LINE) and one[2] - one[0] >= LETTER - 1e-6
    for one, other in combinations(labels.taken, 2):
        if one in words or other in words:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_a_name_without_room_gives_way_to_the_figure() -> None:
    root = picture(
        circles=[a_circle(labels=("A name that is far too long to stand beside anything at all 96%", "96%"))]
    )
    assert [one.text for one in root.iter("text")] == ["96%", "20 km"]


def test_a_number_stands_within_its_circle() -> None:
    sizes = [around(count) for count in ("2", "12", "123", "1,234", "10,000", "١٢٬٣٤٥")]
    assert sizes == sorted(sizes) and sizes[0] < sizes[3]
    assert max(sizes) <= LARGEST, "none reaches into another"
