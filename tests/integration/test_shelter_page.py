"""What a coordinator finds on a shelter's page beside its figure: needs, alerts, other figures, where there is room,
how the place changed; and which of these a past day tells."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.core.db import unit_of_work
from app.places.models import OperationSetting
from app.population.queries.counts import LISTED
from tests.factories.amending import decision
from tests.factories.asked import statements
from tests.factories.coordinating import Site, make_site
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state
from tests.factories.pages import words_of

NOW = datetime.now(UTC)
DAYS_AGO = [(NOW - timedelta(days=days)).isoformat() for days in range(8)]


@pytest.fixture
def site(database: str) -> Site:
    found = make_site()
    found.report(
        a_shelter(code="KHM", at=DAYS_AGO[7], capacity=100, toilets=4, status="open", lat=35.4, lon=35.95),
        a_shelter(code="SCH", at=DAYS_AGO[7], area="SY1002", capacity=300, status="open", lat=35.18, lon=35.95),
        a_group("G-1", at=DAYS_AGO[7], needs={"PL": 4}),
        a_group("G-2", at=DAYS_AGO[7], needs={"DS": 3}),
    )
    found.report(
        a_movement(at=DAYS_AGO[6], people=60, to="KHM", group="G-1", needs={"DS": 5, "ER": 2}),
        a_movement(at=DAYS_AGO[6], people=20, to="KHM", group="G-2"),
        a_movement(at=DAYS_AGO[5], people=10, source="KHM", to="SCH", group="G-2", needs={"DS": 1, "SM": 1}),
        a_headcount("SCH", at=DAYS_AGO[4], people=10),
        a_headcount("KHM", at=DAYS_AGO[4], people=120, needs={"ER": 7}),
        a_headcount("KHM", at=DAYS_AGO[3], people=500, method="secondary_report", source="a newspaper"),
        a_state("KHM", at=DAYS_AGO[2], capacity=110, status="restricted"),
    )
    return found


def test_needs_are_told_by_category_as_reported_and_of_whole_groups(site: Site) -> None:
    words = words_of(site.visitor().open("/shelters/KHM").text)
    needs = words[words.index("Particular needs") : words.index("Groups here")]
    assert re.search(r"People with a disability 4 \d+ \w+, \S+ not known Older people at risk 7", needs), needs
    assert re.search(r"Pregnant or breastfeeding women not known 4", needs), needs
    assert re.search(r"Seriously ill people not known \d+ \w+, \S+ not known", needs), "more left than came"
    assert "1 group with needs is only partly here" in needs
    assert "they are not added up" in needs


def test_alerts_of_the_shelter_stand_first_and_can_be_taken_on(site: Site) -> None:
    page = site.visitor().open("/shelters/KHM").text
    words = words_of(page)
    assert words.index("people over its places") < words.index("People here")
    assert re.search(r'action="/alerts/[0-9a-f-]{36}/acknowledge"', page)
    site.report(a_movement(at=DAYS_AGO[1], people=60, source="KHM"), a_headcount("SCH", at=DAYS_AGO[1], people=9))
    ended = words_of(site.visitor().open("/shelters/KHM").text)
    assert "ended in the last 30 days" in ended
    assert ended.index("People here") < ended.index("ended in the last 30 days")


def test_every_figure_said_of_it_stands_beside_the_one_that_is_followed(site: Site) -> None:
    visitor = site.visitor()
    words = words_of(visitor.open("/shelters/KHM").text)
    assert "1 other figure stands beside it." in words
    assert re.search(r"500 380 more a newspaper \S+ Adopt 500 Set aside 500", words), words
    assert re.search(r"120 source not given \S+ adopted Set aside 120", words), words
    only_reads = words_of(site.visitor("field_worker").open("/shelters/KHM").text)
    assert "Adopt 500" not in only_reads


def test_a_figure_that_was_set_aside_says_so_and_why(site: Site) -> None:
    count = a_headcount("KHM", at=DAYS_AGO[2], people=90)
    site.report(count)
    site.report(decision(count["id"], adopt=False, at=DAYS_AGO[1]))
    words = words_of(site.visitor().open("/shelters/KHM").text)
    assert re.search(r"90 source not given \S+ set aside Adopt 90 seen at the gate", words), words


def test_the_nearest_with_room_is_named_within_the_readers_areas(site: Site) -> None:
    words = words_of(site.visitor().open("/shelters/KHM").text)
    near = words[words.index("Nearest with room") : words.index("Standards")]
    assert re.search(r"Shelter SCH about 2\d km · counted 4 days ago 290", near), near
    alone = words_of(site.visitor(areas=["SY06"]).open("/shelters/KHM").text)
    assert "Shelter SCH about" not in alone
    assert "No open, counted shelter of your areas near this one" in alone


def test_for_how_many_each_resource_is_enough_and_how_the_place_changed(site: Site) -> None:
    visitor = site.visitor()
    words = words_of(visitor.open("/shelters/KHM").text)
    assert "Places 110 Covered area, m² not known Toilets runs short first 80 Water, litres a day not known" in words
    assert "Status: Restricted before: Open · Places: 110 before: 100" in words
    before = words_of(visitor.open(f"/shelters/KHM?as_of={DAYS_AGO[5][:10]}").text)
    assert "Places: 110" not in before
    assert "Places: 100" in before
    assert "Places: 110 before: 100" in words_of(visitor.open("/shelters/KHM/history").text)
    assert "35.4" not in visitor.open("/shelters/KHM/history").text


def test_a_past_day_has_its_own_needs_and_says_what_is_of_now_alone(site: Site) -> None:
    words = words_of(site.visitor().open(f"/shelters/KHM?as_of={DAYS_AGO[6][:10]}").text)
    assert "are told of now alone" in words
    assert "Nearest with room" not in words
    assert re.search(r"People with a disability 5 \d+ \w+, \S+ 3 Older people at risk 2", words), words


def more_of_everything(site: Site, numbers: range) -> None:
    site.report(*(a_shelter(code=f"N-{n:02}", area="SY1002", capacity=9, status="open") for n in numbers))
    site.report(*(a_group(f"H-{n:02}", needs={"PL": 1}) for n in numbers))
    site.report(
        *(a_movement(at=DAYS_AGO[1], people=2, to="KHM", group=f"H-{n:02}", needs={"PL": 1}) for n in numbers),
        *(a_headcount(f"N-{n:02}", at=DAYS_AGO[1], people=1) for n in numbers),
        *(a_state("KHM", at=DAYS_AGO[1], capacity=100 + n) for n in numbers),
        *(a_headcount("KHM", at=DAYS_AGO[1], people=200 + n, method="secondary_report") for n in numbers),
    )


def test_more_of_everything_costs_no_further_statement(site: Site) -> None:
    visitor = site.visitor()
    more_of_everything(site, range(1))
    with statements() as few:
        visitor.open("/shelters/KHM")
    more_of_everything(site, range(1, 30))
    with statements() as many:
        page = visitor.open("/shelters/KHM").text
    assert len(many) <= len(few)
    assert "Pregnant or breastfeeding women 30" in words_of(page)
    listed = page[page.index("Figures for this shelter</h3>") : page.index("Older figures are not listed here.")]
    assert listed.count('<th scope="row">') == LISTED
    assert listed.count('<tr class="adopted">') == 1, "that of the figure, however many are newer"


def test_an_old_figure_is_drawn_fainter_and_says_since_when_nothing_was_heard(site: Site) -> None:
    visitor = site.visitor()
    for path in ("/shelters/KHM", "/shelters", "/dashboard"):
        page = visitor.open(path).text
        assert 'class="number big faded"' not in page
        assert page.count('<tr class="faded">') == (0 if path == "/shelters/KHM" else 1), "that of the school"
    old = visitor.open("/shelters/SCH")
    assert 'class="number big faded"' in old.text
    assert "Nothing heard since" in words_of(old.text)
    assert "faded" not in visitor.open(f"/shelters/SCH?as_of={DAYS_AGO[3][:10]}").text, "it was young on that day"
    with unit_of_work() as session:
        wider = {"id": uuid4(), "operation_id": site.operation.id, "recorded_at": NOW, "name": "thresholds"}
        session.add(OperationSetting(**wider, value={"silence_days": 30}))
    assert "faded" not in visitor.open("/shelters/SCH").text
