"""What a partner reads of figures: a total rounded to tens and its basis, and nothing to reckon back from."""

from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import unit_of_work
from app.intake.service import take
from app.places.models import Operation
from tests.factories.operations import a_headcount, a_movement, a_shelter, make_actor
from tests.factories.pages import unvaried, words_of
from tests.integration.conftest import Caller, fold

AT = "2025-03-10T12:00:00+03:00"
NOTHING = {"shortfall": 0, "uncounted": 0, "before": 0, "came": 0, "left": 0, "adjusted": 0}


@pytest.fixture
def counted(caller: Caller) -> Caller:
    """One place counted, with ages and a range, one at least, two of which nobody has said how many are there."""
    people = {"total": 734, "low": 731, "high": 752, "households": 163, "cells": {"female:18-59": 734}}
    reports = [
        *(a_shelter(code=code) for code in ("KHM", "SCH", "NEW")),
        a_shelter(code="BAN", area="SY1002"),
        a_headcount("KHM", at=AT, people=people),
        a_movement(at=AT, people=23, to="SCH"),
    ]
    answer = caller.post("/reports", {"reports": reports})
    assert {one["status"] for one in answer.json["results"]} == {"accepted"}
    fold()
    return caller


def test_a_partner_is_answered_rounded_totals_and_zeros(counted: Caller) -> None:
    answer = counted.get("/population?by=area", role="partner").json
    items = {one.pop("area"): one for one in answer["items"]}
    assert items == {"SY": told(760), "SY06": told(760), "SY10": told(None, "unknown")}
    assert answer["uncounted"] == 0


def told(total: int | None, basis: str = "at_least") -> dict[str, Any]:
    nothing: dict[str, Any] = {"low": None, "high": None, "households": None, "cells": {}, "estimated": False}
    return {"people": {"total": total, **nothing}, "basis": basis, **NOTHING}


def test_who_reads_is_told_how_many_places_nobody_counted(counted: Caller) -> None:
    answer = counted.get("/population?by=area").json
    assert {one["area"]: one["uncounted"] for one in answer["items"]} == {
        "SY": 2,
        "SY06": 1,
        "SY0602": 1,
        "SY10": 1,
        "SY1002": 1,
    }
    assert answer["uncounted"] == 2


def test_a_partner_of_one_governorate_learns_nothing_of_the_other(counted: Caller) -> None:
    with unit_of_work() as session:
        operation = session.scalars(select(Operation)).one()
        take(session, actor=make_actor(session, operation), reports=[a_headcount("BAN", at=AT, people=7391)])
    fold()
    page = counted.page("/dashboard", "partner")
    assert "760" in words_of(page) and "7,390" in words_of(page)
    for exact in ("734", "731", "752", "163", "7,391", "7391"):
        assert exact not in unvaried(page)
