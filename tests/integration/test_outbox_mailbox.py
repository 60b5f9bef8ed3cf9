"""`/dev/mail`: the development mailbox in a browser."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.errors import NotFound
from app.outbox import views
from app.outbox.emails import Message
from app.outbox.transports import MAILBOX, MailboxTransport
from config.settings import Settings


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(views, "settings", lambda: Settings(mawa_env="development", mawa_data_dir=tmp_path))
    return tmp_path


@pytest.fixture
def client(here: Path) -> FlaskClient:
    app = Flask("app", template_folder=str(Path(views.__file__).parent.parent / "templates"))
    app.register_error_handler(NotFound, lambda _: ("not there", 404))
    views.register(app)
    return app.test_client()


def put(folder: Path, subject: str, html: str = "<p>hello</p>") -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = "rana@example.org", subject
    message.set_content("the text of " + subject)
    message.add_alternative(html, subtype="html")
    MailboxTransport(folder / MAILBOX).send(Message("mawa@example.org", "rana@example.org", message.as_bytes()))


def test_it_lists_the_newest_first(client: FlaskClient, here: Path) -> None:
    assert "No mail yet" in client.get("/dev/mail").text
    for subject in ("first", "second", "third"):
        put(here, subject)
    page = client.get("/dev/mail").text
    assert page.index("third") < page.index("second") < page.index("first")


def test_a_mail_shows_its_text_and_its_html_in_a_frame_that_runs_nothing(client: FlaskClient, here: Path) -> None:
    put(here, "<b>bold</b>", "<p>hello</p><script>alert(1)</script>")
    address = address_of_the_only_mail(client)
    page = client.get(address).text
    assert "the text of &lt;b&gt;bold" in page
    assert "<b>bold" not in page
    assert f'sandbox src="{address}/html"' in page
    assert "alert(1)" not in page
    part = client.get(f"{address}/html")
    assert "<p>hello</p>" in part.text
    policy = part.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert policy.endswith("sandbox")


@pytest.mark.parametrize("key", ["nothing", "..", "..%2F..%2Fsecret", "%00"])
def test_a_mail_that_is_not_there_is_not_found(client: FlaskClient, here: Path, key: str) -> None:
    assert client.get(f"/dev/mail/{key}").status_code == 404


def test_it_is_there_in_development_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "settings", lambda: Settings(mawa_env="test"))
    app = Flask("app")
    views.register(app)
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev")]


def address_of_the_only_mail(client: FlaskClient) -> str:
    page = client.get("/dev/mail").text
    return page.split('<a href="')[1].split('"')[0]
