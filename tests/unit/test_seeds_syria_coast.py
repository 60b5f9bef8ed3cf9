"""The demonstration operation: well-formed, honest about what is assumed, and as full as it was drawn."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

SEEDS = Path(__file__).parents[2] / "seeds"
COAST = SEEDS / "syria-coast-2025"
Report = dict[str, Any]

REQUIRED = {
    "shelter": {"code", "name", "site_type", "area"},
    "shelter_state": {"shelter"},
    "group": {"code", "origin"},
    "movement": {"people", "from", "to", "seen"},
    "headcount": {"place", "people", "method"},
    "figure": {"about", "measures", "people"},
    "note": {"place", "text"},
}
ALWAYS = {"id", "kind", "occurred_at", "source", "basis"}
WEIGHTS = {
    "registration": 10, "full_count": 10, "household_listing": 8, "sample_survey": 6,
    "site_visit": 4, "structure_count": 4, "key_informant": 4, "secondary_report": 1,
}  # fmt: skip
# What the drawn dashboard shows on 16 March: people, then places if known.
DRAWN = {
    "KHM": (6940, 5600),
    "JBL-SCH3": (351, 320),
    "BNY-REF": (1386, 1440),
    "TKL-TRN": (341, 400),
    "LTK-STU": (648, 900),
    "TRT-HALL": (412, 600),
    "DRK-WRH": (205, None),
}


ALERTS = {"KHM": "critical", "JBL-SCH3": "critical", "BNY-REF": "warning", "TKL-TRN": "warning"}


def severity(occupancy: float) -> str | None:
    return "critical" if occupancy >= 1 else "warning" if occupancy >= 0.85 else None


def reports_in(name: str) -> list[Report]:
    found: list[Report] = json.loads((COAST / name).read_text(encoding="utf-8"))["reports"]
    return found


OPERATION = json.loads((COAST / "operation.json").read_text(encoding="utf-8"))
REPORTS = reports_in("reports.json")
FIGURES = [report for report in REPORTS if report["kind"] == "figure"]
EVERY = [pytest.param(report, id=f"{report['kind']}-{report['id'][:8]}") for report in REPORTS]
CELLS = {f"{sex}:{age}" for sex in OPERATION["scheme"]["sexes"] for age in OPERATION["scheme"]["ages"]}
with (SEEDS / "reference" / "areas.csv").open(encoding="utf-8", newline="") as areas_file:
    AREAS = {row["code"] for row in csv.DictReader(areas_file)}
SHELTERS = {report["code"] for report in REPORTS if report["kind"] == "shelter"}
GROUPS = {report["code"] for report in REPORTS if report["kind"] == "group"}


def places_of(report: Report) -> list[dict[str, str]]:
    return [report[end] for end in ("place", "from", "to") if report.get(end)]


def name_of(place: dict[str, str] | None) -> str | None:
    return None if place is None else place.get("shelter") or place["area"]


def folded(until: str) -> dict[str, tuple[bool, int]]:
    """Who is where, worked out the naive way: whether it was counted, and how many."""
    figures: dict[str, tuple[bool, int]] = {}
    for report in REPORTS:
        if report["occurred_at"] > until or "people" not in report:
            continue
        total = report["people"].get("total")
        if report["kind"] == "headcount" and WEIGHTS[report["method"]] >= 4:
            figures[name_of(report["place"]) or ""] = (True, total)
        for end, sign in (("from", -1), ("to", 1)):
            if (place := name_of(report.get(end))) is not None:
                counted, people = figures.get(place, (False, 0))
                figures[place] = (counted, people + sign * total)
    return figures


@pytest.mark.parametrize("report", EVERY)
def test_a_report_has_the_fields_of_its_kind(report: Report) -> None:
    assert report.keys() >= ALWAYS | (REQUIRED[report["kind"]])
    assert str(UUID(report["id"])) == report["id"]
    assert datetime.fromisoformat(report["occurred_at"]).utcoffset() == timedelta(hours=3)


@pytest.mark.parametrize("report", EVERY)
def test_a_report_speaks_of_places_and_groups_that_exist(report: Report) -> None:
    named = [report.get("area"), report.get("origin"), report.get("about", {}).get("area")]
    named += [place.get("area") for place in places_of(report)]
    assert {code for code in named if code} <= AREAS
    shelters = [place.get("shelter") for place in places_of(report)] + [report.get("shelter")]
    assert {code for code in shelters if code} <= SHELTERS
    assert report.get("group") is None or report["group"] in GROUPS


@pytest.mark.parametrize("report", EVERY)
def test_figures_do_not_contradict_themselves(report: Report) -> None:
    people = report.get("people", {})
    total, cells = people.get("total"), people.get("cells", {})
    assert people.get("low", 0) <= people.get("total", people.get("low", 0)) <= people.get("high", 10**6)
    assert cells.keys() <= CELLS and all(count > 0 for count in cells.values())
    assert not cells or sum(cells.values()) == total
    assert report["kind"] != "movement" or (total > 0 and report["from"] != report["to"])


@pytest.mark.parametrize("report", EVERY)
def test_what_is_assumed_says_so(report: Report) -> None:
    assert report["basis"] in ("reported", "assumed")
    assumed = report["basis"] == "assumed"
    words = report["text"] if report["kind"] == "note" else report.get("note", "")
    assert words and words.startswith("Demonstration ") == assumed
    assert (report["source"] == "Mawa demonstration") == assumed


def test_only_published_figures_are_called_reported() -> None:
    published = [(r["kind"], r["occurred_at"][5:10], r.get("people")) for r in REPORTS if r["basis"] == "reported"]
    assert published == [
        ("shelter", "03-06", None),
        ("shelter", "03-06", None),
        ("headcount", "03-09", {"low": 200, "high": 999}),
        ("headcount", "03-13", {"low": 200, "high": 999}),
        ("headcount", "03-13", {"low": 8000, "high": 9000}),
        ("shelter_state", "03-17", None),
        ("note", "03-11", None),
        ("note", "03-12", None),
        ("figure", "03-16", {"total": 51000}),
        ("figure", "03-17", {"low": 19000}),
        ("figure", "04-02", {"total": 29079}),
        ("note", "04-04", None),
        ("note", "04-25", None),
    ]


def test_no_link_is_made_up() -> None:
    assert not any("url" in report for report in REPORTS)


def test_every_identifier_and_code_is_used_once() -> None:
    identifiers = [report["id"] for report in REPORTS]
    codes = [report["code"] for report in REPORTS if "code" in report]
    assert len(set(identifiers)) == len(identifiers) and len(set(codes)) == len(codes)


def test_what_was_published_of_no_place_is_kept_beside_the_ledger() -> None:
    figures = {name_of(report["about"] if "area" in report["about"] else None): report["people"] for report in FIGURES}
    assert figures == {None: {"total": 51000}, "LB7": {"low": 19000}, "LB": {"total": 29079}}


def test_shelters_and_groups_come_before_what_names_them() -> None:
    known: set[str] = set()
    for report in REPORTS:
        named = [place.get("shelter") for place in places_of(report)] + [report.get("shelter"), report.get("group")]
        assert {code for code in named if code} <= known
        known |= {report["code"]} if "code" in report else set()


def test_a_post_holds_them_all() -> None:
    assert len(REPORTS) <= 1000 and (COAST / "reports.json").stat().st_size < 2_000_000


def test_every_shelter_is_named_in_three_languages() -> None:
    for report in REPORTS:
        if report["kind"] == "shelter":
            assert set(report["name"]) == {"en", "ar", "fr"}


def test_it_ends_as_the_dashboard_was_drawn() -> None:
    figures = folded("2025-03-16T14:20:00+03:00")
    for code, (people, _) in DRAWN.items():
        assert figures[code] == (True, people), code
    assert figures["SLN-HTL"] == (False, 96) and "QRD-SCH" not in figures
    assert sum(people for counted, people in figures.values() if counted) == 12824
    assert sum(people for counted, people in figures.values() if not counted) == 4163
    assert figures == folded("9999")


def test_capacities_raise_the_alerts_that_were_drawn() -> None:
    state: dict[str, Report] = {}
    for report in REPORTS:
        if report["kind"] in ("shelter", "shelter_state"):
            state.setdefault(report.get("code") or report["shelter"], {}).update(report)
    for code, (people, places) in DRAWN.items():
        declared = state[code].get("capacity")
        assert (declared and declared - state[code].get("blocked", 0)) == places, code
        if places is not None:
            assert severity(people / places) == ALERTS.get(code), code


def test_the_base_passes_its_places_when_it_was_drawn_to() -> None:
    assert folded("2025-03-13T18:39:00+03:00")["KHM"][1] < 5600 <= folded("2025-03-13T18:40:00+03:00")["KHM"][1]


def test_the_page_of_sources_counts_right() -> None:
    page = (COAST / "SOURCES.md").read_text(encoding="utf-8")
    assumed = sum(report["basis"] == "assumed" for report in REPORTS)
    assert f"**{assumed} of the {len(REPORTS)} reports are made up**" in page
