"""How old something is said to be: no unit so large that what is left over would matter."""

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import Babel

from app.core import clock, templating


@pytest.mark.parametrize(
    ("elapsed", "said"),
    [
        (timedelta(minutes=3), "3 minutes"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(days=10), "1 week"),
        (timedelta(days=300), "10 months"),
        (timedelta(days=20 * 30.5), "20 months"),
        (timedelta(days=1_100), "3 years"),
    ],
)
def test_twenty_months_are_not_two_years(elapsed: timedelta, said: str) -> None:
    application = Flask(__name__)
    Babel(application, locale_selector=lambda: "en")
    with application.test_request_context():
        assert templating.age(clock.now() - elapsed) == said
