"""A report whose texts look as if they pointed at a person is stored; whoever sent it is told what to take out."""

from typing import Any
from uuid import uuid4

import pytest

from tests.factories.amending import corrected, decision
from tests.factories.operations import a_group, a_headcount, a_movement, a_shelter, a_state
from tests.factories.pages import words_of
from tests.factories.teams import Team
from tests.integration.conftest import Caller

AT = "2025-03-10T12:00:00+03:00"
PHONE, NAME = "+963 944 123 456", "her name is Layla"


def warned(caller: Caller, report: dict[str, Any], role: str = "coordinator") -> list[tuple[str, str, str]]:
    """Code, field and kind of each warning about a report that was taken."""
    answer = caller.post("/reports", {"reports": [report]}, role=role)
    [result] = answer.json["results"]
    assert result["status"] == "accepted", result
    assert "944 123" not in answer.text and "Layla" not in answer.text
    return [(one["code"], one["details"].get("field"), one["details"].get("kind")) for one in result["warnings"]]


def test_every_text_of_every_report_is_looked_at(caller: Caller) -> None:
    shelter = a_shelter(admits={"text": f"ask {PHONE}"}, managed_by="Mr Haddad", aliases=["old mill", f"mill {PHONE}"])
    assert warned(caller, shelter) == [
        ("looks_personal", "aliases.1", "phone"),
        ("looks_personal", "admits.text", "phone"),
        ("looks_personal", "managed_by", "name"),
    ]
    place = {"place": {"shelter": "KHM"}, "occurred_at": AT}
    note = {"id": str(uuid4()), "kind": "note", "text": f"{NAME}, {PHONE}", **place}
    assert warned(caller, note) == [("looks_personal", "text", "phone"), ("looks_personal", "text", "name")]
    assert warned(caller, a_group("G-1", label=NAME)) == [("looks_personal", "label", "name")]
    assert warned(caller, a_movement(people=3, to="SY0602", origin="SY1002", at=AT, note=NAME)) == [
        ("looks_personal", "note", "name")
    ]
    count = a_headcount("KHM", at=AT, people=3, source="someone@example.org")
    assert warned(caller, count) == [("looks_personal", "source", "email")]
    why = decision(count["id"], False) | {"reason": "the guard named Karim said so"}
    assert warned(caller, why) == [("looks_personal", "reason", "name")]
    instead = {name: said for name, said in count.items() if name != "id"} | {"source": NAME}
    assert warned(caller, corrected(count["id"], instead, f"call {PHONE}")) == [
        ("looks_personal", "replacement.source", "name"),
        ("looks_personal", "reason", "phone"),
    ]


def test_a_contact_may_be_a_channel_and_a_place_may_be_called_after_somebody(caller: Caller) -> None:
    shelter = a_shelter(name={"en": "Mr Haddad School", "ar": "مدرسة السيد كريم"}, contact=f"reception desk, {PHONE}")
    assert warned(caller, shelter) == []
    assert warned(caller, a_state("KHM", at=AT, contact="Mme Traoré")) == [("looks_personal", "contact", "name")]


def test_ordinary_texts_warn_of_nothing(caller: Caller) -> None:
    assert warned(caller, a_shelter(admits={"text": "women and children only"}, managed_by="Red Crescent")) == []
    assert warned(caller, a_headcount("KHM", at=AT, people=3, note="120 people, SY0602, 2025-03-10")) == []


@pytest.mark.parametrize(
    ("language", "words"), [("en", "looks like a phone number"), ("ar", "رقم هاتف"), ("fr", "numéro de téléphone")]
)
def test_the_page_after_saving_says_what_to_do(team: Team, language: str, words: str) -> None:
    team.worker.open(f"/field/?lang={language}")
    answer = team.worker.send("/field/notes/new", place="shelter:KHM", text=f"ask {PHONE}")
    page = team.worker.open(answer.location).text
    assert words in words_of(page)
    assert "/correct" in page


def test_a_correction_that_still_holds_it_is_told_again(team: Team) -> None:
    report = team.sends(
        {"id": str(uuid4()), "kind": "note", "occurred_at": AT, "place": {"shelter": "KHM"}, "text": f"ask {PHONE}"}
    )
    answer = team.worker.send(f"/field/reports/{report}/correct", text=NAME, reason="shorter")
    assert "looks like the name of a person" in team.worker.read(answer)
    answer = team.worker.send(f"/field/reports/{report}/correct", text="ask at the desk", reason="no names")
    assert "looks like" not in team.worker.read(answer)
