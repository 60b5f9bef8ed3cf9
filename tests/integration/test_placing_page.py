"""The page that says where people can go: what is asked stands in its address, and every shelter in its answer."""

import re
from collections.abc import Iterator

import pytest
import time_machine

from tests.factories.asked import statements
from tests.factories.coordinating import Site, make_site
from tests.factories.operations import a_headcount, a_shelter
from tests.factories.pages import words_of
from tests.factories.placing import a_hall, make_coast

ASKED = "/placement?people=120&wheelchairs=6&start=35.36,+35.93&within=60"
NOW = "2025-03-16T21:00:00+03:00"


@pytest.fixture(autouse=True)
def night() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def coast(database: str) -> Site:
    return make_coast()


def answer(site: Site, path: str, **who: object) -> str:
    found = site.visitor(**who).open(path)  # type: ignore[arg-type]  # role and areas
    assert found.status_code == 200, words_of(found.text)
    return words_of(found.text)


def test_every_shelter_is_told_once_in_order_with_its_reason(coast: Site) -> None:
    words = answer(coast, ASKED)
    for said in (
        "120 people · 6 in wheelchairs · from 35.36, 35.93 · up to 60 km · counts of the last 7 days",
        "2 shelters have room for all of them. The nearest comes first.",
        "Sports hall Jablah · HALL 150 all of them about 19 km 300 places 150 here full count, 5 hours",
        "Student housing Jablah · DORM 260 all of them about 24 km 300 places 40 here full count, 5 hours",
        "Difficult to reach Contact: the gate, channel 4",
        "Village school Jablah · SMALL 20 some of them",
        "Air base Jablah · BASE about 4 km It lets in some only, and sex or age of 120 of them is not known",
        "Warehouse Jablah · OLD about 12 km Counted too long ago: 4 weeks ago",
        "New hall Jablah · NEVER about 13 km Nobody has counted who is there Contact: not known never counted",
        "Church hall Jablah · SOME about 14 km Never counted: only arrivals are known Contact: not known",
        "Depot Jablah · DOUBT about 16 km Not known whether a wheelchair can use a toilet",
        "Farm Jablah · NOWHERE not known Not known where it lies",
        "Full 2 Not open 1 No toilet that a wheelchair can use 1 Too far 1",
        "Third school Jablah · SCHOOL about 1 km Full: toilets for 300 people, 351 here",
        "Dry camp Jablah · DRY about 8 km Full: water for 80 people, 100 here",
        "Old mill Jablah · SHUT about 9 km Takes nobody in: Closed",
        "House with steps Jablah · STEPS about 11 km No toilet that a wheelchair can use",
        "Mountain hotel Jablah · AWAY about 116 km Too far 10 here full count, 5 hours 300 places, room for 290 people",
    ):
        assert said in words, said
    page = coast.visitor().open(ASKED).text
    told = re.findall(r'<th scope="row"><a href="/shelters/([A-Z]+)"', page)
    assert sorted(told) == sorted({*told})
    assert len(told) == 15


def test_where_none_has_room_for_all_a_split_is_shown_and_who_stays_without(coast: Site) -> None:
    words = answer(coast, ASKED.replace("120", "340"))
    assert "No shelter has room for all of them." in words
    assert "Sports hall Jablah · HALL about 19 km 150 room for 150 people" in words
    assert "Student housing Jablah · DORM about 24 km 190 room for 260 people" in words
    assert "Without a place" not in words
    assert "Without a place 80" in answer(coast, ASKED.replace("120", "600"))


def test_who_they_are_decides_where_they_are_let_in(coast: Site) -> None:
    let_in = answer(coast, "/placement?people=&cells.female:18-59=70&cells.male:5-11=50&start=SCHOOL")
    assert "Air base Jablah · BASE 200 all of them" in let_in
    assert "Lets in: women and children only" in let_in
    turned = answer(coast, "/placement?people=130&cells.female:18-59=70&cells.male:18-59=50&start=SCHOOL")
    assert "Does not let in 50 of them: Male 18–59 (50)" in turned
    assert "Do not let them in 1" in turned


