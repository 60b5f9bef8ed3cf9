"""What may be told twice, and what a coordinator decides of it, through the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.core import clock
from app.core.db import unit_of_work
from app.duplicates.queries import how_many_wait
from tests.factories.asked import statements
from tests.factories.coordinating import Site, fold, make_site, stored
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, make_actor
from tests.factories.pages import Visitor, form_of, words_of

NOW = clock.now() - timedelta(hours=9)


@pytest.fixture
def site(database: str) -> Site:
    """KHM: counted, then a bus that two logged, in two scripts. SCH, elsewhere: another bus."""
    found = make_site()
    found.report(
        a_shelter(code="KHM", capacity=500),
        a_shelter(code="SCH", area="SY1002"),
        a_group("G-1", label="Families of Sharifa", origin="SY0602"),
        a_group("G-2", label="عائلات الشريفة", origin="SY0602"),
        a_headcount("KHM", at=NOW - timedelta(days=1), people=100),
        a_movement(at=NOW, people=52, to="KHM", group="G-1"),
        a_movement(at=NOW, people=81, to="SCH"),
    )
    found.report(a_movement(at=NOW + timedelta(hours=2), people=48, to="KHM", group="G-2", note="a blue bus"))
    return found


def movement(people: int) -> str:
    return next(one["id"] for one in stored("movement") if one["people"].get("total") == people)


def path_of() -> str:
    return f"/duplicates/{movement(48)}/{movement(52)}"


def test_they_stand_side_by_side_with_the_reasons_in_words(site: Site) -> None:
    words = words_of(site.visitor().open("/duplicates").text)
    assert "Shelter KHM" in words and "Shelter SCH" not in words
    assert "People 52 48" in words
    assert "The groups are called the same" in words and "The same place." in words
    assert "a blue bus" in words
    assert words.index("The groups are called the same") < words.index("The same place.")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_in_the_reader_s_language(site: Site, language: str) -> None:
    with unit_of_work() as session:
        reader = make_actor(session, site.operation, role="coordinator", language=language)
    page = Visitor(site.application, reader).open("/duplicates").text
    assert f'lang="{language}"' in page and "عائلات الشريفة" in page
    assert "The same place." not in page and "Possible duplicates" not in page


def test_whoever_is_responsible_elsewhere_sees_and_decides_nothing_of_it(site: Site) -> None:
    elsewhere = site.visitor(areas=["SY10"])
    assert "Shelter KHM" not in elsewhere.open("/duplicates").text
    assert elsewhere.open(path_of()).status_code == 404
    for role in ("field_worker", "partner"):
        assert site.visitor(role).open("/duplicates").status_code == 403


def test_a_place_outside_the_areas_is_told_by_its_name_alone(site: Site) -> None:
    """Two buses from SCH, in SY10, to KHM; whoever is responsible for SY06 is given no code, and no way there."""
    first, again = (a_movement(at=NOW, people=33, source="SCH", to="KHM") for _ in "12")
    site.report(first)
    site.report(again)
    path = f"/duplicates/{again['id']}/{first['id']}"
    for areas, links in ((["SY06"], False), (["SY06", "SY10"], True)):
        visitor = site.visitor(areas=areas)
        for page in (visitor.open("/duplicates").text, visitor.open(path).text):
            assert "Stayed before Shelter SCH Shelter SCH" in words_of(page)
            assert 'href="/shelters/KHM"' in page
            assert ('href="/shelters/SCH"' in page) is links
    assert site.visitor(areas=["SY06"]).send(f"{path}?choice=same", reason="one bus").status_code == 303
    decided = site.visitor(areas=["SY10"]).open("/duplicates").text
    assert "one bus" in decided and "Shelter KHM" in decided
    assert 'href="/shelters/KHM"' not in decided


def test_the_same_people_are_counted_once_and_that_is_undone(site: Site) -> None:
    visitor = site.visitor()
    assert "1 arrival or departure this figure rests on may be told twice." in words_of(
        visitor.open("/shelters/KHM").text
    )
    answer = visitor.send(f"{path_of()}?choice=same", reason="one bus, two clerks")
    assert answer.status_code == 303, answer.text
    fold()
    page = words_of(visitor.open("/shelters/KHM").text)
    assert "152" in page and "may be told twice" not in page
    listed = words_of(visitor.open("/duplicates").text)
    assert "one bus, two clerks" in listed and "Nothing looks as if it was told twice." in listed
    assert visitor.send(f"{path_of()}?choice=different", reason="two buses after all").status_code == 303
    fold()
    assert "200" in words_of(visitor.open("/shelters/KHM").text)
    assert "one bus, two clerks" not in words_of(visitor.open("/duplicates").text)


def test_why_is_asked_and_nothing_typed_is_lost(site: Site) -> None:
    answer = site.visitor().send(f"{path_of()}?choice=same", reason=" ")
    assert answer.status_code == 422 and "Say why, in a few words." in answer.text
    answer = site.visitor().send(path_of(), reason="no answer")
    assert answer.status_code == 422 and "no answer" in answer.text


def test_of_two_who_decide_the_second_sees_what_the_first_decided(site: Site) -> None:
    first, second = site.visitor(), site.visitor()
    late = form_of(second.open(f"{path_of()}?choice=different").text)
    late["reason"] = "two buses"
    assert first.send(f"{path_of()}?choice=same", reason="one bus").status_code == 303
    answer = second.post(f"{path_of()}?choice=different", late)
    assert answer.status_code == 422
    words = words_of(answer.text)
    assert "Somebody decided on this meanwhile." in words and "one bus" in words
    assert second.post(f"{path_of()}?choice=different", form_of(answer.text)).status_code == 303


def test_what_is_not_there_is_not_found(site: Site) -> None:
    assert site.visitor().open(f"/duplicates/{movement(48)}/{uuid4()}").status_code == 404
    assert site.visitor().open("/duplicates?after=nonsense").status_code == 422


def test_older_than_a_headcount_they_touch_no_figure(site: Site) -> None:
    site.report(a_headcount("KHM", at=NOW + timedelta(hours=5), people=150))
    visitor = site.visitor()
    assert "may be told twice" not in visitor.open("/shelters/KHM").text
    assert "People 52 48" not in words_of(visitor.open("/duplicates?shelter=KHM").text)
    assert "People 52 48" in words_of(visitor.open("/duplicates").text)


def test_a_departure_and_an_arrival_are_one_journey(site: Site) -> None:
    site.report(
        a_movement(at=NOW, people=63, source="SCH", to="KHM", seen="from", origin="SY0602"),
        a_movement(at=NOW + timedelta(minutes=50), people=60, source="SCH", to="KHM", seen="to", origin="SY0602"),
    )
    visitor, path = site.visitor(), f"/duplicates/{movement(63)}/{movement(60)}"
    assert "One journey" in words_of(visitor.open("/duplicates").text)
    page = words_of(visitor.open(f"{path}?choice=pair").text)
    assert "One journey: 63 left, 60 arrived, and each counts where it was seen" in page
    assert visitor.send(f"{path}?choice=pair", reason="seen at both gates").status_code == 303
    fold()
    listed = words_of(visitor.open("/duplicates").text)
    assert "One journey : " in listed or "One journey:" in listed
    assert "3 not arrived" in listed
    assert "260" in words_of(visitor.open("/shelters/KHM").text)
    assert "One journey" not in visitor.open(path_of()).text
    late = form_of(visitor.open(path_of()).text) | {"choice": "pair", "reason": "no"}
    assert visitor.post(path_of(), late).status_code == 422


def test_from_a_shelter_one_comes_to_those_that_its_figure_rests_on(site: Site) -> None:
    site.report(a_movement(at=NOW, people=81, to="SCH"), *(a_movement(at=NOW, people=23, source="KHM") for _ in "12"))
    visitor = site.visitor()
    page = visitor.open("/shelters/KHM").text
    assert "2 arrivals or departures this figure rests on may be told twice." in words_of(page)
    listed = words_of(visitor.open("/duplicates?shelter=KHM").text)
    assert "/duplicates?shelter=KHM" in page
    assert "People 52 48" in listed and "People 23 23" in listed and "People 81 81" not in listed
    assert "People 81 81" in words_of(visitor.open("/duplicates").text)
    assert site.visitor(areas=["SY10"]).open("/duplicates?shelter=KHM").status_code == 404


def test_as_many_wait_as_are_listed(site: Site) -> None:
    with unit_of_work() as session:
        for areas, waiting in ((None, 1), (["SY10"], 0)):
            scope = make_actor(session, site.operation, role="coordinator", areas=areas).scope
            assert how_many_wait(session, scope=scope, household_size=5) == waiting


def test_an_empty_page_says_what_will_stand_there(database: str) -> None:
    words = words_of(make_site().visitor().open("/duplicates").text)
    assert "Nothing looks as if it was told twice." in words and "Nothing was decided yet." in words


def test_as_many_statements_however_many_there_are(site: Site) -> None:
    visitor = site.visitor()
    with statements() as few:
        visitor.open("/duplicates")
    site.report(*(a_movement(at=NOW + timedelta(minutes=number), people=20 + number, to="KHM") for number in range(30)))
    with statements() as many:
        visitor.open("/duplicates")
    assert len(many) <= len(few) + 1
