"""What a caller may ask in a while, and what they are told when it was too much."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest

from app import limits
from app.core import http
from tests.factories.operations import a_shelter
from tests.integration.conftest import Caller

REFUSED = HTTPStatus.TOO_MANY_REQUESTS
FEW = "3 per minute"

CallerWith = Callable[..., Caller]


def address() -> dict[str, str]:
    """One that no other test asks from."""
    first, second, third, *_ = uuid4().bytes
    return {"REMOTE_ADDR": f"10.{first}.{second}.{third}"}


def test_too_many_reads_are_told_when_to_come_back(caller_with: CallerWith) -> None:
    caller = caller_with(limit_api_reads=FEW)
    answers = [caller.get("/shelters") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, REFUSED]
    refused = answers[-1]
    assert refused.content_type == "application/problem+json"
    assert refused.json["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Retry-After"] in refused.json["title"]
    assert caller.get("/shelters", role="field_worker").status_code == HTTPStatus.OK


def test_a_person_is_one_caller_in_every_process(caller_with: CallerWith) -> None:
    processes = [caller_with(limit_api_reads=FEW) for _ in range(2)]
    answers = [processes[turn % 2].get("/alerts").status_code for turn in range(4)]
    assert answers == [200, 200, 200, REFUSED]


def test_pages_say_it_to_people(caller_with: CallerWith) -> None:
    caller = caller_with(limit_pages=FEW)
    here = address()
    answers = [caller.client.get("/dashboard?lang=fr", environ_base=here) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, REFUSED]
    page = answers[-1].text
    assert answers[-1].content_type.startswith("text/html")
    assert f"{answers[-1].headers['Retry-After']} seconde" in page
    assert 'lang="fr"' in page


def test_signing_in_is_limited_by_address_and_apart_from_pages(caller_with: CallerWith) -> None:
    caller = caller_with(limit_sign_in=FEW)
    here = address()

    def sign_in() -> Any:
        form = caller.client.get("/login", environ_base=here).text
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert found is not None
        typed = {"email": "a@example.org", "password": "wrong", "csrf_token": found[1]}
        return caller.client.post("/login", data=typed, environ_base=here)

    assert [sign_in().status_code for _ in range(5)] == [200, 200, 200, REFUSED, REFUSED]
    assert caller.client.get("/login", environ_base=here).status_code == HTTPStatus.OK


def test_reports_with_a_token_are_limited_by_no_rate(caller_with: CallerWith) -> None:
    caller = caller_with(limit_api_writes=FEW)
    body = {"reports": [a_shelter()]}
    assert [caller.post("/reports", body).status_code for _ in range(5)] == [200] * 5
    acknowledge = f"/alerts/{uuid4()}/acknowledge"
    answers = [caller.post(acknowledge, {}, role="coordinator").status_code for _ in range(4)]
    assert answers == [404, 404, 404, REFUSED]


def test_posts_without_a_token_are_limited(caller_with: CallerWith) -> None:
    caller = caller_with(limit_api_writes=FEW)
    here = address()
    answers = [caller.client.post("/api/v1/reports", json={}, environ_base=here).status_code for _ in range(4)]
    assert answers == [401, 401, 401, REFUSED]


def test_health_and_files_are_not_limited(caller_with: CallerWith) -> None:
    caller = caller_with(limit_pages="1 per minute", limit_api_reads="1 per minute")
    here = address()
    for path in ("/healthz", "/readyz", "/static/mawa.css"):
        for _ in range(4):
            with caller.client.get(path, environ_base=here) as answer:
                assert answer.status_code != REFUSED


def test_behind_a_trusted_server_callers_are_told_apart(caller_with: CallerWith) -> None:
    caller = caller_with(limit_pages="1 per minute", trusted_proxies=1)
    proxy, first, second = address(), *(address()["REMOTE_ADDR"] for _ in range(2))

    def ask(forwarded: str) -> int:
        answer = caller.client.get("/login", environ_base=proxy, headers={"X-Forwarded-For": forwarded})
        return int(answer.status_code)

    assert [ask(first), ask(second), ask(first)] == [200, 200, REFUSED]
    assert ask(f"{uuid4()}, {second}") == REFUSED  # what the caller claims of itself does not count


def test_an_address_of_the_new_kind_is_its_network(caller_with: CallerWith) -> None:
    caller = caller_with(limit_pages="1 per minute")
    network = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}"
    answers = [
        caller.client.get("/login", environ_base={"REMOTE_ADDR": f"{network}::{host}"}).status_code for host in (1, 2)
    ]
    assert answers == [200, REFUSED]


def test_an_old_address_written_the_new_way_is_itself_alone(caller_with: CallerWith) -> None:
    caller = caller_with(limit_pages="1 per minute")
    first, second = (address()["REMOTE_ADDR"] for _ in range(2))
    asked_from = (f"::ffff:{first}", f"::ffff:{second}", first)
    answers = [caller.client.get("/login", environ_base={"REMOTE_ADDR": each}).status_code for each in asked_from]
    assert answers == [200, 200, REFUSED]


@contextmanager
def silent_server() -> Iterator[str]:
    """Takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def test_nobody_waits_for_a_counter_that_is_away_and_limits_stand(caller_with: CallerWith) -> None:
    with silent_server() as silent:
        for away in ("redis://127.0.0.1:1/0", silent):
            caller = caller_with(limits_url=away, limit_api_reads="10 per minute")
            began = time.monotonic()
            answers = [caller.get("/shelters").status_code for _ in range(11)]
            assert time.monotonic() - began < 2.0
            assert answers == [200] * 10 + [REFUSED]
            assert caller.post("/reports", {"reports": [a_shelter(code="A")]}).status_code == HTTPStatus.OK


