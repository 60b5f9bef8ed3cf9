"""What every answer says to browsers, and what nobody can make us answer."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.wiring import LARGEST_BODY, MOST_PARTS
from tests.factories.pages import Visitor
from tests.integration.conftest import Caller

CallerWith = Callable[..., Caller]
GZIP = {"Accept-Encoding": "gzip, br"}
HTTPS = {"base_url": "https://mawa.example.org"}
PATHS = ("/login", "/account", "/api/v1/shelters", "/api/docs", "/nowhere", "/healthz", "/static/mawa.css")


def test_every_answer_is_closed_to_other_sites(caller_with: CallerWith) -> None:
    client = caller_with(**HTTPS).client
    for path in PATHS:
        with client.get(path) as answer:
            headers = answer.headers
        assert headers["Cross-Origin-Resource-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "frame-src" not in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert not {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(headers.keys())


def test_over_plain_http_no_browser_is_told_to_come_back_by_https(caller: Caller) -> None:
    assert "Strict-Transport-Security" not in caller.client.get("/login").headers


def test_the_cookie_is_bound_to_this_one_host(caller_with: CallerWith) -> None:
    sent = caller_with(**HTTPS).client.get("/login", base_url="https://mawa.example.org").headers["Set-Cookie"]
    assert sent.startswith("__Host-mawa=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in sent.split(";")}
    assert "Domain" not in sent and "Expires" not in sent
    plain = caller_with().client.get("/login").headers["Set-Cookie"]
    assert plain.startswith("mawa=") and "Secure" not in plain


def test_no_shared_cache_and_no_disk_of_a_browser_keeps_an_answer(caller: Caller) -> None:
    for path in ("/login", "/", "/nowhere", "/api/v1/shelters", "/api/v1/openapi.json", "/.well-known/security.txt"):
        assert caller.client.get(path).headers["Cache-Control"] == "no-store", path
    program = caller.get("/shelters")
    assert program.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(program.vary)


def test_files_are_compressed_for_whoever_reads_that(caller: Caller) -> None:
    with caller.client.get("/static/mawa.css") as plain, caller.client.get("/static/mawa.css", headers=GZIP) as packed:
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert 2 * len(packed.data) < len(plain.data)
        assert packed.content_length == len(packed.data)
        known = {"If-None-Match": packed.headers["ETag"]}
    assert set(packed.vary) == {"Accept-Encoding"}, "a browser with another cookie asks anew"
    with caller.client.get("/static/mawa.css", headers={**GZIP, **known}) as unchanged:
        assert unchanged.status_code == 304
    with caller.client.get("/static/mawa.css", headers={"Accept-Encoding": "gzip;q=0"}) as refused:
        assert "Content-Encoding" not in refused.headers
    with caller.client.get("/static/mawa.css", headers={**GZIP, "Range": "bytes=0-9"}) as part:
        assert part.data == plain.data[:10]


def test_what_a_phone_keeps_is_compressed_and_no_other_site_can_ask_for_it(caller: Caller) -> None:
    client = Visitor(caller.application, caller.actors["field_worker"]).client
    page = client.get("/field/arrivals/new", headers=GZIP).text
    kept = client.get("/field/arrivals/new", headers={**GZIP, "X-Mawa-Kept": "1"})
    assert kept.headers["Content-Encoding"] == "gzip"
    assert "<form" in gzip.decompress(kept.data).decode()
    assert 3 * len(kept.data) < len(page)
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Headers": "X-Mawa-Kept"}
    allowed = client.options("/field/arrivals/new", headers=asked)
    assert "Access-Control-Allow-Headers" not in allowed.headers


def test_pages_are_not_compressed_their_length_would_tell(caller: Caller) -> None:
    for path in ("/login", "/field/service-worker.js", "/static/icons/mawa-192.png"):
        with caller.client.get(path, headers=GZIP) as answer:
            assert "Content-Encoding" not in answer.headers, path


def test_signing_out_clears_what_a_browser_kept_but_no_reports_that_wait(caller: Caller) -> None:
    form = re.search(r'name="csrf_token" value="([^"]+)"', caller.client.get("/login").text)
    assert form is not None
    answer = caller.client.post("/logout", data={"csrf_token": form[1]})
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert caller.client.get("/logout").status_code == 405


def test_what_is_sent_to_sign_in_needs_the_page_it_came_from(caller: Caller) -> None:
    typed = {"email": "rana@example.org", "password": "several plain words"}
    assert caller.client.post("/login", data=typed).status_code == 400
    assert caller.client.post("/login", data={**typed, "csrf_token": "forged"}).status_code == 400


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "BREW"])
def test_methods_nobody_needs_are_not_taken(caller: Caller, method: str) -> None:
    for path in ("/login", "/api/v1/shelters", "/shelters/KHM"):
        assert caller.client.open(path, method=method).status_code == 405, path


@pytest.mark.parametrize(
    "sent",
    [
        {"headers": {"X-HTTP-Method-Override": "DELETE"}},
        {"headers": {"X-Method-Override": "POST"}},
        {"query_string": {"_method": "POST"}},
    ],
)
def test_a_method_is_what_was_sent(caller: Caller, sent: dict[str, Any]) -> None:
    assert caller.client.get("/login", **sent).status_code == 200
    assert caller.client.get("/logout", **sent).status_code == 405


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
def test_a_form_of_another_site_cannot_speak_to_the_api(caller: Caller, kind: str) -> None:
    answer = caller.client.post(
        "/api/v1/reports", data='{"reports": [{}]}', content_type=kind, headers=caller.token("field_worker")
    )
    assert answer.status_code == 415


def test_every_answer_of_the_api_is_an_object_of_its_own_kind(caller: Caller) -> None:
    for path in ("/shelters", "/groups", "/alerts", "/figures", "/flows", "/population?by=shelter", "/nowhere"):
        answer = caller.get(path)
        assert answer.content_type in ("application/json", "application/problem+json")
        assert answer.text.startswith("{"), path


def test_forms_have_their_limits(caller: Caller) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n{}\r\n'
    large = f"{part.format('x' * LARGEST_BODY)}--x--"
    many = part.format("x") * (MOST_PARTS + 1) + "--x--"
    for sent in (large, many):
        answer = caller.client.post("/login", data=sent, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413
    assert caller.client.post("/login", data={"note": "x" * LARGEST_BODY}).status_code == 413


def test_the_mailbox_of_development_is_nowhere_else(caller_with: CallerWith) -> None:
    for kind in ("production", "test"):
        client = caller_with(mawa_env=kind, base_url="http://localhost").client
        assert client.get("/dev/mail").status_code == 404
        assert client.get("/dev/mail/1/html").status_code == 404


def test_what_is_typed_into_an_address_is_shown_as_text(caller: Caller) -> None:
    typed = "\"'><svg/onload=alert(1)>"
    for path in ("/login?next=", "/nowhere/", "/shelters?after=", "/groups?after="):
        asked = f"{path}{typed}"
        page = caller.client.get(asked).text if path.startswith("/login") else caller.page(asked)
        assert "<svg/onload" not in page
