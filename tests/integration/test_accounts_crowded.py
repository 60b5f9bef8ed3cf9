"""A flood of passwords fills neither memory nor the threads that answer everybody else."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.accounts import passwords
from app.accounts.errors import Busy
from app.accounts.policy import Actor
from tests.factories.browsers import Browser
from tests.factories.pages import words_of


@pytest.fixture
def crowd(app: Flask) -> Iterator[None]:
    with ExitStack() as held:
        for _ in range(passwords.AT_ONCE):
            held.enter_context(passwords.turn())
        yield


def _timed(app: Flask, email: str) -> tuple[float, TestResponse]:
    began = time.monotonic()
    answer = Browser(app).sign_in(email)
    return time.monotonic() - began, answer


@pytest.mark.usefixtures("crowd")
def test_who_comes_when_all_turns_are_taken_is_told_to_send_again(
    app: Flask, rana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    acquire = passwords._at_once.acquire

    def noted(*, timeout: float) -> bool:
        waited.append(timeout)
        return acquire(timeout=timeout)

    monkeypatch.setattr(passwords._at_once, "acquire", noted)
    for email in (rana.email, "nobody@example.org"):
        waited.clear()
        took, answer = min((_timed(app, email) for _ in range(2)), key=lambda timed: timed[0])
        assert took < passwords.WAIT_S + 2
        assert waited == [passwords.WAIT_S] * 2, "one wait for each of the two tries, whatever the machine is slowed by"
        assert (answer.status_code, answer.headers["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "3")
        assert f'value="{email}"' in answer.text
        assert "Very many sign in just now." in words_of(answer.text)


def test_more_than_may_wait_are_sent_away_at_once(rana: Actor) -> None:
    go, inside, busy = threading.Event(), [], []

    def one() -> None:
        try:
            with passwords.turn():
                inside.append(1)
                go.wait(20)
        except Busy:
            busy.append(1)

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    assert (len(inside), len(busy)) == (passwords.AT_ONCE, 20 - passwords.AT_ONCE - passwords.WAITING)
    go.set()
    for thread in threads:
        thread.join()
    with passwords.turn():
        pass