def test_of_open_questions_about_the_past_the_one_too_many_is_sent_away(
    caller_with: CallerWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are dear; and each that is answered makes room for the next, also where it fails."""
    past = "/population?known_on=2025-03-10T12:00:00Z"
    monkeypatch.setattr(limits, "MOST_PAST_READS", 1)
    caller = caller_with()
    assert [caller.get(one).status_code for one in (past, f"{past}&limit=x", past)] == [200, 422, 200]
    monkeypatch.setattr(limits, "MOST_PAST_READS", 0)
    caller = caller_with()
    refused = caller.get(past)
    assert (refused.status_code, refused.headers["Retry-After"]) == (REFUSED, "1")
    assert refused.json["code"] == "too_many_open"
    assert caller.get("/population").status_code == HTTPStatus.OK


@pytest.mark.parametrize("most", [2, 32])
def test_of_open_posts_the_one_too_many_is_sent_away(
    caller_with: CallerWith, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    caller = caller_with(limit_open_reports=most)
    go = threading.Event()

    def held_open(*_: Any, **__: Any) -> list[Any]:
        assert go.wait(20)
        return []

    monkeypatch.setattr("app.intake.api.take", held_open)
    entered = threading.Semaphore(0)
    session = http.session

    seen: set[int] = set()

    def noted() -> Any:
        if threading.get_ident() not in seen:  # it is open from here, and may wait for a connection to the database
            seen.add(threading.get_ident())
            entered.release()
        return session()

    monkeypatch.setattr(http, "session", noted)
    answers: list[int] = []

    def post() -> None:
        client = caller.application.test_client()
        answer = client.post("/api/v1/reports", json={"reports": [{}]}, headers=caller.token("field_worker"))
        answers.append(answer.status_code)

    threads = [threading.Thread(target=post) for _ in range(most)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert entered.acquire(timeout=30)
    refused = caller.post("/reports", {"reports": [{}]})
    assert (refused.status_code, refused.headers["Retry-After"]) == (REFUSED, "1")
    assert (refused.content_type, refused.json["code"]) == ("application/problem+json", "too_many_open")
    assert str(most) in refused.json["title"]
    go.set()
    assert caller.post("/reports", {"reports": [{}]}, role="coordinator").status_code == HTTPStatus.OK
    for thread in threads:
        thread.join()
    assert answers == [200] * most
    assert caller.post("/reports", {"reports": [{}]}).status_code == HTTPStatus.OK


def test_a_post_that_fails_gives_its_slot_back(caller_with: CallerWith, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = caller_with(limit_open_reports=1)

    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("app.intake.api.take", fail)
    answers = [caller.post("/reports", {"reports": [{}]}).status_code for _ in range(3)]
    assert answers == [HTTPStatus.INTERNAL_SERVER_ERROR] * 3
