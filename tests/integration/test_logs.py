"""Logs tell where something went wrong, and nothing of what was sent."""

import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import db

FAILING = """
import sys, structlog
from config.logging import configure_logging
configure_logging(sys.argv[1])
def sign_in(password):
    raise RuntimeError("it did not work")
try:
    sign_in("several plain" + " words")
except RuntimeError as error:
    structlog.get_logger().error("unexpected_error", exc_info=error, path="/x")
"""


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_error_is_logged_with_its_place_and_without_what_was_in_hand(form: str) -> None:
    said = subprocess.run([sys.executable, "-c", FAILING, form], capture_output=True, text=True, check=True).stderr
    assert "it did not work" in said and "line 6" in said
    assert "several plain words" not in said


def test_an_error_of_the_database_does_not_repeat_what_was_sent_to_it(database: str) -> None:
    with db.new_session() as session, pytest.raises(SQLAlchemyError) as failed:
        session.execute(text("SELECT CAST(:note AS xml) WHERE :person = 1"), {"note": "in the mill", "person": "rana"})
    assert "SELECT" in str(failed.value)
    assert "in the mill" not in str(failed.value) and "rana" not in str(failed.value)
