"""Two administrators add the same address at the same moment: one does, the other is told that somebody has."""

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import Barrier

import pytest
from sqlalchemy import text

from app.accounts import service
from app.core import db
from app.factory import create_app
from tests.factories.browsers import PASSWORD, Browser, make_person
from tests.factories.operations import make_operation

ROUNDS = 5


@pytest.mark.parametrize("is_known_elsewhere", [False, True])
def test_the_same_person_added_twice_at_one_moment_is_there_once(database: str, is_known_elsewhere: bool) -> None:
    boss = make_person("boss@example.org", "administrator")
    app = create_app()
    addresses = [f"new{turn}@example.org" for turn in range(ROUNDS)]
    if is_known_elsewhere:
        with db.unit_of_work() as session:
            elsewhere = make_operation(session, code="elsewhere")
            for address in addresses:
                service.add_user(session, email=address, role="partner", areas=None, operation_id=elsewhere.id)
    barrier = Barrier(2, timeout=30)

    def add(browser: Browser) -> list[int]:
        answers = []
        for address in addresses:
            token = browser.csrf("/admin/users/new")
            typed = {"email": address, "language": "en", "role": "partner", "where": "everywhere"}
            barrier.wait()
            answer = browser.client.post("/admin/users/new", data={"csrf_token": token, **typed})
            answers.append(answer.status_code)
        return answers

    browsers = [Browser(app), Browser(app)]
    for browser in browsers:
        browser.sign_in(boss.email, PASSWORD)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(add, browsers)
    for pair in zip(first, second, strict=True):
        assert sorted(pair) == [HTTPStatus.SEE_OTHER, HTTPStatus.CONFLICT]
    with db.new_snapshot() as session:
        assert session.scalar(text("SELECT count(*) FROM users WHERE email LIKE 'new%'")) == ROUNDS
        assert session.scalar(text("SELECT count(*) FROM mails")) == ROUNDS, "each is told once"