def test_one_starts_from_a_shelter_an_area_or_a_position(coast: Site) -> None:
    for start in ("SCHOOL", "Third school", "مأوى Third school", "Third school (SCHOOL)", "third-school"):
        words = answer(coast, f"/placement?people=20&start={start}")
        assert "from Third school ( SCHOOL )" in words, start
        assert "Third school Jablah" not in words, "it is not offered to who is there"
    for start in ("35.36 35.93", "35,36 ; 35,93", "٣٥٫٣٦، ٣٥٫٩٣"):
        assert "from 35.36, 35.93" in answer(coast, f"/placement?people=20&start={start}"), start
    picked = "/placement?people=20&start=Lattakia&start.pick=shelter:HALL"
    assert "from Sports hall ( HALL )" in answer(coast, picked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("people=&start=SCHOOL", "How many people: Write how many people there are."),
        ("people=0&start=SCHOOL", "How many people: Write 1 or more."),
        ("people=12x&start=SCHOOL", "How many people: Write a number"),
        ("people=12&cells.female:0-4=13&start=SCHOOL", "Those by age and sex add up to more (13)."),
        ("people=12&cells.female:0-4=x&start=SCHOOL", "Female 0–4: Write a number"),
        ("people=6&wheelchairs=7&start=SCHOOL", "Of them in wheelchairs: That is more than all of them (6)."),
        ("people=6&start=SCHOOL&within=0", "At most so far, km: Write 1 or more."),
        ("people=6&start=SCHOOL&days=99999", "Counted within, days: Write 3,650 or less."),
        ("people=6", "Write where they are: a shelter, an area or a position."),
        ("people=6&start=Atlantis", "There is no such shelter or area."),
        ("people=6&start=95.1,+35.2", "There is no such shelter or area."),
        ("people=6&start=Lattakia", "More than one place has this name."),
        ("people=6&start=NOWHERE", "Nobody said where this lies."),
        ("people=6&start=%28%29", "There is no such shelter or area."),
    ],
)
def test_what_cannot_be_answered_is_said_and_nothing_typed_is_lost(coast: Site, asked: str, said: str) -> None:
    found = coast.visitor().open(f"/placement?{asked}&needs=health_post")
    assert found.status_code == 422
    assert said in words_of(found.text)
    assert "Nothing you typed is lost." in words_of(found.text)
    assert 'value="health_post" checked' in found.text
    for typed in ("12x", "Atlantis", "99999"):
        if typed in asked:
            assert f'value="{typed}"' in found.text


def test_what_is_left_empty_does_not_stand_in_the_address(coast: Site) -> None:
    sent = "/placement?people=20&wheelchairs=&cells.female:0-4=&start=SCHOOL&start.pick=&within=50&days=7"
    led = coast.visitor().open(sent)
    assert led.status_code == 302
    assert led.location == "/placement?people=20&start=SCHOOL&within=50&days=7"
    both = coast.visitor().open("/placement?people=20&start=Lat&start.pick=&start.pick=shelter:HALL")
    assert both.location == "/placement?people=20&start=Lat&start.pick=shelter:HALL"


def test_who_may_not_see_a_shelter_is_not_offered_it_nor_starts_from_it(coast: Site) -> None:
    coast.report(*a_hall("FAR", "Banyas hall", 10, area="SY1002", lat=35.4))
    assert "Banyas hall" in answer(coast, ASKED)
    words = answer(coast, "/placement?people=20&start=35.36,35.93", role="field_worker", areas=["SY10"])
    assert "Banyas hall" in words
    assert "Sports hall" not in words
    hidden = coast.visitor("field_worker", ["SY10"]).open("/placement?people=20&start=SCHOOL")
    assert hidden.status_code == 422
    assert "Third school" not in words_of(hidden.text)
    assert coast.visitor("partner").open("/placement").status_code == 403
    assert coast.visitor("partner").open(ASKED).status_code == 403


