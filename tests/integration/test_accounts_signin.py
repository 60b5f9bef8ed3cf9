"""Signing in and out, on a small application around `accounts.signin` alone."""

import re
import statistics
import time
from uuid import UUID, uuid4

import pytest
from argon2 import PasswordHasher
from flask import Flask, Response, g, jsonify, render_template_string
from flask import session as cookie
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect, generate_csrf
from jinja2 import DictLoader
from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlmodel import select
from werkzeug.test import TestResponse

from app.accounts import queries, service, signin
from app.accounts.models import User
from app.places.models import Operation
from tests.factories.operations import make_operation

ADDRESS, PASSWORD = "rana@example.org", "correct horse battery"
LOGIN = """<form method="post"><input name="csrf_token" value="{{ login_user_form.csrf_token.current_token }}">
{% for error in login_user_form.form_errors %}<p>{{ error }}</p>{% endfor %}</form>"""


@pytest.fixture
def user_id(session: Session) -> UUID:
    operation = make_operation(session)
    added = service.add_user(
        session, email=ADDRESS, role="coordinator", areas=None, operation_id=operation.id, password=PASSWORD
    )
    return added.user_id


@pytest.fixture
def app(session: Session) -> Flask:
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"accounts/login.html": LOGIN})
    app.config.update(SECRET_KEY=f"a test {uuid4()}", TESTING=True)
    CSRFProtect(app)
    signin.register(app)

    @app.before_request
    def begin() -> None:
        """Each request reads afresh, as one with a session of its own does."""
        session.expire_all()
        g.session = session

    @app.get("/api/who")
    def who() -> Response:
        actor = signin.actor_of_request()
        return jsonify(actor and actor.email)

    @app.get("/page")
    def page() -> str:
        return render_template_string("{{ actor.email }}", actor=signin.actor_of_request())

    @app.get("/plant")
    def plant() -> str:
        cookie["planted"] = "before sign-in"
        return ""

    app.add_url_rule("/token", view_func=generate_csrf)

    @app.get("/cookie")
    def show_cookie() -> Response:
        return jsonify(sorted(cookie))

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def csrf(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, address: str = ADDRESS, password: str = PASSWORD, **more: str) -> TestResponse:
    sent = {"email": address, "password": password, "csrf_token": csrf(client), **more}
    return client.post("/login", data=sent)


