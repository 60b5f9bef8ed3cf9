"""The ledger keeps of a report what was said, what was said to be unknown included."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories.operations import a_shelter, a_state

NOON = "2025-03-17T12:00:00+03:00"


def test_what_is_said_to_be_unknown_is_kept_and_what_was_not_said_is_not(
    session: Session, say: Callable[..., Any]
) -> None:
    state = a_state("NEW", at=NOON, capacity=None, admits={"text": None, "cells": ["female:*"]})
    assert [result.status for result in say(a_shelter(code="NEW"), state)] == ["accepted", "accepted"]
    stored = session.execute(text("SELECT * FROM reports WHERE kind = 'shelter_state'")).one()
    assert stored.content["capacity"] is None
    assert stored.content["admits"] == {"text": None, "cells": ["female:*"]}
    assert "toilets" not in stored.content
    assert (stored.total, stored.cells, stored.device, stored.clock_shift_s) == (None, None, None, 0)