def test_nobody_finds_an_exact_position_by_asking(coast: Site) -> None:
    """However near one looks, all who are asked answer by rounded positions."""
    coast.report(*a_hall("EXACT", "Hidden house", 10, lat=35.36449, lon=35.93449))
    seen = set()
    for step in range(0, 30, 5):
        page = (
            coast.visitor("field_worker")
            .open(f"/placement?people=20&start=35.36{step:02},35.93{step:02}&within=1")
            .text
        )
        assert "35.3644" not in page
        seen |= {"Hidden house" in words_of(page).split("Not offered")[0]}
    assert seen == {True}


def test_a_list_can_be_read_whole_page_by_page(database: str) -> None:
    site = make_site()
    site.report(*(report for n in range(60) for report in a_hall(f"S{n:02}", f"Hall {n:02}", 300)))
    first = site.visitor().open(ASKED).text
    assert "All 60" in words_of(first)
    assert "Hall 09" in first
    assert "Hall 10" not in first
    whole = site.visitor().open(f"{ASKED}&show=refused").text
    assert "Hall 49" in whole
    assert "Hall 50" not in whole
    (following,) = re.findall(r'class="button main" href="([^"]+)"', whole)
    rest = site.visitor().open(following.replace("&amp;", "&")).text
    assert "Hall 59" in rest
    assert "Hall 49" not in rest
    assert "Hall 59" in site.visitor().open(f"{ASKED}&show=full&from=50").text
    assert "No more shelters." in words_of(site.visitor().open(f"{ASKED}&show=closed").text)


def test_with_no_shelter_it_says_what_to_do_first(database: str) -> None:
    site = make_site()
    assert "Nothing is booked by asking." in answer(site, "/placement")
    assert "There is no other shelter in your areas." in answer(site, ASKED)
    assert "/placement" not in site.visitor().open("/dashboard").text


def test_places_alone_may_count_for_one_night(coast: Site) -> None:
    words = answer(coast, f"{ASKED}&only=places")
    assert "places alone count" in words
    assert "Dry camp Jablah · DRY 200 all of them" in words


def test_more_shelters_cost_no_further_statement(database: str) -> None:
    site = make_site()
    site.report(*a_hall("ONE", "One", 10), *a_hall("TWO", "Two", None))
    visitor = site.visitor()
    visitor.open(ASKED)
    with statements() as few:
        visitor.open(ASKED)
    site.report(*(a_shelter(code=f"S{n:02}", status="open", capacity=90, lat=35.4, lon=35.9) for n in range(60)))
    site.report(*(a_headcount(f"S{n:02}", at="2025-03-16T09:00:00+03:00", people=n) for n in range(60)))
    with statements() as many:
        assert "All 6" in words_of(visitor.open(ASKED).text)
    assert 0 < len(many) <= len(few)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ar", "مأويان يتسع كل منهما لهم جميعًا."),
        ("ar", "ممتلئ: مراحيض لـ ٣٠٠ شخص، ٣٥١ هنا"),
        ("ar", "١٢٠ شخصًا · ٦ على كراسٍ متحركة"),
        ("fr", "2 abris ont chacun de la place pour toutes."),
        ("fr", "Plein\u00a0: toilettes pour 300 personnes, 351 ici"),
        ("fr", "Où ces personnes peuvent-elles aller\u00a0?"),
    ],
)
def test_it_is_read_in_three_languages(coast: Site, language: str, said: str) -> None:
    page = coast.visitor().open(f"{ASKED}&lang={language}").text
    assert said in " ".join(re.sub("<[^>]+>", "", page).replace("&nbsp;", "\u00a0").split(" "))


def test_pages_lead_there(coast: Site) -> None:
    visitor = coast.visitor()
    assert 'href="/placement"' in visitor.open("/dashboard").text
    assert 'href="/placement"' in visitor.open("/shelters").text
    assert 'href="/placement?start=Third+school+(SCHOOL)"' in visitor.open("/shelters/SCHOOL").text
    assert "/placement" not in visitor.open("/shelters/SCHOOL?as_of=2025-03-10").text
    form = visitor.open("/placement?start=Third+school+(SCHOOL)")
    assert form.status_code == 200
    assert 'value="Third school (SCHOOL)"' in form.text
