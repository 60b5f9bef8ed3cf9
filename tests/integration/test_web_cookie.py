"""A cookie may change things through the API from our own pages only; a token is asked for nothing of the kind."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts import service
from app.core import db
from app.factory import create_app
from config.settings import settings
from tests.factories.operations import a_shelter, make_operation

OURS = {"X-Mawa-Form": "1", "Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
PASSWORD = "several plain words"


@pytest.fixture
def browser(database: str) -> FlaskClient:
    """Signed in as a field worker."""
    with db.unit_of_work() as session:
        operation = make_operation(session)
        who: dict[str, Any] = {"role": "field_worker", "areas": None, "operation_id": operation.id}
        service.add_user(session, email="rana@example.org", password=PASSWORD, **who)
    browser = create_app().test_client()
    form = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)
    assert form is not None
    typed = {"email": "rana@example.org", "password": PASSWORD, "csrf_token": form[1]}
    assert browser.post("/login", data=typed).status_code == 302
    return browser


def answered(browser: FlaskClient, headers: dict[str, str], **changed: str | None) -> int:
    sent = {name: value for name, value in {**headers, **changed}.items() if value is not None}
    return browser.post("/api/v1/reports", json={"reports": [a_shelter()]}, headers=sent).status_code


def test_our_own_page_is_believed(browser: FlaskClient) -> None:
    assert answered(browser, OURS) == 200
    assert answered(browser, OURS, Origin=None) == 200


def test_a_browser_does_not_say_which_it_is(browser: FlaskClient) -> None:
    """Who holds what a taken browser sent would hold another's."""
    said = {"device": "browser:0123456789ab", "reports": [a_shelter()]}
    assert browser.post("/api/v1/reports", json=said, headers=OURS).status_code == 200
    with db.new_snapshot() as session:
        (device,) = session.scalars(text("SELECT DISTINCT device FROM reports"))
    assert device.startswith("browser:")
    assert device != said["device"]


def test_an_older_browser_says_at_least_the_site(browser: FlaskClient) -> None:
    assert answered(browser, {"X-Mawa-Form": "1", "Origin": "http://localhost"}) == 200


def test_what_comes_from_elsewhere_is_nobody(browser: FlaskClient) -> None:
    for site in ("cross-site", "same-site", "none", ""):
        assert answered(browser, OURS | {"Sec-Fetch-Site": site}) == 401, site
    older = {"X-Mawa-Form": "1"}
    for origin in (
        "http://evil.example.net",
        "http://localhost.evil.example.net",
        "null",
        "http://localhost:81",
        "",
        None,
    ):
        assert answered(browser, older | ({} if origin is None else {"Origin": origin})) == 401, origin
    assert answered(browser, {name: said for name, said in OURS.items() if name != "X-Mawa-Form"}) == 401
    assert answered(browser, {}) == 401


def test_a_page_read_without_https_does_not_speak_for_one_read_with_it(browser: FlaskClient) -> None:
    cookie = browser.get_cookie("mawa")
    assert cookie is not None
    secure = create_app(settings().model_copy(update={"base_url": "https://localhost"})).test_client()
    secure.set_cookie("__Host-mawa", cookie.value)
    assert answered(secure, {"X-Mawa-Form": "1", "Origin": "https://localhost"}) == 200
    assert answered(secure, {"X-Mawa-Form": "1", "Origin": "http://localhost"}) == 401


def test_a_cookie_reads_as_its_person(browser: FlaskClient) -> None:
    assert browser.get("/api/v1/shelters").status_code == 200
    assert browser.get("/api/v1/shelters").headers["Cache-Control"] == "no-store"


def test_beside_a_token_a_cookie_counts_for_nothing(browser: FlaskClient) -> None:
    assert answered(browser, OURS | {"Authorization": "Bearer no-such-token"}) == 401
    assert browser.get("/api/v1/shelters", headers={"Authorization": "Bearer no-such-token"}).status_code == 401
