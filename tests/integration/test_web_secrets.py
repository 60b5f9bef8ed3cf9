"""SECRET_KEY: refused where it can be guessed, and replaced without anybody noticing."""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts import service
from app.core import db
from app.factory import create_app
from config.services.up import make_plan
from config.settings import InsecureSettings, Settings, is_weak, settings
from tests.factories.operations import make_operation
from tests.factories.pages import words_of

PASSWORD = "several plain words"
FIRST, SECOND = "4f" * 8 + "0b29c1de7a", "9a" * 8 + "77e3b1c05d"
GOOD = "".join(f"{number:02x}" for number in range(7, 250, 8))
MAIL = "smtps://mail.example.org"

BrowserOf = Callable[..., FlaskClient]


@pytest.fixture
def token(database: str) -> str:
    with db.unit_of_work() as session:
        operation = make_operation(session)
        added = {"role": "coordinator", "areas": None, "operation_id": operation.id, "password": PASSWORD}
        service.add_user(session, email="rana@example.org", **added)  # type: ignore[arg-type]
        return service.make_token(session, email="rana@example.org", operation_id=operation.id)


def serving(key: str, earlier: str | None = None, like: FlaskClient | None = None) -> FlaskClient:
    """A browser before an installation with these keys, with the cookies of another browser."""
    changed = {"secret_key": key, "secret_key_fallbacks": earlier}
    browser = create_app(settings().model_copy(update=changed)).test_client()
    if like is not None and (cookie := like.get_cookie("mawa")) is not None:
        browser.set_cookie("mawa", cookie.value)
    return browser


def form_token(browser: FlaskClient, path: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def signed_in(browser: FlaskClient) -> FlaskClient:
    typed = {"email": "rana@example.org", "password": PASSWORD, "csrf_token": form_token(browser)}
    assert browser.post("/login", data=typed).status_code == 302
    return browser


def test_sessions_survive_a_new_key_while_the_old_one_stands_behind_it(token: str) -> None:
    before = signed_in(serving(FIRST))
    assert serving(SECOND, FIRST, like=before).get("/account").status_code == 200
    assert serving(SECOND, f"{'5c' * 20} {FIRST}", like=before).get("/account").status_code == 200


def test_without_the_old_key_sessions_end(token: str) -> None:
    before = signed_in(serving(FIRST))
    assert serving(SECOND, like=before).get("/account").headers["Location"].startswith("/login")


def test_a_form_that_was_open_is_taken(token: str) -> None:
    before = signed_in(serving(FIRST))
    typed = {"csrf_token": form_token(before, "/account"), "language": "fr", "next": "/account"}
    assert serving(SECOND, FIRST, like=before).post("/account/language", data=typed).status_code == 302


def test_what_is_signed_meanwhile_is_signed_with_the_new_key(token: str) -> None:
    during = signed_in(serving(SECOND, FIRST))
    assert serving(SECOND, like=during).get("/account").status_code == 200
    typed = {"csrf_token": form_token(during, "/account"), "language": "fr", "next": "/account"}
    assert serving(SECOND, like=during).post("/account/language", data=typed).status_code == 302


@pytest.mark.parametrize(
    ("asked_of", "opened_at"),
    [((FIRST, None), (SECOND, FIRST)), ((SECOND, FIRST), (SECOND, None)), ((SECOND, FIRST), (SECOND, FIRST))],
)
def test_links_in_mails_stay_good(
    token: str, asked_of: tuple[str, str | None], opened_at: tuple[str, str | None]
) -> None:
    asking = serving(*asked_of)
    asking.post("/reset", data={"csrf_token": form_token(asking), "email": "rana@example.org"})
    with db.new_snapshot() as session:
        mail = session.scalar(text("SELECT text FROM mails ORDER BY created_at DESC LIMIT 1")) or ""
    link = re.search(r"http\S+(/reset/\S+)", mail)
    assert link is not None
    page = serving(*opened_at).get(link[1], follow_redirects=True).text
    assert "Set a password" in words_of(page) and "This link" not in words_of(page)


def test_tokens_and_passwords_do_not_depend_on_it(token: str) -> None:
    browser = serving(SECOND)
    assert browser.get("/api/v1/shelters", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    signed_in(browser)


@pytest.mark.parametrize(
    "key",
    [
        "short",
        GOOD[:31],
        "a" * 64,
        "ab" * 32,
        "please-change-me-to-something-long-1234",
        "My-Secret-Key-0123456789abcdefgh",
    ],
)
def test_production_takes_no_key_that_can_be_guessed(key: str) -> None:
    for told in ({"secret_key": key}, {"secret_key": GOOD, "secret_key_fallbacks": f"{GOOD} {key}"}):
        with pytest.raises(InsecureSettings, match="openssl rand -hex 32") as refused:
            Settings(mawa_env="production", mail_url=MAIL, **told)  # type: ignore[arg-type]
        assert key not in str(refused.value)


def test_production_takes_a_random_key_and_an_address_with_https() -> None:
    told = {"mawa_env": "production", "mail_url": MAIL, "secret_key": os.urandom(32).hex()}
    set_ = Settings(**told, base_url="https://mawa.example.org", secret_key_fallbacks=GOOD)  # type: ignore[arg-type]
    assert set_.earlier_secret_keys == [GOOD]
    for plain in ({}, {"base_url": "http://mawa.example.org"}):
        with pytest.raises(InsecureSettings, match="https://"):
            Settings(**told, **plain)  # type: ignore[arg-type]


def test_the_key_made_in_development_is_for_its_owner_alone(tmp_path: Path) -> None:
    told = Settings(mawa_data_dir=tmp_path / "data")
    plan = make_plan(told, port=8000, demo=False, mawa=["mawa"])
    kept = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not is_weak(plan.secret_key)
    assert make_plan(told, port=8000, demo=False, mawa=["mawa"]).secret_key == plan.secret_key
