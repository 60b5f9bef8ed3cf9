"""Logs tell where something went wrong, and nothing of what was sent."""

import logging
import subprocess
import sys

import pytest
import structlog
from flask import Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core import db, http
from app.factory import create_app

FAILING = """
import sys, structlog
from config.logging import configure_logging
configure_logging(sys.argv[1])
def sign_in(password):
    raise RuntimeError("it did not work")
try:
    sign_in("several plain" + " words")
except RuntimeError as error:
    structlog.get_logger().error("unexpected_error", exc_info=error, route="GET /x")
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


@pytest.mark.parametrize("path", ["/reset/", "/setup/"])
@pytest.mark.parametrize("is_answered", [False, True])
def test_an_error_does_not_tell_the_secret_of_an_address(
    database: str, caplog: pytest.LogCaptureFixture, path: str, is_answered: bool
) -> None:
    application = create_app()
    application.config["PROPAGATE_EXCEPTIONS"] = False
    rule = next(rule for rule in application.url_map.iter_rules() if rule.rule.startswith(f"{path}<"))

    def fail(*_asked: object, **_named: object) -> Response:
        raise RuntimeError("it did not work")

    if is_answered:
        application.after_request(fail)
    else:
        application.view_functions[rule.endpoint] = http.public(fail)
    with structlog.testing.capture_logs() as logged, caplog.at_level(logging.DEBUG):
        answer = application.test_client().get(f"{path}a-live-secret")
    assert answer.status_code == 500
    assert any(one["event"] == "unexpected_error" and one["route"] == f"GET {rule.rule}" for one in logged)
    told = [str({**one, "exc_info": None}) for one in logged] + [str(one.getMessage()) for one in caplog.records]
    assert not [one for one in told if "a-live-secret" in one]
