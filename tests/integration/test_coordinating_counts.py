"""Where counts contradict each other, and what a coordinator decides of them, through the pages."""

from uuid import uuid4

import pytest

from tests.factories.asked import statements
from tests.factories.coordinating import Site, fold, make_site, stored
from tests.factories.operations import a_headcount, a_shelter
from tests.factories.pages import form_of, words_of


@pytest.fixture
def site(database: str) -> Site:
    """KHM: two counts that cannot both be true. SCH: a count, and a newspaper beside it. Jablah: people outside."""
    found = make_site()
    found.report(
        a_shelter(code="KHM", capacity=500),
        a_shelter(code="SCH", area="SY1002"),
        a_shelter(code="OKE"),
        a_headcount("KHM", at="2025-03-10T09:00:00+03:00", people=120),
        a_headcount("KHM", at="2025-03-11T09:00:00+03:00", people=300),
        a_headcount("SCH", at="2025-03-10T09:00:00+03:00", people=40, source="site team"),
        a_headcount(
            "SCH",
            at="2025-03-12T00:00:00+03:00",
            people={"total": 90, "low": 80, "high": 100},
            method="secondary_report",
            source="a newspaper",
            url="https://example.org/article",
            precision="day",
        ),
        a_headcount("OKE", at="2025-03-10T09:00:00+03:00", people=5),
        a_headcount("SY0602", at="2025-03-12T09:00:00+03:00", people={"low": 200}, method="secondary_report"),
    )
    return found


def headcount(people: int) -> str:
    return next(one["id"] for one in stored("headcount") if one["people"].get("total") == people)


def test_conflicts_come_first_then_figures_that_compete_and_nothing_else(site: Site) -> None:
    words = words_of(site.visitor().open("/counts").text)
    assert "3 places wait for a decision" in words
    assert words.index("Shelter KHM") < words.index("Shelter SCH")
    assert "Shelter OKE" not in words
    assert "The last found 180 people more than the books said." in words
    assert "90 80–100 50 more" in words
    assert "outside any shelter, Jablah" in words
    assert "no best figure 200 or more" in words


def test_whoever_adopts_a_figure_older_than_the_followed_one_is_told_that_now_stays(site: Site) -> None:
    older = a_headcount("SCH", at="2025-03-10T08:00:00+03:00", people=55, method="secondary_report")
    site.report(older)
    visitor = site.visitor()
    assert "55 15 more older than what is followed" in words_of(visitor.open("/counts").text)
    path = f"/counts/{older['id']}/decide?choice=adopt"
    asked = visitor.open(path).text
    assert "Followed now 40" in words_of(asked)
    assert "now only once the later one is set aside" in words_of(asked)
    assert f"/counts/{headcount(40)}/decide?choice=set_aside" in asked
    visitor.send(path, reason="we looked ourselves")
    fold()
    assert "Shelter SCH Banyas · SCH 1 other figure stands beside it. Figure now: 40" in words_of(
        visitor.open("/counts").text
    )
    younger = words_of(visitor.open(f"/counts/{headcount(90)}/decide?choice=adopt").text)
    assert "set aside" not in younger.replace("Set aside: the figure does not follow it", "")


def test_what_lies_outside_my_areas_is_not_listed(site: Site) -> None:
    words = words_of(site.visitor(areas=["SY10"]).open("/counts").text)
    assert "Shelter SCH" in words
    assert "1 place waits for a decision" in words
    assert "KHM" not in words
    assert "Jablah" not in words


def test_a_field_worker_sees_them_and_decides_nothing(site: Site) -> None:
    visitor = site.visitor("field_worker")
    page = visitor.open("/counts").text
    assert "Shelter SCH" in words_of(page)
    assert "/decide" not in page
    assert visitor.open(f"/counts/{headcount(90)}/decide").status_code == 403
    assert site.visitor("partner").open("/counts").status_code == 403


def test_a_figure_is_adopted_with_a_reason_and_then_stands_in_the_list_of_decisions(site: Site) -> None:
    visitor = site.visitor()
    answer = visitor.send(f"/counts/{headcount(90)}/decide?choice=adopt", reason="we looked ourselves")
    assert "Decided." in visitor.read(answer)
    fold()
    (decision,) = stored("decision")
    assert (decision["adopt"], decision["reason"]) == (True, "we looked ourselves")
    words = words_of(visitor.open("/counts").text)
    assert "2 places wait for a decision" in words
    assert "we looked ourselves" in words
    assert "Adopted : 90" in words_of(visitor.open("/counts/decisions").text).replace(" :", " :")
    assert "90" in words_of(visitor.open("/shelters/SCH").text)


def test_without_a_reason_nothing_is_decided(site: Site) -> None:
    answer = site.visitor().send(f"/counts/{headcount(90)}/decide?choice=set_aside", reason=" ")
    assert answer.status_code == 422
    assert "Say why, in a few words." in words_of(answer.text)
    assert form_of(answer.text)["choice"] == "set_aside"
    assert stored("decision") == []


def test_a_decision_sent_twice_is_stored_once(site: Site) -> None:
    visitor, path = site.visitor(), f"/counts/{headcount(90)}/decide?choice=set_aside"
    data = form_of(visitor.open(path).text)
    data["reason"] = "nobody was there"
    assert [visitor.post(path, data).status_code for _ in range(2)] == [303, 303]
    assert len(stored("decision")) == 1