@pytest.mark.usefixtures("user_id")
class TestSignIn:
    def test_it_signs_in_whatever_the_case_of_the_address_and_goes_home(self, client: FlaskClient) -> None:
        answer = sign_in(client, " Rana@Example.ORG ")
        assert (answer.status_code, answer.location) == (302, "/")
        assert client.get("/api/who").json == ADDRESS

    def test_it_goes_to_the_page_that_was_asked_for(self, client: FlaskClient) -> None:
        assert sign_in(client, next="/shelters/KHM").location == "/shelters/KHM"

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "///evil.example"],
    )
    def test_it_never_goes_to_another_site(self, client: FlaskClient, elsewhere: str) -> None:
        answer = sign_in(client, next=elsewhere)
        if answer.status_code == 302:
            assert re.fullmatch(r"/([^/\\].*)?|%5C.*", answer.location)

    def test_it_signs_out_by_post_only(self, client: FlaskClient) -> None:
        sign_in(client)
        token = client.get("/token").text
        assert client.get("/logout").status_code == 405
        assert client.post("/logout").status_code == 400
        assert client.post("/logout", data={"csrf_token": token}).location == "/login"
        assert client.get("/api/who").json is None

    def test_it_wants_the_csrf_token(self, client: FlaskClient) -> None:
        assert client.post("/login", data={"email": ADDRESS, "password": PASSWORD}).status_code == 400
        assert client.get("/api/who").json is None

    def test_nothing_of_the_session_before_outlives_sign_in(self, client: FlaskClient) -> None:
        client.get("/plant")
        token = csrf(client)
        client.post("/login", data={"email": ADDRESS, "password": PASSWORD, "csrf_token": token})
        ours = {"sign_in", "used"}
        assert set(client.get("/cookie").get_json()) <= {"_user_id", "_id", "_fresh", "fs_paa", "fs_cc"} | ours
        assert client.post("/logout", data={"csrf_token": token}).status_code == 400

    def test_it_keeps_nobody_signed_in_beyond_the_session(self, client: FlaskClient) -> None:
        answer = sign_in(client, remember="y")
        assert "remember_token" not in str(answer.headers)
        (session,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("session=")]
        assert "Expires" not in session

    def test_it_hands_out_no_tokens_of_its_own(self, client: FlaskClient) -> None:
        sent = {"email": ADDRESS, "password": PASSWORD}
        answer = client.post(
            "/login?include_auth_token", json=sent, headers={"X-CSRFToken": csrf(client), "Accept": "application/json"}
        )
        assert "authentication_token" not in answer.text

    def test_disabling_ends_the_session_and_shuts_the_door(self, client: FlaskClient, session: Session) -> None:
        sign_in(client)
        service.disable_user(session, email=ADDRESS)
        assert client.get("/api/who").json is None
        assert sign_in(client).status_code == 200
        assert client.get("/api/who").json is None

    def test_it_says_the_same_of_a_wrong_password_an_unknown_address_and_a_disabled_account(
        self, client: FlaskClient, session: Session, user_id: UUID
    ) -> None:
        operation_id = session.scalars(select(Operation.id)).one()
        for email, password in (("off@example.org", PASSWORD), ("new@example.org", None)):
            service.add_user(
                session, email=email, role="partner", areas=None, operation_id=operation_id, password=password
            )
        service.disable_user(session, email="off@example.org")
        tried = [
            (ADDRESS, "wrong password"),
            ("no@example.org", PASSWORD),
            ("off@example.org", PASSWORD),
            ("new@example.org", PASSWORD),
            ("nonsense", PASSWORD),
        ]
        said = {re.sub(r'value="[^"]+"', "", sign_in(client, *each).text) for each in tried}
        assert len(said) == 1
        assert signin.SIGN_IN_FAILED in said.pop()

    def test_it_takes_as_long_for_an_unknown_address_as_for_a_wrong_password(self, client: FlaskClient) -> None:
        known = duration_of(client, ADDRESS)
        unknown = duration_of(client, "no@example.org")
        assert 1 / 3 < known / unknown < 3

    def test_reading_pages_writes_nothing_and_signing_in_commits_nothing(
        self, client: FlaskClient, session: Session
    ) -> None:
        seen: list[str] = []
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
        event.listen(connection, "commit", lambda *_: seen.append("COMMIT"))
        client.get("/login")
        sign_in(client)
        assert "COMMIT" not in seen
        assert any("INSERT INTO sign_ins" in statement for statement in seen)
        seen.clear()
        client.get("/api/who")
        assert {statement.split()[0] for statement in seen} == {"SELECT"}

    def test_a_page_asks_once_who_it_is_for(self, client: FlaskClient, session: Session) -> None:
        sign_in(client)
        asked: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert client.get("/page").text == ADDRESS
        assert len(asked) == 1

    def test_a_person_known_by_a_new_name_is_signed_out_everywhere(
        self, client: FlaskClient, session: Session, user_id: UUID
    ) -> None:
        sign_in(client)
        session.get_one(User, user_id).fs_uniquifier = "another"
        session.flush()
        assert client.get("/api/who").json is None

    def test_a_weaker_hash_is_renewed_at_sign_in(self, client: FlaskClient, session: Session, user_id: UUID) -> None:
        weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
        session.get_one(User, user_id).password = weak
        session.flush()
        assert sign_in(client).status_code == 302
        session.expire_all()
        assert session.get_one(User, user_id).password != weak
        assert sign_in(client.application.test_client()).status_code == 302

    def test_a_token_sent_is_the_only_thing_that_counts(
        self, client: FlaskClient, session: Session, user_id: UUID
    ) -> None:
        sign_in(client)
        actor = queries.actor_of_user(session, user_id)
        assert actor
        key = service.make_token(session, email=ADDRESS, operation_id=actor.scope.operation_id)
        bearer = {"Authorization": f"Bearer {key}"}
        assert client.get("/api/who", headers={"Authorization": "Bearer mawa_wrong"}).json is None
        assert client.get("/api/who", headers=bearer).json == ADDRESS
        assert client.application.test_client().get("/api/who", headers=bearer).json == ADDRESS


def test_only_signing_in_and_out_and_setting_a_password_are_switched_on(app: Flask) -> None:
    ours = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert ours == {"/login", "/logout", "/reset", "/reset/<token>"}
    for name in ("login", "logout"):
        assert vars(app.view_functions[f"security.{name}"])["required_permission"] is None


def duration_of(client: FlaskClient, address: str) -> float:
    def once() -> float:
        token = csrf(client)
        start = time.perf_counter()
        client.post("/login", data={"email": address, "password": "wrong password", "csrf_token": token})
        return time.perf_counter() - start

    return statistics.median(once() for _ in range(3))
