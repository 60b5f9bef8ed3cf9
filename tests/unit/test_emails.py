"""The mail about alerts: what it says, that it parses, and that it fetches nothing."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import html5lib
import pytest
import time_machine

from app.alerts.emails.ages import halves
from app.alerts.emails.compose import compose
from app.alerts.emails.schemas import Evidence, Reader, Told, Written
from app.alerts.sentences import sentence
from app.counts.scheme import UNHCR, Scheme
from app.places.schemas import Frame, Settings
from app.planning.schemas import Nearby
from app.population.schemas import ShelterFigure, Shown

NOW = datetime(2025, 3, 15, 16, 0, tzinfo=UTC)
SINCE = datetime(2025, 3, 13, 15, 40, tzinfo=UTC)
COUNTED = datetime(2025, 3, 14, 6, 0, tzinfo=UTC)
OPERATION = UUID("6f8fd6a5-4a0f-4a0a-9f5d-3f0a43f0c0aa")
FRAME = Frame(OPERATION, "coast", {"en": "Coast", "ar": "الساحل"}, ZoneInfo("Asia/Damascus"), UNHCR, "full", Settings())
CELLS = {
    "female:0-4": 900, "female:5-11": 800, "female:12-17": 610, "male:0-4": 920, "male:5-11": 820, "male:12-17": 500,
    "female:18-59": 1400, "female:60+": 290, "male:18-59": 300, "male:60+": 140, "female:unknown": 60,
    "unknown:unknown": 200,
}  # fmt: skip
READER = Reader("en", [{"en": "Jablah", "ar": "جبلة"}])


def a_figure(**more: Any) -> ShelterFigure:
    given = {
        "place_id": UUID(int=1),
        "shelter": "KHM",
        "name": {"en": "Khmeimim air base"},
        "area": "SY0602",
        "area_name": {"en": "Jablah"},
        "status": "open",
        "lat": 35.4,
        "lon": 35.95,
        "people": Shown(6940, 6428, 7581, None, CELLS),
        "basis": "counted",
        "shortfall": 0,
        "counted_at": COUNTED,
        "method": "household_listing",
        "composition_at": COUNTED,
        "reported_at": COUNTED,
        "competing": 1,
        "is_disputed": False,
        "discrepancy": None,
        "before": 6610,
        "came": 412,
        "left": 82,
        "adjusted": 0,
        "declared": 5600,
        "blocked": None,
        "effective": 5600,
        "binding": "places",
        "capacity": 5600,
        "occupancy": 6940 / 5600,
        "free": -1340,
    }
    return ShelterFigure(**{**given, **more})


def a_room(name: dict[str, str], km: float, free: int, *, days: float, access: str | None, **more: Any) -> Nearby:
    at = NOW - timedelta(days=days)
    return Nearby(
        UUID(int=9), "LSH", name, {"en": "Lattakia"}, km, free, at, "full_count", access, more.get("admission")
    )


ROOMS = [
    a_room({"en": "Latakia student housing", "ar": "السكن الجامعي في اللاذقية"}, 21.3, 252, days=1.3, access="open"),
    a_room({"en": "Banyas refinery housing", "ar": "سكن مصفاة بانياس"}, 25.1, 54, days=0.1, access="open"),
    a_room({"en": "Tartous sports hall"}, 57.2, 188, days=6, access="difficult", admission="women and children <only>"),
]


def told(**more: Any) -> Told:
    given = {
        "alert_id": UUID(int=7),
        "transition_id": UUID(int=8),
        "kind": "state",
        "rule": "occupancy",
        "level": "critical",
        "since": SINCE,
        "learned_at": SINCE + timedelta(minutes=1),
        "acknowledged_at": None,
        "numbers": {"people": 6940, "places": 5600},
        "shelter": "KHM",
        "name": {"en": "Khmeimim air base", "ar": "قاعدة حميميم الجوية"},
        "areas": [{"en": "Jablah", "ar": "جبلة"}, {"en": "Lattakia", "ar": "اللاذقية"}],
        "frame": FRAME,
        "is_brief": False,
        "figure": a_figure(),
        "evidence": Evidence(6610, 412, 82),
        "nearby": ROOMS,
    }
    return Told(**{**given, **more})


def written(*alerts: Told, reader: Reader = READER) -> Written:
    with time_machine.travel(NOW, tick=False):
        return compose(reader, alerts or (told(),), base_url="https://mawa.example/")


def brief(**more: Any) -> Told:
    return told(is_brief=True, figure=None, evidence=None, nearby=None, **more)


MAILS = {
    "one": [told()],
    "many": [told(level="warning", alert_id=UUID(int=number)) for number in range(8)],
    "end": [told(level="ok", nearby=None)],
    "brief": [brief()],
    "least": [told(figure=a_figure(basis="at_least", counted_at=None, method=None), evidence=None, nearby=[])],
}


@pytest.mark.parametrize("language", ["en", "ar", "fr"])
@pytest.mark.parametrize("kind", MAILS)
def test_the_html_parses_and_fetches_nothing(kind: str, language: str) -> None:
    html = written(*MAILS[kind], reader=Reader(language, READER.follows)).html
    html5lib.HTMLParser(strict=True).parse(html)
    links = {f"https://mawa.example/a/link-{UUID(int=8).hex}?lang={language}"}
    if kind == "end":
        links = {f"https://mawa.example/alerts/{UUID(int=7)}"}
    if kind == "many":
        links.add("https://mawa.example/alerts")
    assert set(re.findall(r"""(?:href|src)="([^"]*)""", html)) == links
    assert not re.search(r"url\(|@import|<(?:img|link|script|iframe|object|form)\b", html)
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html
    assert "@media (prefers-color-scheme: dark)" in html


def test_it_says_what_where_since_when_and_how_sure() -> None:
    mail = written()
    assert mail.subject == "Critical: Khmeimim air base is 1,340 people over its places"
    for said in (
        "Jablah, Lattakia\n\n6,940 people (6,428–7,581) in 5,600 places: 124%\n",
        "Since 13 March 2025, 18:40. Learned 18:41.",
        "Counted 6,610 people on 14 March 2025, 09:00 (household listing).\n"
        "Since then 412 people came and 82 people left.",
        "1 other figure is not used.",
        "Female: 0–17: 2,310 · 18 and over: 1,690\nMale: 0–17: 2,240 · 18 and over: 440\nNot known: 260",
        "2. Banyas refinery housing\n   54 free · 25 km · counted 2 hours ago · road open",
        "3. Tartous sports hall\n   188 free · 57 km · counted 6 days ago · road difficult · women and children <only>",
        "Together 494 free places, for 1,340 people.",
        "https://mawa.example/a/link-00000000000000000000000000000008?lang=en",
        "You get this because you are told of alerts in Jablah.",
    ):
        assert said in mail.text, said
    assert "women and children &lt;only&gt;" in mail.html
    assert "Runs short" not in mail.text


def test_several_alerts_are_one_mail_the_most_severe_first_and_only_some_in_full() -> None:
    alerts = [told(level="warning", alert_id=UUID(int=number)) for number in range(7)]
    mail = written(*alerts, told(alert_id=UUID(int=99)), told(level="ok", alert_id=UUID(int=100)))
    assert mail.subject == "9 alerts: Critical: Khmeimim air base is 1,340 people over its places"
    assert re.findall(r"^(?:- )?(Critical|Warning|Ended):", mail.text, re.M) == ["Critical", *["Warning"] * 7, "Ended"]
    assert mail.text.count("HOW SURE THIS IS") == 5
    assert mail.html.count("/a/link-") == 8
    assert mail.html.count("/alerts/") == 1
    assert "https://mawa.example/alerts\n" in mail.text


def test_of_very_many_it_says_how_many_more_and_stays_small() -> None:
    mail = written(*(told(level="warning", alert_id=UUID(int=number)) for number in range(1_000)))
    assert mail.subject.startswith("1,000 alerts: Warning: ")
    assert mail.text.count("Warning: ") == 50
    assert "950 more in Mawa.\nhttps://mawa.example/alerts\n" in mail.text
    assert len(mail.html) < 100_000  # of larger ones some programs show the beginning only


def test_a_brief_mail_has_rule_severity_code_and_link_only() -> None:
    mail = written(brief())
    assert mail.subject == "Critical: Occupancy, KHM"
    assert mail.text == (
        "Critical: Occupancy, KHM\n\nSee and acknowledge.\n"
        "https://mawa.example/a/link-00000000000000000000000000000008?lang=en\n\n-- \n"
        "You get this because you are told of alerts in Mawa."
    )
    for kept in ("6,940", "Khmeimim", "Jablah", "March"):
        assert kept not in mail.html


def test_at_least_is_said_where_nobody_counted() -> None:
    mail = written(*MAILS["least"])
    assert "is at least 1,340 people over its places" in mail.subject
    assert "at least 6,940 people in 5,600 places" in mail.text
    assert "Nobody counted here" in mail.text
    assert "no counted, open shelter with free places admits these people" in mail.text


def test_a_figure_that_changed_since_is_said_to_be_of_now() -> None:
    mail = written(told(numbers={"people": 6900, "places": 5600}))
    assert "The figures are those of now; by then it was 6,900 people in 5,600 places." in mail.text
    assert "of now" not in written().text


def test_a_count_told_of_a_whole_day_has_no_hour() -> None:
    day = datetime(2025, 3, 14, 20, 59, 59, 999999, tzinfo=UTC)
    mail = written(told(figure=a_figure(counted_at=day)))
    assert "Counted 6,610 people on 14 March 2025 (household listing)." in mail.text


@pytest.mark.parametrize("hour", ["2025-03-11T21:00:00+00:00", "2025-03-12T20:59:59.999999+00:00"])
def test_what_became_true_on_a_day_without_an_hour_is_told_without_one(hour: str) -> None:
    """A movement given as a day stands at its start, a headcount at its end, in Damascus."""
    assert "Since 12 March 2025. Learned 13" in written(told(since=datetime.fromisoformat(hour))).text


def test_arabic_runs_right_to_left_with_its_own_digits_and_latin_names_are_kept_apart() -> None:
    mail = written(reader=Reader("ar", READER.follows))
    assert "قاعدة حميميم الجوية" in mail.subject
    assert "١٬٣٤٠" in mail.subject
    assert "٦٬٤٢٨–٧٬٥٨١" in mail.text
    assert "١. السكن الجامعي" in mail.text
    assert not re.search(r"[0-9]{3}|[0-9][,:]", re.sub(r"https://\S+", "", mail.text))
    assert "\u2068women and children <only>\u2069" in mail.text
    assert 'align="right"' in mail.html


def test_children_are_parted_from_adults_only_where_the_brackets_allow() -> None:
    assert halves(UNHCR, CELLS) == ({"female": (2310, 1690), "male": (2240, 440)}, 260)
    decades = Scheme(("female", "male", "unknown"), ("0-9", "10-19", "20+", "unknown"))
    assert halves(decades, {"female:10-19": 4}) is None
    frame = replace(FRAME, scheme=decades)
    people = Shown(10, 10, 10, None, {"female:10-19": 4, "male:unknown": 5, "unknown:20+": 1})
    mail = written(told(frame=frame, figure=a_figure(people=people)))
    assert "Female: People: 4\nMale: People: 5\nNot known: 1" in mail.text


@pytest.mark.parametrize(
    ("level", "people", "places", "said"),
    [
        ("critical", 6940, 5600, "K is 1,340 people over its places"),
        ("critical", 2, 1, "K is 1 person over its places"),
        ("critical", 320, 320, "K is full: 320 people in 320 places"),
        ("critical", 96, 100, "K has 4 free places left (96%)"),
        ("warning", 1346, 1400, "K has 54 free places left (96%)"),
        ("warning", 1999, 2000, "K has 1 free place left (99%)"),
        ("critical", 5, 0, "K has no places, and 5 people are there"),
        ("ok", 320, 400, "K is below its places again: 320 people in 400 places"),
        ("warning", None, 400, "K cannot be checked: it is not known how many people are there"),
        ("warning", 5, None, "K cannot be checked: it is not known how many places it has"),
    ],
)
def test_the_sentence_of_occupancy(level: str, people: int | None, places: int | None, said: str) -> None:
    assert sentence("occupancy", level, {"people": people, "places": places}, "K", "en") == said


def test_what_cannot_be_checked_says_since_when() -> None:
    said = sentence("occupancy", "critical", {}, "K", "en", unknown_since=SINCE, zone=FRAME.zone)
    assert said == "K cannot be checked since 13 March 2025, 18:40"
