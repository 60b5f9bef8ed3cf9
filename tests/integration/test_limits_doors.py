"""What no door lets past uncounted: JSON where a form belongs, tokens that are nobody's, addresses that are not there,
forms without their token."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from app.accounts.policy import Actor
from tests.factories.browsers import PASSWORD, Browser
from tests.factories.operations import a_shelter
from tests.integration.conftest import Caller

REFUSED = HTTPStatus.TOO_MANY_REQUESTS
FEW = "3 per minute"

CallerWith = Callable[..., Caller]


def here() -> dict[str, str]:
    """An address that no other test asks from."""
    first, second, third, *_ = uuid4().bytes
    return {"REMOTE_ADDR": f"10.{first}.{second}.{third}"}


@pytest.mark.parametrize("path", ["/login", "/reset", "/reset/x", "/logout", "/login/code", "/account/tokens"])
@pytest.mark.parametrize("body", [{"email": "rana@example.org", "password": PASSWORD}, 5, {"code": 5}, "text"])
def test_json_is_no_form(app: Flask, path: str, body: Any) -> None:
    browser = Browser(app)
    token = {"X-CSRFToken": browser.csrf(), "Accept": "application/json"}
    for method in ("POST", "GET"):
        answer = browser.client.open(path, method=method, json=body, headers=token)
        assert answer.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        assert "This could not be read" in answer.text
    assert not browser.is_in()


def test_guesses_in_json_never_reach_the_password(app: Flask, rana: Actor) -> None:
    browser = Browser(app)
    token = browser.csrf()
    for password in ("one", "two", PASSWORD):
        sent = {"email": rana.email, "password": password}
        browser.client.post("/login", json=sent, headers={"X-CSRFToken": token}, environ_base=here())
        assert not browser.is_in()


def test_a_form_in_parts_is_a_form(app: Flask, rana: Actor) -> None:
    browser = Browser(app)
    data = {"csrf_token": browser.csrf(), "email": rana.email, "password": PASSWORD}
    browser.client.post("/login", data=data, content_type="multipart/form-data", **browser.asks)
    assert browser.is_in()


def test_reports_with_a_token_of_nobody_are_counted(caller_with: CallerWith) -> None:
    caller, where = caller_with(limit_api_writes=FEW), here()

    def post(key: str) -> int:
        sent = {"json": {"reports": [a_shelter()]}, "headers": {"Authorization": f"Bearer {key}"}}
        return int(caller.client.post("/api/v1/reports", environ_base=where, **sent).status_code)

    assert [post(f"mawa_{turn}") for turn in range(5)] == [401] * 3 + [REFUSED] * 2
    assert post(caller.tokens["field_worker"]) == HTTPStatus.OK, "whose token is good does not wait with them"


def test_addresses_that_are_not_there_are_counted(caller_with: CallerWith) -> None:
    caller, where = caller_with(limit_api_reads=FEW, limit_pages=FEW), here()
    bad = {"Authorization": "Bearer mawa_x"}
    for path in ("/api/v1/nothing", "/nothing"):
        answers = [caller.client.get(path, environ_base=where, headers=bad).status_code for _ in range(4)]
        assert answers == [404] * 3 + [REFUSED]


def test_forms_without_their_token_are_counted(caller_with: CallerWith) -> None:
    caller, where = caller_with(limit_sign_in=FEW), here()
    answers = [caller.client.post("/login", data={"email": "a"}, environ_base=where).status_code for _ in range(4)]
    assert answers == [400] * 3 + [REFUSED]