def test_who_decides_after_somebody_else_is_shown_that_first(site: Site) -> None:
    first, second, path = site.visitor(), site.visitor(), f"/counts/{headcount(90)}/decide?choice=adopt"
    late = form_of(second.open(path).text)
    first.read(first.send(path, reason="we looked ourselves"))
    late["choice"], late["reason"] = "set_aside", "an old number"
    answer = second.post(path, late)
    assert answer.status_code == 422
    assert "Somebody decided on this meanwhile." in words_of(answer.text)
    assert "we looked ourselves" in words_of(answer.text)
    again = form_of(answer.text)
    assert again["reason"] == "an old number"
    assert second.post(path, again).status_code == 303
    assert [one["adopt"] for one in stored("decision")] == [True, False]


def test_a_range_without_a_best_figure_can_only_be_set_aside(site: Site) -> None:
    (bare,) = [one["id"] for one in stored("headcount") if "total" not in one["people"]]
    visitor, path = site.visitor(), f"/counts/{bare}/decide?choice=adopt"
    page = visitor.open(path).text
    assert "correct it first" in words_of(page)
    assert form_of(page)["choice"] == "set_aside"
    data = form_of(page)
    data["choice"], data["reason"] = "adopt", "trying"
    assert visitor.post(path, data).status_code == 422
    assert stored("decision") == []


def test_a_headcount_of_others_is_not_there(site: Site) -> None:
    visitor = site.visitor(areas=["SY10"])
    assert visitor.open(f"/counts/{headcount(300)}/decide").status_code == 404
    data = form_of(visitor.open(f"/counts/{headcount(90)}/decide").text)
    data["reason"] = "not mine"
    assert visitor.post(f"/counts/{headcount(300)}/decide", data).status_code == 404
    assert visitor.open(f"/counts/{uuid4()}/decide").status_code == 404


def test_many_open_places_cost_no_further_statement_and_are_paged(site: Site) -> None:
    visitor = site.visitor()
    with statements() as few:
        visitor.open("/counts")
    codes = [f"M-{number:03}" for number in range(60)]
    site.report(*(a_shelter(code=code) for code in codes))
    site.report(
        *(
            a_headcount(code, at="2025-03-10T09:00:00+03:00", people=number + 1, method="secondary_report")
            for number, code in enumerate(codes)
        )
    )
    with statements() as many:
        page = visitor.open("/counts").text
    assert len(many) == len(few)
    assert "63 places wait for a decision" in words_of(page)
    assert page.count('class="panel" aria-labelledby="case-') == 50
    assert visitor.open("/counts?from=50").text.count('class="panel" aria-labelledby="case-') == 13


def test_nothing_open_says_what_will_appear(database: str) -> None:
    words = words_of(make_site().visitor().open("/counts").text)
    assert "Nothing waits for a decision." in words
    assert "Nothing was decided yet." in words


def test_a_published_figure_is_kept_beside_the_ledger_and_in_no_sum(site: Site) -> None:
    visitor = site.visitor()
    typed = {"about": "SY06", "total": "١٩٬٠٠٠", "high": "", "day": "2025-03-20", "source": "UNHCR"}
    answer = visitor.send("/counts/figures/new", **typed, url="https://example.org/19000", measures="stock")
    assert "Lattakia people there then 19,000" in visitor.read(answer)
    (figure,) = stored("figure")
    assert figure["people"] == {"total": 19_000}
    for path in ("/dashboard", "/counts"):
        page = visitor.open(path).text
        assert "Published figures, not in these numbers" in words_of(page)
        assert 'href="https://example.org/19000"' in page
    assert "Displaced now at least 345" in words_of(visitor.open("/dashboard").text)


def test_a_figure_sent_twice_is_stored_once(site: Site) -> None:
    visitor, path = site.visitor(), "/counts/figures/new"
    data = form_of(visitor.open(path).text)
    data["about"], data["low"], data["source"] = "operation", "29079", "an agency"
    assert [visitor.post(path, data).status_code for _ in range(2)] == [303, 303]
    assert len(stored("figure")) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"total": ""}, "Write how many people there are."),
        ({"source": ""}, "Say who published it."),
        ({"low": "30", "total": "20"}, "The lowest number is above the best figure."),
        ({"url": "javascript:alert(1)"}, "Write the whole address"),
        ({"day": "2999-01-01"}, "This is still to come."),
        ({"measures": "cumulative_arrivals", "since": "2025-03-21"}, "The counting cannot begin after"),
        ({"about": "SY99"}, "Choose one of the answers."),
    ],
)
def test_a_figure_that_cannot_be_kept_comes_back_with_what_was_typed(
    site: Site, wrong: dict[str, str], said: str
) -> None:
    typed = {"about": "SY06", "total": "20", "day": "2025-03-20", "source": "UNHCR"} | wrong
    answer = site.visitor().send("/counts/figures/new", **typed)
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert form_of(answer.text)["source"] == typed["source"]
    assert stored("figure") == []


def test_only_who_sees_the_whole_operation_gives_a_figure_for_it(site: Site) -> None:
    visitor = site.visitor(areas=["SY10"])
    assert 'value="operation"' not in visitor.open("/counts/figures/new").text
    answer = visitor.send("/counts/figures/new", about="operation", total="20", source="UNHCR")
    assert answer.status_code == 422
