"""Under which name we answer, where we may send a browser, and what a request may be called."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from flask import redirect

from app.core import http
from app.factory import create_app
from config.settings import Settings
from tests.integration.conftest import Caller

OWN = "mawa.example.org"
PRODUCTION = {"mawa_env": "production", "base_url": f"https://{OWN}"}

CallerWith = Callable[..., Caller]


@pytest.mark.parametrize("host", [OWN, f"{OWN}:443", f"{OWN}:8000", OWN.upper()])
def test_in_production_our_own_name_is_answered(caller_with: CallerWith, host: str) -> None:
    assert caller_with(**PRODUCTION).client.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example.net", f"{OWN}.evil.example.net", f"evil{OWN}", "127.0.0.1", "", "a b", f"{OWN}@evil", "<x>"]
)
def test_in_production_no_other_name_is_answered_nor_repeated(caller_with: CallerWith, host: str) -> None:
    client = caller_with(**PRODUCTION).client
    for path in ("/login", "/api/v1/shelters", "/static/mawa.css", "/nowhere", "/.well-known/security.txt"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400, (path, host)
        assert "evil" not in answer.text and "<x>" not in answer.text
        assert "evil" not in str(answer.headers)
    assert client.get("/api/v1/shelters", headers={"Host": host}).json["code"] == "wrong_host"


def test_a_forwarded_name_counts_for_nothing(caller_with: CallerWith) -> None:
    client = caller_with(**PRODUCTION, trusted_proxies=1).client
    told = {"Host": OWN, "X-Forwarded-Host": "evil.example.net", "Forwarded": "host=evil.example.net"}
    answer = client.get("/account", headers=told)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/account")
    assert client.get("/login", headers={**told, "Host": "evil.example.net"}).status_code == 400


def test_what_watches_the_machine_asks_by_address(caller_with: CallerWith) -> None:
    client = caller_with(**PRODUCTION).client
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).json == {"status": "alive"}
    assert client.get("/readyz", headers={"Host": "10.0.0.7:8000"}).json["ready"] is False


@pytest.mark.parametrize(
    "asks",
    [
        {"headers": {"X-Forwarded-For": "10.0.0.7"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
        {"environ_base": {"REMOTE_ADDR": "9.9.9.9"}},
    ],
)
def test_strangers_learn_only_whether_it_is_ready(caller_with: CallerWith, asks: dict[str, Any]) -> None:
    client = caller_with(**PRODUCTION).client
    assert client.get("/readyz", **asks).json == {"ready": False}
    near = {"environ_base": {"REMOTE_ADDR": "172.18.0.3"}}
    assert {"reasons", "places_to_fold", "mails_to_send"} <= client.get("/readyz", **near).json.keys()


def test_in_development_any_name_will_do(caller_with: CallerWith) -> None:
    assert caller_with().client.get("/login", headers={"Host": "192.168.1.5:8000"}).status_code == 200


def test_the_wrong_name_is_said_in_words(caller_with: CallerWith) -> None:
    page = caller_with(**PRODUCTION).client.get("/login?lang=fr", headers={"Host": "10.0.0.7"})
    assert "l’adresse" in page.text and 'lang="fr"' in page.text


def test_nobody_is_named_unless_a_contact_is_set(caller_with: CallerWith) -> None:
    assert caller_with().client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/tell-us", "https://example.org/tell-us"),
    ],
)
def test_whom_to_tell_of_a_hole(caller_with: CallerWith, said: str, shown: str) -> None:
    contact = Settings(security_contact=said).security_contact
    answer = caller_with(security_contact=contact, base_url=f"https://{OWN}/").client.get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert told["Contact"] == shown
    assert told["Canonical"] == f"https://{OWN}/.well-known/security.txt"
    left = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert timedelta(days=80) < left < timedelta(days=365)


@pytest.mark.parametrize("said", ["nobody", "http://example.org/", "javascript:run()", "a@b\nExpires: 2000-01-01"])
def test_a_contact_is_an_address_or_a_page(said: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        Settings(security_contact=said)


ELSEWHERE = (
    "//evil.example.net",
    "/\\evil.example.net",
    "\\\\evil.example.net",
    "///evil.example.net",
    "https:evil.example.net",
    "https://evil.example.net/",
    "http:///evil.example.net",
    "/\t/evil.example.net",
    "/\n/evil.example.net",
    "%2F%2Fevil.example.net",
    "/%2F/evil.example.net/..//evil.example.net",
    " //evil.example.net",
    "javascript:alert(1)",
    "//localhost@evil.example.net",
    "http://localhost@evil.example.net",
    "http://localhost.evil.example.net",
)


def test_a_redirect_never_leads_elsewhere(database: str) -> None:
    application = create_app()
    application.add_url_rule("/go/<int:which>", "go", http.public(lambda which: _redirecting(ELSEWHERE[which])))
    for which, where in enumerate(ELSEWHERE):
        location = application.test_client().get(f"/go/{which}").headers["Location"]
        assert re.match(r"/(?![/\\])", location), where
        assert not re.search(r"[\s\\]", location), where


def _redirecting(where: str) -> Any:
    try:
        return redirect(where)
    except ValueError:  # Werkzeug itself takes no line break in a header
        return redirect("/")


def test_a_redirect_to_a_page_of_ours_stands(database: str) -> None:
    application, pages = create_app(), ("/", "/shelters?after=KHM&lang=ar", "/groups/%D9%85", "/static/mawa.css")
    near = http.public(lambda which: redirect(pages[which]))
    far = http.public(lambda which: redirect(f"http://localhost{pages[which]}"))
    application.add_url_rule("/go/<int:which>", "go", near)
    application.add_url_rule("/far/<int:which>", "far", far)
    for which, page in enumerate(pages):
        for path in ("/go", "/far"):
            assert application.test_client().get(f"{path}/{which}").headers["Location"] == page


def test_a_page_without_its_last_stroke_is_found(database: str) -> None:
    answer = create_app().test_client().get("/field", headers={"Host": "localhost"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "/field/")


def test_a_request_is_called_what_its_sender_says_only_if_that_is_plain(caller: Caller) -> None:
    said = {
        "9f3c-77": True,
        "trace:1.2_x": True,
        "a" * 65: False,
        "two words": False,
        "\x1b[31mred": False,
        "Ã©": False,
    }
    for name, is_taken in said.items():
        answer = caller.client.get("/healthz", headers={"X-Request-Id": name})
        assert (answer.headers["X-Request-Id"] == name) is is_taken
        assert len(answer.headers["X-Request-Id"]) >= 7


def test_an_address_cannot_write_a_line_of_its_own_into_the_log(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    application = create_app()

    def fail(rest: str) -> str:
        raise RuntimeError(rest)

    application.add_url_rule("/fail/<path:rest>", "fail", http.public(fail))
    with structlog.testing.capture_logs() as logged:
        answer = application.test_client().get("/fail/x%1b[31mforged%0d%09Set-Cookie:%20a=b")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text and "Traceback" not in answer.text
    assert "Set-Cookie" not in str(answer.headers)
    [line] = [one for one in logged if one["event"] == "unexpected_error"]
    assert line["route"] == "GET /fail/<path:rest>"
