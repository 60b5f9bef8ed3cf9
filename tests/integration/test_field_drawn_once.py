"""What forms show of the operation is drawn once for all who share a desk; what is a person's own never is."""

import re
from dataclasses import dataclass

import pytest

from app.core.db import unit_of_work
from app.factory import create_app
from app.field.schemas import Desk
from app.intake.service import take
from tests.factories.operations import a_shelter, make_actor, make_operation
from tests.factories.pages import Visitor, unvaried, words_of

FORMS = ("arrivals", "departures", "headcounts", "notes", "groups", "shelters")
OWN = re.compile(r'(name="(?:csrf_token|report_id)" value=")([^"]+)')
MOMENT = re.compile(r'(name="opened_at" value=")([^"]+)|Now, [0-9:]+')


@dataclass
class Gate:
    """Two who share a desk, one of another district, and one who reads Arabic."""

    here: Visitor
    beside: Visitor
    elsewhere: Visitor
    arabic: Visitor


@pytest.fixture
def gate(database: str) -> Gate:
    with unit_of_work() as session:
        operation = make_operation(session)
        everywhere = make_actor(session, operation)
        shelters = [a_shelter(code="KHM"), a_shelter(code="SCH"), a_shelter(code="FAR", area="SY1002")]
        assert {one.status for one in take(session, actor=everywhere, reports=shelters)} == {"accepted"}
        people = [
            make_actor(session, operation, areas=[area], language=language)
            for area, language in (("SY0602", "en"), ("SY0602", "en"), ("SY1002", "en"), ("SY0602", "ar"))
        ]
    application = create_app()
    return Gate(*(Visitor(application, one) for one in people))


def form(visitor: Visitor, name: str = "arrivals", asked: str = "") -> str:
    answer = visitor.open(f"/field/{name}/new{asked}")
    assert answer.status_code == 200
    return answer.text


def own(page: str) -> set[str]:
    return {value for _, value in OWN.findall(page)}


def test_who_is_of_another_district_is_shown_other_places(gate: Gate) -> None:
    for _ in range(2):
        assert "shelter:KHM" in form(gate.here)
        assert "shelter:FAR" not in form(gate.here)
        assert "shelter:FAR" in form(gate.elsewhere)
        assert "shelter:KHM" not in form(gate.elsewhere)


def test_who_reads_another_language_is_shown_it(gate: Gate) -> None:
    for _ in range(2):
        assert "Who came?" in form(gate.here)
        page = form(gate.arabic)
        assert "Who came?" not in page
        assert "من وصل؟" in words_of(page)
        assert "جبلة" in page
        assert "Who came?" in form(gate.arabic, asked="?lang=en")
        assert "Who came?" not in form(gate.arabic, asked="?lang=ar")


@pytest.mark.parametrize("name", FORMS)
def test_a_page_of_what_is_kept_is_the_page_drawn_anew(gate: Gate, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for visitor, place in ((gate.here, "shelter:KHM"), (gate.beside, "shelter:SCH")):
        arrived = {"how": "total", "total": "7", "place": place, "home": "SY0600"}
        visitor.read(visitor.send("/field/arrivals/new", **arrived))
    asked = "?group=G-0007" if name == "arrivals" else ""
    first, kept = form(gate.here, name), form(gate.beside, name, asked)
    assert not own(first) & own(kept)
    monkeypatch.setattr(Desk, "drawn", lambda _desk, _name, caller: caller())
    anew = form(gate.beside, name, asked)
    assert MOMENT.sub("", OWN.sub(r"\1", kept)) == MOMENT.sub("", OWN.sub(r"\1", anew))
    if name == "arrivals":
        assert '<option value="shelter:SCH" selected>' in kept
        assert kept.count(" selected>") == 1
        assert 'value="G-0007"' in kept


def test_what_one_person_typed_is_shown_to_nobody_else(gate: Gate) -> None:
    typed = {"how": "cells", "cells__female:0-4": "4321", "total": "oddly many", "place": "", "before": "shelter:SCH"}
    for _ in range(2):
        answer = gate.here.send("/field/arrivals/new", **typed)
        assert answer.status_code == 422
        assert "4321" in answer.text
        assert "oddly many" in answer.text
        assert '<option value="shelter:SCH" selected>' in answer.text
        for visitor in (gate.here, gate.beside):
            page = form(visitor)
            assert "4321" not in unvaried(page)
            assert "oddly many" not in page
            assert "selected>" not in page


def test_a_form_sent_empty_comes_back_with_what_is_wrong(gate: Gate) -> None:
    form(gate.here)
    answer = gate.here.send("/field/arrivals/new")
    assert answer.status_code == 422
    assert 'id="e-cells"' in answer.text
    assert 'id="e-cells"' not in form(gate.here)
